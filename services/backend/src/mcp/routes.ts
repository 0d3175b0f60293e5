import { createRoute, z } from "@hono/zod-openapi";
import type { Deps } from "../deps.ts";
import { AppError } from "../domain/app-error.ts";
import { tokenOnly } from "../middleware/caller.ts";
import { commonErrors, createRouter, json } from "../routes/router.ts";

const messages = createRoute({
  method: "post",
  path: "/mcp",
  tags: ["MCP"],
  summary: "The operations as tools of the Model Context Protocol: its messages, over streamable HTTP, with a token",
  responses: {
    200: json("The answer, as JSON or as one event", z.any()),
    202: { description: "A notification was taken" },
    400: json("No message of the protocol", z.any()),
    ...commonErrors,
  },
});

/** The MCP server, whose SDK is loaded at the first call. */
export function mcpRoutes(deps: Deps) {
  const router = createRouter();
  router.openAPIRegistry.registerPath(messages);
  // GET and DELETE it answers with 405, by which clients know that there is no stream to open and no session to end.
  router.on(["POST", "GET", "DELETE"], messages.path, tokenOnly(deps), async (c) => {
    const { bearer, requestId, log } = c.var;
    if (!bearer) throw new AppError("unauthenticated", "A token is needed.");
    const { serveMcp } = await import("./serve.ts");
    return serveMcp(c.req.raw, deps, { bearer, requestId, log: log() });
  });
  return router;
}
