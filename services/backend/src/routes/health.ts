import { createRoute, z } from "@hono/zod-openapi";
import { healthSchema } from "@todo/contract";
import type { Deps } from "../deps.ts";
import { logFailure } from "../errors.ts";
import { createRouter, json } from "./router.ts";

const DATABASE_MS = 2_000;
const tags = ["Operation"];

const health = createRoute({
  method: "get",
  path: "/api/health",
  tags,
  summary: "Whether this replica can serve: readiness",
  responses: { 200: json("It can", healthSchema), 503: json("It can't", healthSchema) },
});
const live = createRoute({
  method: "get",
  path: "/api/live",
  tags,
  summary: "Whether the process runs: liveness. Never asks the database",
  responses: { 200: json("It does", z.object({ status: z.literal("ok") })) },
});
const metrics = createRoute({
  method: "get",
  path: "/metrics",
  tags,
  summary: "Metrics in Prometheus' text form",
  responses: { 200: { description: "Metrics", content: { "text/plain": { schema: z.string() } } } },
});

export function healthRoutes(deps: Deps) {
  const router = createRouter();
  router.openapi(health, async (c) => {
    const database = (await answersInTime(deps)) ? "ok" : "unavailable";
    const ready = database === "ok" && !deps.shutdown.aborted;
    const status = ready ? "ok" : "unavailable";
    const body = { status, database, assistant: deps.model.name, version: deps.version } as const;
    return ready ? c.json(body, 200) : c.json(body, 503);
  });
  router.openapi(live, (c) => c.json({ status: "ok" as const }, 200));
  router.openapi(metrics, async (c) =>
    c.text(await deps.metrics.registry.metrics(), 200, { "Content-Type": deps.metrics.registry.contentType }),
  );
  return router;
}

async function answersInTime({ ping, log }: Deps): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), DATABASE_MS);
  });
  const asked = ping().then(
    () => true,
    (error: unknown) => {
      logFailure(log, error, "health: the database does not answer");
      return false;
    },
  );
  try {
    return await Promise.race([asked, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
