import { readFile } from "node:fs/promises";
import { Hono } from "hono";
import type { AppEnv } from "../app-env.ts";

const ASSETS: Record<string, string> = {
  "swagger-ui.css": "text/css; charset=utf-8",
  "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
};

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Todo API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body><main id="docs"></main>
<script src="/docs/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script>
</body></html>`;

const START = `SwaggerUIBundle({ url: "/openapi.json", domNode: document.getElementById("docs") });`;

/** The page's own files and inline styles and pictures of Swagger UI; nothing from anywhere else. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** A page to read and try the API, whose files come with the program. `assets` is where they are. */
export function docsRoutes(assets: URL) {
  const router = new Hono<AppEnv>();
  router.use("/docs/*", async (c, next) => {
    await next();
    c.res.headers.set("Content-Security-Policy", POLICY);
  });
  router.get("/docs", (c) => c.html(PAGE));
  router.get("/docs/start.js", (c) => c.body(START, 200, { "Content-Type": "text/javascript; charset=utf-8" }));
  for (const [name, type] of Object.entries(ASSETS)) {
    router.get(`/docs/${name}`, async (c) => {
      const file = await readFile(new URL(name, assets));
      return c.body(new Uint8Array(file), 200, { "Content-Type": type, "Cache-Control": "public, max-age=3600" });
    });
  }
  return router;
}
