import type { Server, ServerResponse } from "node:http";
import { serve } from "@hono/node-server";
import { createApp } from "./app.ts";
import { createDeps, type Deps, type Overrides } from "./deps.ts";
import type { Env } from "./env.ts";
import { startJobs } from "./jobs/index.ts";

export type RunningServer = { deps: Deps; port: number; close: () => Promise<void> };

/** How long open requests may take to end. */
const DRAIN_MS = 8_000;

/**
 * Starts to serve and to work. `close` ends it within 10 s: not ready any more, runs handed back for others to go on,
 * streams told to come again, requests finished, database closed.
 */
export async function startServer(env: Env, docsAssets: URL, overrides: Overrides = {}): Promise<RunningServer> {
  const shutdown = new AbortController();
  const deps = createDeps(env, shutdown.signal, overrides);
  const app = createApp(deps, docsAssets);
  const server = await listen(app.fetch, env);
  const responses = trackResponses(server);
  const stopJobs = startJobs(deps);
  deps.worker.start();
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : env.PORT;
  let closing: Promise<void> | undefined;
  const close = async () => {
    stopJobs();
    shutdown.abort();
    await deps.worker.close().catch((error: unknown) => {
      // Without the database nothing can be handed back; the leases lapse by themselves.
      deps.log.warn({ err: error }, "could not hand back runs");
    });
    await drain(server, responses);
    deps.hub.close();
    await deps.db.destroy();
  };
  return { deps, port, close: () => (closing ??= close()) };
}

function listen(fetch: ReturnType<typeof createApp>["fetch"], env: Env): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch, port: env.PORT, hostname: env.HOST }) as Server;
    server.once("listening", () => resolve(server));
    server.once("error", reject);
  });
}

/** The responses that are not finished. */
function trackResponses(server: Server): Set<ServerResponse> {
  const open = new Set<ServerResponse>();
  server.on("request", (_request, response) => {
    open.add(response);
    response.once("close", () => open.delete(response));
  });
  return open;
}

function drain(server: Server, open: ReadonlySet<ServerResponse>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
    // Clients keep connections for later, and open some ahead that never carry a request; neither is worth waiting for.
    const sweep = setInterval(() => open.size === 0 && server.closeAllConnections(), 20);
    server.close(() => {
      clearTimeout(timer);
      clearInterval(sweep);
      resolve();
    });
  });
}
