import { enableCompileCache } from "node:module";

enableCompileCache();

const [{ startServer }, { armFailpoint }, { EnvError, readEnv }] = await Promise.all([
  import("./server.ts"),
  import("./failpoint.ts"),
  import("./env.ts"),
]);

/** `docker stop` kills after 10 s. */
const END_MS = 9_000;

/** The backend: serves until SIGTERM, SIGINT, or until the process that started it is gone. */
async function main(): Promise<void> {
  const env = readEnv();
  if (env.FAILPOINT) armFailpoint(env.FAILPOINT);
  // Beside the bundle; run from source, in the package that they come from.
  const docs = import.meta.url.endsWith(".ts") ? "../../../node_modules/swagger-ui-dist/" : "./docs/";
  const server = await startServer(env, new URL(docs, import.meta.url));
  const { log, model, auth, answerer } = server.deps;
  log.info({ port: server.port, assistant: model.name, ms: Math.round(performance.now()) }, "listening");

  const end = async (why: string, finish: () => Promise<void>) => {
    log.info({ why }, "ending");
    setTimeout(() => {
      log.warn("something did not end in time and is left as it is");
      process.exit(1);
    }, END_MS);
    await finish();
    log.info("ended");
    process.exit(0);
  };
  // Listeners that stay: the Agents SDK has its own, which exit at once when they find no others.
  // Under a process that watches over us (`npm start`) there is no other replica that clients could be led to.
  process.on("SIGTERM", () => void end("SIGTERM", process.connected ? server.close : server.retire));
  process.on("SIGINT", () => void end("SIGINT", server.close));
  process.on("disconnect", () => void end("the starting process is gone", server.close));
  process.on("unhandledRejection", (error) => {
    log.fatal({ err: error }, "unhandled rejection");
    process.exit(1);
  });

  // What is not needed to listen is loaded now, so that the first visitor need not wait for it.
  await Promise.all([
    auth(),
    model.load({ text: "", now: new Date(), zone: "UTC", shown: { changed: [], listed: [] } }),
    answerer(),
  ]);
}

try {
  await main();
} catch (error) {
  console.error(error instanceof EnvError ? error.message : explain(error));
  process.exit(1);
}

function explain(error: unknown): string {
  if (error instanceof Error && "code" in error && error.code === "EADDRINUSE") {
    return "The port is taken by another program. Choose another with PORT.";
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
