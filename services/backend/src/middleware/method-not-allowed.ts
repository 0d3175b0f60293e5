import type { OpenAPIHono } from "@hono/zod-openapi";
import { createMiddleware } from "hono/factory";
import type { AppEnv } from "../app-env.ts";
import { AppError } from "../domain/app-error.ts";
import { onError } from "../errors.ts";

/**
 * Answers 405 with `Allow` where the path is there and the method is not. A path with an id is only looked at when nothing
 * else has answered, since asking for each request would cost more than it tells.
 */
export function methodNotAllowed(app: OpenAPIHono<AppEnv>) {
  let known: Routes | undefined;
  return createMiddleware<AppEnv>(async (c, next) => {
    known ??= readRoutes(app);
    const { method, path } = c.req;
    const fixed = known.fixed.get(path);
    if (fixed && !fixed.has(method)) {
      c.header("Allow", [...fixed].join(", "));
      throw refusal(fixed);
    }
    await next();
    if (c.res.status !== 404 || fixed) return;
    const found = known.withId.find(({ pattern }) => pattern.test(path))?.methods;
    if (!found || found.has(method)) return;
    c.header("Allow", [...found].join(", "));
    c.res = onError(refusal(found), c);
  });
}

type Methods = Set<string>;
type Routes = { fixed: Map<string, Methods>; withId: { pattern: RegExp; methods: Methods }[] };

function readRoutes(app: OpenAPIHono<AppEnv>): Routes {
  const byPath = Map.groupBy(
    app.routes.filter(({ method, path }) => method !== "ALL" && !path.includes("*")),
    ({ path }) => path,
  );
  const routes: Routes = { fixed: new Map(), withId: [] };
  for (const [path, ofPath] of byPath) {
    const methods = new Set(ofPath.flatMap(({ method }) => (method === "GET" ? ["GET", "HEAD"] : [method])));
    if (!path.includes(":")) routes.fixed.set(path, methods);
    else routes.withId.push({ pattern: new RegExp(`^${path.replace(/:\w+/g, "[^/]+")}$`), methods });
  }
  return routes;
}

function refusal(methods: Methods): AppError {
  return new AppError("method_not_allowed", `Here, only ${[...methods].join(", ")} can be asked.`);
}
