import type { OpenAPIHono } from "@hono/zod-openapi";
import type { AppEnv } from "./app-env.ts";
import type { Deps } from "./deps.ts";
import { onError, onNotFound } from "./errors.ts";
import { mcpRoutes } from "./mcp/routes.ts";
import { bodyLimit } from "./middleware/body-limit.ts";
import { withoutToken } from "./middleware/caller.ts";
import { methodNotAllowed } from "./middleware/method-not-allowed.ts";
import { requestLog } from "./middleware/request-log.ts";
import { sameOrigin } from "./middleware/same-origin.ts";
import { securityHeaders } from "./middleware/security-headers.ts";
import { session } from "./middleware/session.ts";
import { approvalRoutes } from "./routes/approvals.ts";
import { authRoutes } from "./routes/auth.ts";
import { conversationRoutes } from "./routes/conversations.ts";
import { describeApi } from "./routes/describe.ts";
import { docsRoutes } from "./routes/docs.ts";
import { eventRoutes } from "./routes/events.ts";
import { healthRoutes } from "./routes/health.ts";
import { operationRoutes } from "./routes/operations.ts";
import { createRouter } from "./routes/router.ts";
import { runRoutes } from "./routes/runs.ts";
import { tokenRoutes } from "./routes/tokens.ts";

/**
 * The HTTP face. Open are health, metrics, the docs and the account routes; the operations take a session or a token, MCP a
 * token, all else a session.
 */
export function createApp(deps: Deps, docsAssets: URL): OpenAPIHono<AppEnv> {
  const app = createRouter();
  app.onError(onError);
  app.notFound(onNotFound);
  app.use(requestLog(deps), securityHeaders(), bodyLimit(), sameOrigin(deps.trustedOrigins));
  app.use(methodNotAllowed(app));

  app.route("/", healthRoutes(deps));
  app.route("/", docsRoutes(docsAssets));
  app.route("/", authRoutes(deps));
  app.route("/", operationRoutes(deps));
  app.route("/", mcpRoutes(deps));
  app.use("/api/*", withoutToken(deps), session(deps));
  app.route("/", conversationRoutes());
  app.route("/", runRoutes(deps));
  app.route("/", approvalRoutes(deps));
  app.route("/", tokenRoutes());
  app.route("/", eventRoutes(deps));

  let description: object | undefined;
  app.get("/openapi.json", (c) => {
    // Made once: that takes as long as fifty requests.
    description ??= describeApi(app, deps.version, deps.isSecure);
    return c.json(description);
  });
  return app;
}
