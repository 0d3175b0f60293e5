import { createRoute } from "@hono/zod-openapi";
import { apiTokenListSchema, madeApiTokenSchema, newApiTokenSchema } from "@todo/contract";
import { listApiTokens, makeApiToken, revokeApiToken } from "../domain/api-tokens.ts";
import { access } from "./describe.ts";
import { body, createRouter, idParam, json, parseId } from "./router.ts";

const tags = ["Tokens"];

const make = createRoute({
  method: "post",
  path: "/api/tokens",
  tags,
  security: access.session,
  "x-errors": ["conflict"],
  summary: "Make a token for a program; it is shown this once",
  request: { body: body(newApiTokenSchema) },
  responses: { 201: json("The token", madeApiTokenSchema) },
});
const list = createRoute({
  method: "get",
  path: "/api/tokens",
  tags,
  security: access.session,
  summary: "List the user's tokens, newest first, without the tokens themselves",
  responses: { 200: json("All of them", apiTokenListSchema) },
});
const revoke = createRoute({
  method: "delete",
  path: "/api/tokens/{id}",
  tags,
  security: access.session,
  summary: "Revoke a token; it ends at once, and with it the calls that it left waiting",
  request: { params: idParam },
  responses: { 204: { description: "It has ended" } },
});

export function tokenRoutes() {
  const router = createRouter();
  router.openapi(make, async (c) =>
    c.json(await c.var.caller.asUser((ctx) => makeApiToken(ctx, c.req.valid("json"))), 201),
  );
  router.openapi(list, async (c) => c.json({ items: await c.var.caller.asUser(listApiTokens, "read") }, 200));
  router.openapi(revoke, async (c) => {
    const id = parseId(c.req.valid("param").id, "token");
    await c.var.caller.asUser((ctx) => revokeApiToken(ctx, id));
    return c.body(null, 204);
  });
  return router;
}
