import { createRoute, z } from "@hono/zod-openapi";
import { type Chunk, newMessageSchema, runSchema } from "@todo/contract";
import type { Context as HonoContext } from "hono";
import type { AppEnv } from "../app-env.ts";
import type { Deps } from "../deps.ts";
import { newestRun, type RunRow, retryRun, startRun, stopRun } from "../domain/runs.ts";
import { failpoint } from "../failpoint.ts";
import { type Cursor, formatCursor, parseCursor, streamRun } from "../runs/stream-run.ts";
import { access } from "./describe.ts";
import { eventStream, eventsOf } from "./event-stream.ts";
import { body, createRouter, idParam, json, parseId } from "./router.ts";

const tags = ["Runs"];
const stream = eventsOf(
  "The answer as an AI SDK UI message stream; each event's id can come back as Last-Event-ID. `reconnect`: come again at " +
    "once. `closed`: too many are open, come again when somebody looks",
  z.string().describe("A chunk of the protocol as JSON, or [DONE]"),
);

const whereLeftOff = z.object({
  "last-event-id": z.string().optional().describe("The id of the last event that was read: go on after it"),
});

const send = createRoute({
  method: "post",
  path: "/api/conversations/{id}/messages",
  tags,
  security: access.session,
  "x-errors": ["conflict", "run_active", "too_many_runs", "rate_limited", "idempotency_mismatch"],
  summary: "Send a message and watch its answer; the same id and text again watches the same answer",
  request: { params: idParam, headers: whereLeftOff, body: body(newMessageSchema) },
  responses: { 200: stream },
});
const watch = createRoute({
  method: "get",
  path: "/api/conversations/{id}/stream",
  tags,
  security: access.session,
  summary: "Watch the running answer, from its start or after Last-Event-ID",
  request: { params: idParam, headers: whereLeftOff },
  responses: { 200: stream, 204: { description: "None is running" } },
});
const stop = createRoute({
  method: "post",
  path: "/api/runs/{id}/stop",
  tags,
  security: access.session,
  summary: "Stop an answer and keep what it has said",
  request: { params: idParam },
  responses: { 200: json("The run", runSchema) },
});
const retry = createRoute({
  method: "post",
  path: "/api/runs/{id}/retry",
  tags,
  security: access.session,
  "x-errors": ["conflict", "run_active", "too_many_runs"],
  summary: "Let a failed answer go on from where it came to",
  request: { params: idParam },
  responses: { 200: json("The run", runSchema) },
});

export function runRoutes(deps: Deps) {
  const { worker, hub } = deps;
  const router = createRouter();
  router.openapi(send, async (c) => {
    const conversationId = parseId(c.req.valid("param").id, "conversation");
    const message = c.req.valid("json");
    failpoint("message:before");
    const sent = { ...message, id: message.id.toLowerCase(), conversationId, owner: worker.owner };
    const { run, question } = await c.var.caller.asUser((ctx) => startRun(ctx, sent));
    failpoint("message:after");
    if (question) worker.begin(run, question);
    return answer(c, deps, run, cursorOf(c), question !== undefined);
  });

  router.openapi(watch, async (c) => {
    const id = parseId(c.req.valid("param").id, "conversation");
    const run = await c.var.caller.asUser((ctx) => newestRun(ctx, id), "read");
    const cursor = cursorOf(c);
    const live = run?.status === "queued" || run?.status === "running";
    // Who was watching this run gets its end even when it has just ended.
    if (!run || (!live && cursor?.runId !== run.id)) return c.body(null, 204);
    return answer(c, deps, run, cursor);
  });

  router.openapi(stop, async (c) => {
    const id = parseId(c.req.valid("param").id, "run");
    const { run, signalled } = await c.var.caller.asUser((ctx) => stopRun(ctx, id));
    if (signalled) worker.stop(id);
    else hub.publishStatus(id, run.status);
    return c.json(run, 200);
  });

  router.openapi(retry, async (c) => {
    const id = parseId(c.req.valid("param").id, "run");
    const run = await c.var.caller.asUser((ctx) => retryRun(ctx, id));
    worker.wake();
    return c.json(run, 200);
  });

  return router;
}

function cursorOf(c: HonoContext<AppEnv>): Cursor | undefined {
  return parseCursor(c.req.header("last-event-id"));
}

function answer(c: HonoContext<AppEnv>, deps: Deps, run: RunRow, cursor: Cursor | undefined, isNew = false): Response {
  const response = eventStream(c, deps, `run ${run.userId}`, async (send, signal) => {
    const tell = (chunk: Chunk, id: string) => send({ id, data: JSON.stringify(chunk) });
    const first = { runId: run.id, attempt: 1, seq: 1 };
    // All that a new run's log holds is known without a look.
    if (isNew) tell({ type: "start", messageId: run.answerId }, formatCursor(first));
    await streamRun(deps, run, isNew ? first : cursor, tell, signal, { caughtUp: isNew });
    if (!signal.aborted) send({ data: "[DONE]" });
  });
  response.headers.set("x-vercel-ai-ui-message-stream", "v1");
  return response;
}
