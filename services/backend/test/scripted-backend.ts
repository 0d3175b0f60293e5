import { randomUUID } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { serve } from "@hono/node-server";
import type { Model } from "@openai/agents";
import { Hono } from "hono";
import { streamSSE } from "hono/streaming";
import pg from "pg";
import { createApp } from "../src/app.ts";
import { createDeps } from "../src/deps.ts";
import { readEnv } from "../src/env.ts";

/**
 * A backend whose model answers at once, or as slowly as TOKENS (how many) and TOKEN_MS (how far apart) say; twin routes
 * that stream the same words without storing anything, or storing each in a transaction of its own; and under `/library`
 * the same backend with sessions read by better-auth.
 */
const { TOKENS, TOKEN_MS, DATABASE_URL } = process.env;
const words = TOKENS ? Array.from({ length: Number(TOKENS) }, () => " token") : ["Here", " is", " an", " answer", "."];

/** The words, at their pace: a model that lags behind catches up. */
async function* spoken() {
  const began = performance.now();
  for (const [i, delta] of words.entries()) {
    const wait = began + i * Number(TOKEN_MS ?? 0) - performance.now();
    if (wait > 0) await setTimeout(wait);
    yield delta;
  }
}

const model: Model = {
  getResponse: () => Promise.reject(new Error("only streamed here")),
  async *getStreamedResponse() {
    yield { type: "response_started" };
    for await (const delta of spoken()) yield { type: "output_text_delta", delta };
    const content = [{ type: "output_text" as const, text: words.join("") }];
    const output = [{ type: "message" as const, role: "assistant" as const, status: "completed" as const, content }];
    const usage = { inputTokens: 0, outputTokens: 0, totalTokens: 0 };
    yield { type: "response_done", response: { id: "r", usage, output } };
  },
};

const env = readEnv({ ...process.env, BETTER_AUTH_SECRET: "x".repeat(32) });
const deps = createDeps(env, new AbortController().signal, {
  model: { name: "scripted", load: async () => model, costs: true, silenceMs: 5_000, tracing: false },
});
const docs = new URL("file:///nowhere/");
const read = async (cookie = "") => {
  const { api } = await deps.auth();
  const found = await api.getSession({ headers: new Headers({ cookie }) });
  return found ? { userId: found.user.id, token: found.session.token, isStale: false } : undefined;
};
const claim = async (cookie = "") => {
  const session = await read(cookie);
  return session && { ...session, asked: true };
};
const sessions = { read, claim, forget: () => undefined };
const outer = new Hono();
outer.post("/twin", (c) =>
  streamSSE(c, async (stream) => {
    for await (const delta of spoken()) await stream.writeSSE({ data: JSON.stringify({ type: "text-delta", delta }) });
  }),
);
const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 20 });
outer.post("/twin/stored", (c) =>
  streamSSE(c, async (stream) => {
    const id = randomUUID();
    for await (const delta of spoken()) {
      const data = JSON.stringify({ type: "text-delta", delta });
      await pool.query(`insert into "twinTokens" ("id", "chunk") values ($1, $2)`, [id, data]);
      await stream.writeSSE({ data });
    }
  }),
);
outer.route("/library", createApp({ ...deps, sessions }, docs));
outer.route("/", createApp(deps, docs));
serve({ fetch: outer.fetch, port: env.PORT, hostname: env.HOST });
deps.worker.start();
process.on("SIGTERM", () => process.exit(0));
