import type { Server } from "node:http";
import { serve } from "@hono/node-server";
import { createApp } from "./app.ts";
import { createDeps, type Deps, type Overrides } from "./deps.ts";
import { type Ending, prepareDrain } from "./drain.ts";
import type { Env } from "./env.ts";
import { startJobs } from "./jobs/index.ts";

export type RunningServer = {
  deps: Deps;
  port: number;
  /**
   * Ends within 10 s: not ready any more, runs handed back for others to go on, streams told to come again, requests
   * answered, database closed. Connections that clients keep for later are closed.
   */
  close: () => Promise<void>;
  /** The same for a replica that others replace: no client's next request on a kept connection is lost (`drain.ts`). */
  retire: () => Promise<void>;
};

/** Starts to serve and to work. */
export async function startServer(env: Env, docsAssets: URL, overrides: Overrides = {}): Promise<RunningServer> {
  const shutdown = new AbortController();
  const deps = createDeps(env, shutdown.signal, overrides);
  const app = createApp(deps, docsAssets);
  const server = await listen(app.fetch, env);
  const drain = prepareDrain(server);
  const stopJobs = startJobs(deps);
  deps.worker.start();
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : env.PORT;
  const shutDown = async (drained: Promise<void>) => {
    stopJobs();
    shutdown.abort();
    const handedBack = deps.worker.close().catch((error: unknown) => {
      // Without the database nothing can be handed back; the leases lapse by themselves.
      deps.log.warn({ err: error }, "could not hand back runs");
    });
    await Promise.all([handedBack, drained]);
    deps.hub.close();
    await deps.db.destroy();
  };
  let ended: Promise<void> | undefined;
  const end = (how: Ending) => {
    const drained = drain(how);
    ended ??= shutDown(drained);
    return ended;
  };
  return { deps, port, close: () => end("at once"), retire: () => end("gently") };
}

function listen(fetch: ReturnType<typeof createApp>["fetch"], env: Env): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch, port: env.PORT, hostname: env.HOST }) as Server;
    server.once("listening", () => resolve(server));
    server.once("error", reject);
  });
}
