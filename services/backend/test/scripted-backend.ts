import { serve } from "@hono/node-server";
import type { Model } from "@openai/agents";
import { Hono } from "hono";
import { streamSSE } from "hono/streaming";
import { createApp } from "../src/app.ts";
import { createDeps } from "../src/deps.ts";
import { readEnv } from "../src/env.ts";

/**
 * A backend whose model answers at once; a twin route that streams the same words without storing anything; and under
 * `/library` the same backend with sessions read by better-auth.
 */
const words = ["Here", " is", " an", " answer", "."];
const model: Model = {
  getResponse: () => Promise.reject(new Error("only streamed here")),
  async *getStreamedResponse() {
    yield { type: "response_started" };
    for (const delta of words) yield { type: "output_text_delta", delta };
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
const readSession = async (cookie = "") => {
  const { api } = await deps.auth();
  const found = await api.getSession({ headers: new Headers({ cookie }) });
  return found ? { userId: found.user.id, token: found.session.token, isStale: false } : undefined;
};
const outer = new Hono();
outer.post("/twin", (c) =>
  streamSSE(c, async (stream) => {
    for (const delta of words) await stream.writeSSE({ data: JSON.stringify({ type: "text-delta", delta }) });
  }),
);
outer.route("/library", createApp({ ...deps, readSession }, docs));
outer.route("/", createApp(deps, docs));
serve({ fetch: outer.fetch, port: env.PORT, hostname: env.HOST });
deps.worker.start();
process.on("SIGTERM", () => process.exit(0));
