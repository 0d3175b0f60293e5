import { createRoute, z } from "@hono/zod-openapi";
import { healthSchema } from "@todo/contract";
import { unavailableReason } from "../db/unavailable.ts";
import type { Deps } from "../deps.ts";
import { logFailure } from "../errors.ts";
import { access } from "./describe.ts";
import { createRouter, json } from "./router.ts";

const DATABASE_MS = 2_000;
const tags = ["Operation"];

const health = createRoute({
  method: "get",
  path: "/api/health",
  tags,
  security: access.open,
  "x-without-database": true,
  summary: "Whether this replica can serve: readiness",
  responses: { 200: json("It can", healthSchema), 503: json("It can't", healthSchema) },
});
const live = createRoute({
  method: "get",
  path: "/api/live",
  tags,
  security: access.open,
  "x-without-database": true,
  summary: "Whether the process runs: liveness. Never asks the database",
  responses: { 200: json("It does", z.object({ status: z.literal("ok") })) },
});
const metrics = createRoute({
  method: "get",
  path: "/metrics",
  tags,
  security: access.open,
  "x-without-database": true,
  summary: "Metrics in Prometheus' text form",
  responses: { 200: { description: "Metrics", content: { "text/plain": { schema: z.string() } } } },
});

export function healthRoutes(deps: Deps) {
  const router = createRouter();
  router.openapi(health, async (c) => {
    const reason = await whyNotReady(deps);
    const database = reason === undefined ? "ok" : "unavailable";
    const ready = database === "ok" && !deps.shutdown.aborted;
    const status = ready ? "ok" : "unavailable";
    const why = reason === undefined ? {} : { reason };
    const body = { status, database, ...why, assistant: deps.model.name, version: deps.version } as const;
    return ready ? c.json(body, 200) : c.json(body, 503);
  });
  router.openapi(live, (c) => c.json({ status: "ok" as const }, 200));
  router.openapi(metrics, async (c) =>
    c.text(await deps.metrics.registry.metrics(), 200, { "Content-Type": deps.metrics.registry.contentType }),
  );
  return router;
}

/** Undefined when all is well. */
async function whyNotReady({ assertReady, log }: Deps): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve("it does not answer in time"), DATABASE_MS);
  });
  const asked = assertReady().then(
    () => undefined,
    (error: unknown) => {
      logFailure(log, error, "health: the database does not answer");
      return unavailableReason(error) ?? "it does not answer";
    },
  );
  try {
    return await Promise.race([asked, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
