import { setTimeout as sleep } from "node:timers/promises";
import { errorBodySchema } from "@todo/contract";
import { expect, it, onTestFinished } from "vitest";
import { eventually } from "../../../test/support/eventually.ts";
import { createLogger } from "../src/logger.ts";
import { closeAfterTest, createTestDatabase, signUp, startTestServer } from "./_harness.ts";
import { gate, slowText } from "./_models.ts";
import { startRelay } from "./_relay.ts";

type Line = { level: string; msg: string; database?: string; reason?: string; status?: number };

function capture() {
  const lines: Line[] = [];
  return { lines, log: createLogger("info", { write: (line: string) => void lines.push(JSON.parse(line)) }) };
}

/** A server whose database can be cut off, in the middle of its work: streams are open, an answer is being written. */
async function busyServer() {
  const { lines, log } = capture();
  const relay = await startRelay(await createTestDatabase());
  onTestFinished(relay.close);
  const hold = gate();
  const model = slowText(["One ", "two."], hold);
  const server = await startTestServer({ databaseUrl: relay.url, log, model, heartbeatMs: 100 });
  closeAfterTest(server);
  const ann = await signUp(server);
  const abort = new AbortController();
  onTestFinished(() => abort.abort());
  const { signal } = abort;
  const streams = { open: 5 };
  for (let i = 0; i < streams.open; i++) {
    const { body } = await ann.request("GET", "/api/events", undefined, { signal });
    void body?.pipeTo(new WritableStream()).catch(() => streams.open--);
  }
  const conversation = await ann.conversation();
  await ann.send(conversation, "count", undefined, { signal });
  const health = async () => (await fetch(`${server.url}/api/health`)).status;
  /** All that was logged but that a request was answered. */
  const told = () => lines.filter(({ msg }) => msg !== "request").map(({ msg, reason }) => ({ msg, reason }));
  lines.length = 0;
  return { server, relay, ann, conversation, hold, health, told, lines, streams };
}

it("says once that the database is away and once that it is back, serves on, and finishes what it had begun", async () => {
  const { server, relay, ann, conversation, hold, health, told, lines, streams } = await busyServer();
  relay.refuse();
  for (let i = 0; i < 30; i++) {
    expect(await health()).toBe(503);
    const response = await ann.request("GET", "/api/tasks");
    expect(response.status).toBe(503);
    expect(errorBodySchema.parse(await response.json()).error.code).toBe("database_unavailable");
    await sleep(100);
  }
  const reason = expect.stringMatching(/refused|broke/);
  expect(told()).toEqual([{ msg: "database unavailable", reason }]);
  expect(lines.find(({ msg }) => msg === "database unavailable")?.database).toBe(relay.place);
  await eventually("the streams show it", async () => streams.open === 0);
  hold.open();
  await eventually("the run is left", async () => server.deps.worker.activeRuns === 0);
  await relay.restore();
  await eventually("it is ready again", async () => (await health()) === 200);
  await eventually("the answer is finished", async () =>
    JSON.stringify(await ann.messages(conversation)).includes("One two."),
  );
  await eventually("it says that it is back", async () => told().length > 2);
  expect(told().map(({ msg }) => msg)).toEqual([
    "database unavailable",
    "database unavailable, leaving the run for later",
    "database available again",
  ]);
});

it("does not hang on a network that swallows everything", async () => {
  const { lines, log } = capture();
  const relay = await startRelay(await createTestDatabase());
  onTestFinished(relay.close);
  const server = await startTestServer({ databaseUrl: relay.url, log });
  closeAfterTest(server);
  const ann = await signUp(server);
  const ask = async () => (await ann.request("GET", "/api/tasks")).status;
  await Promise.all(Array.from({ length: 5 }, ask));
  relay.swallow();
  // Over a connection that it has, then over new ones.
  expect(await ask()).toBe(503);
  expect(await ask()).toBe(503);
  expect((await fetch(`${server.url}/api/health`)).status).toBe(503);
  expect(lines).toContainEqual(
    expect.objectContaining({ msg: "database unavailable", reason: "it does not answer in time" }),
  );
  await relay.restore();
  await eventually("it answers again", async () => (await ask()) === 200);
});

it("keeps people signed in meanwhile, and signs nobody out whose session would live on", async () => {
  const relay = await startRelay(await createTestDatabase());
  onTestFinished(relay.close);
  const server = await startTestServer({ databaseUrl: relay.url });
  closeAfterTest(server);
  const ann = await signUp(server);
  const signOut = () => ann.request("POST", "/api/auth/sign-out", {});
  relay.refuse();
  for (const response of [await signOut(), await ann.request("GET", "/api/auth/list-sessions")]) {
    expect([response.status, response.headers.getSetCookie()]).toEqual([503, []]);
    expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(errorBodySchema.parse(await response.json()).error.message).toMatch(/try again/i);
  }
  await relay.restore();
  const status = async () => (await ann.request("GET", "/api/tasks")).status;
  await eventually("she is still signed in", async () => (await status()) === 200);
  expect((await signOut()).status).toBe(200);
  expect(await status()).toBe(401);
});
