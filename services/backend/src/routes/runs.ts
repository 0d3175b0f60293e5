import { createRoute, z } from "@hono/zod-openapi";
import { type Chunk, newMessageSchema, runSchema } from "@todo/contract";
import type { Context as HonoContext } from "hono";
import type { AppEnv } from "../app-env.ts";
import type { Deps } from "../deps.ts";
import { newestRun, type RunRow, retryRun, startRun, stopRun } from "../domain/runs.ts";
import { failpoint } from "../failpoint.ts";
import { type Cursor, formatCursor, parseCursor, streamRun } from "../runs/stream-run.ts";
import { eventStream } from "./event-stream.ts";
import { body, commonErrors, conflictError, createRouter, idParam, json, notFoundError, parseId } from "./router.ts";

const tags = ["Runs"];
const stream = {
  description: "The answer as an AI SDK UI message stream; each event's id can come back as Last-Event-ID",
  content: { "text/event-stream": { schema: z.string() } },
};
const errors = { ...notFoundError, ...conflictError, ...commonErrors };

const send = createRoute({
  method: "post",
  path: "/api/conversations/{id}/messages",
  tags,
  summary: "Send a message and watch its answer; the same id and text again watches the same answer",
  request: { params: idParam, body: body(newMessageSchema) },
  responses: { 200: stream, ...errors, 429: json("Too many", z.any()) },
});
const watch = createRoute({
  method: "get",
  path: "/api/conversations/{id}/stream",
  tags,
  summary: "Watch the running answer, from its start or after Last-Event-ID",
  request: { params: idParam },
  responses: { 200: stream, 204: { description: "None is running" }, ...notFoundError, ...commonErrors },
});
const stop = createRoute({
  method: "post",
  path: "/api/runs/{id}/stop",
  tags,
  summary: "Stop an answer and keep what it has said",
  request: { params: idParam },
  responses: { 200: json("The run", runSchema), ...notFoundError, ...commonErrors },
});
const retry = createRoute({
  method: "post",
  path: "/api/runs/{id}/retry",
  tags,
  summary: "Let a failed answer go on from where it came to",
  request: { params: idParam },
  responses: { 200: json("The run", runSchema), ...errors },
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
