import type { Message } from "@todo/contract";
import { expect, it } from "vitest";
import { signUp } from "../../../../test/support/accounts.ts";
import { eventually } from "../../../../test/support/eventually.ts";
import { createTestDatabase } from "../_harness.ts";
import { examine } from "./check.ts";
import { rounds } from "./lane.ts";
import { open } from "./open.ts";
import { get, prepare } from "./operation.ts";
import { playRounds } from "./play.ts";
import { sendAndRead } from "./reader.ts";

/** Fixed, so that a failure can be seen again; `npm run test:faults` draws others. */
const SEED = 20_261_123;

it("loses, doubles and garbles nothing, wherever a backend dies", { timeout: 300_000 }, async () => {
  const ledger = await playRounds({
    createDatabase: () => createTestDatabase({ migrate: false }),
    rounds: [...rounds, "random"],
    lanes: 2,
    seed: SEED,
  });
  process.stdout.write(`${ledger.table()}\n`);
  expect(ledger.problems).toEqual([]);
  expect(ledger.clean).toBe(true);
  expect(ledger.total.operations).toBe(3 * (rounds.length + 1));
});

const DEATH_MS = 30_000;

it("gives up a run that has killed three backends, and goes on where it was when asked to", {
  timeout: 180_000,
}, async () => {
  const { stack, db, backend } = await open();
  await using _ = stack;
  await backend.start();
  const ann = await signUp(backend.url);
  const op = await prepare(backend.url, ann);

  await backend.start("tool:after");
  const reading = sendAndRead(ann, op, { urls: [backend.url], deadlineMs: 120_000 });
  for (let deaths = 1; ; deaths++) {
    expect(await backend.hasDied(DEATH_MS)).toBe(true);
    if (deaths === 3) break;
    await backend.start("tool:after");
  }
  await backend.start();
  const given = await reading;
  expect(given.done).toBe(true);
  expect(given.parts.at(-1)).toMatchObject({ type: "data-notice", data: { code: "run_crashed", retry: true } });
  const answer = await theAnswer();
  expect(answer).toMatchObject({ status: "failed" });
  expect(answer?.parts).toEqual(given.parts);

  const retried = await fetch(`${backend.url}/api/runs/${answer?.runId}/retry`, {
    method: "POST",
    headers: { cookie: ann.cookie },
  });
  expect(retried.status).toBe(200);
  const { parts } = await eventually("the answer is complete", async () => {
    const again = await theAnswer();
    return again?.status === "complete" && again;
  });
  op.reads.push({ parts, done: true, connections: 1 });
  expect(await examine({ db, url: backend.url }, op)).toEqual([]);

  async function theAnswer(): Promise<Message | undefined> {
    const path = `/api/conversations/${op.conversationId}/messages`;
    const { items } = await get<{ items: Message[] }>(backend.url + path, ann);
    return items.find((message) => message.role === "assistant");
  }
});
