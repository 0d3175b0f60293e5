import { createRoute, z } from "@hono/zod-openapi";
import type { Deps } from "../deps.ts";
import { AppError } from "../domain/app-error.ts";
import { tokenOnly } from "../middleware/caller.ts";
import { access } from "../routes/describe.ts";
import { eventsOf } from "../routes/event-stream.ts";
import { body, createRouter, json } from "../routes/router.ts";

const id = z.union([z.string(), z.int().min(Number.MIN_SAFE_INTEGER).max(Number.MAX_SAFE_INTEGER)]);
const message = z.strictObject({
  jsonrpc: z.literal("2.0"),
  method: z.string(),
  id: id.optional(),
  params: z.looseObject({}).optional(),
});
const result = z.object({ jsonrpc: z.literal("2.0"), id, result: z.looseObject({}) });
const refusal = z.object({
  jsonrpc: z.literal("2.0"),
  id: id.nullable(),
  error: z.object({ code: z.int(), message: z.string(), data: z.unknown() }).partial({ data: true }),
});

const messages = createRoute({
  method: "post",
  path: "/mcp",
  tags: ["MCP"],
  security: access.token,
  "x-reads-body-itself": true,
  summary: "The operations as tools of the Model Context Protocol: its messages, over streamable HTTP, with a token",
  request: { body: body(message) },
  responses: {
    200: {
      description: "The answer, or why there is none, as JSON or as an event",
      content: {
        ...json("", z.union([result, refusal])).content,
        ...eventsOf("", z.string()).content,
      },
    },
    202: { description: "A notification was taken" },
    400: json("No message of the protocol, or one that it does not know here", refusal),
    404: json("There is no such method", refusal),
    406: json("The client does not take JSON and events", refusal),
    415: json("The body is not sent as application/json", refusal),
  },
});

/** The MCP server, whose SDK is loaded at the first call. */
export function mcpRoutes(deps: Deps) {
  const router = createRouter();
  router.openAPIRegistry.registerPath(messages);
  // That GET and DELETE are answered with 405 tells clients that there is no stream to open and no session to end.
  router.post(messages.path, tokenOnly(deps), async (c) => {
    const { bearer, requestId, log } = c.var;
    if (!bearer) throw new AppError("unauthenticated", "A token is needed.");
    const { serveMcp } = await import("./serve.ts");
    return serveMcp(c.req.raw, deps, { bearer, requestId, log: log() });
  });
  return router;
}
