import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Model } from "@openai/agents";
import type { Conversation } from "@todo/contract";
import { PASSWORD } from "../../../test/support/accounts.ts";
import { eventually } from "../../../test/support/eventually.ts";
import { dump } from "./_dump.ts";
import { Person, sql, type TestServer } from "./_harness.ts";
import type { Operation } from "./_openapi.ts";
import { absent, type Owner, obedientModel, questionsOf, strangerOf } from "./_strangers.ts";
import { settleIn } from "./_two-people.ts";

/** What the model takes its time for, until it is stopped. */
const SLOWLY = "think slowly";

/** The obedient model, and all that it was ever shown. */
export function watchedModel(): { model: Model; shown: string[] } {
  const shown: string[] = [];
  const model: Model = {
    getResponse: (request) => obedientModel.getResponse(request),
    async *getStreamedResponse(request) {
      const asked = JSON.stringify(request.input);
      shown.push(asked);
      if (asked.includes(SLOWLY)) await delay(30_000, undefined, { signal: request.signal }).catch(() => undefined);
      yield* obedientModel.getStreamedResponse(request);
    },
  };
  return { model, shown };
}

/** Somebody who keeps all that is answered. */
class Listener extends Person {
  readonly heard: string[] = [];

  override async request(method: string, path: string, body?: unknown, init: RequestInit = {}): Promise<Response> {
    const response = await super.request(method, path, body, init);
    const text = await response.text();
    this.heard.push(`${method} ${path}: ${text}`);
    const { status, headers } = response;
    return new Response(status === 204 || status === 304 ? null : text, { status, headers });
  }
}

/**
 * Does everything that one can do with one's own, and asks for everything of somebody else by its id.
 * @returns what came of it that may not be: words of the owner, other answers than to what nobody has, changes of what
 * the owner has, and faults
 */
export async function liveBeside(
  server: TestServer,
  who: Person,
  owner: Owner,
  { described, shown, turns }: { described: readonly Operation[]; shown: string[]; turns: number },
): Promise<string[]> {
  const breaches: string[] = [];
  const bob = new Listener(server, who);
  const before = await dump(server.databaseUrl, owner.person.userId);
  shown.length = 0;
  const trying = async (what: string, work: () => Promise<unknown>) => {
    await work().catch((error: unknown) => breaches.push(`${what}: ${error}`));
  };
  await trying("asking for what is the owner's", () => askForAll(bob, owner, described, breaches));
  await trying("doing with one's own", () => useOwn(bob, turns, server.databaseUrl));
  const { mark, person, belongings } = owner;
  for (const secret of [mark, person.email, belongings.apiToken]) {
    breaches.push(...[...bob.heard, ...shown].filter((text) => text.includes(secret)).map((text) => `heard ${text}`));
  }
  const after = await dump(server.databaseUrl, person.userId);
  if (JSON.stringify(after) !== JSON.stringify(before)) breaches.push("the owner's rows have changed");
  return breaches;
}

async function askForAll(bob: Person, { belongings }: Owner, described: readonly Operation[], breaches: string[]) {
  const stranger = await strangerOf(bob, false);
  const ids = [...Object.values(belongings.ids).map((list) => list.at(-1)), belongings.messageIds.at(-1)];
  const questions = questionsOf(described, stranger).filter((each) => !each.name.startsWith("chat"));
  for (const { name, ask } of questions) {
    const [unknown, ...answers] = await ask([absent("id"), ...ids]);
    for (const [i, answer] of answers.entries()) {
      if (answer !== unknown) breaches.push(`${name} ${ids[i]}: ${answer} instead of ${unknown}`);
    }
  }
}

/** What people do with what is theirs, each thing once; `turns`: how often they say hello. */
async function useOwn(bob: Person, turns: number, databaseUrl: string): Promise<void> {
  const { ids } = await settleIn(bob, "bobs-own");
  const [told, failed, waiting] = ids["conversations"] ?? [];
  const [, failedRun, waitingRun] = ids["runs"] ?? [];
  const [ofRun, ofCall] = ids["approvals"] ?? [];
  for (const path of [
    "tasks?q=b&sort=due",
    "tasks?status=deleted",
    "conversations?q=b",
    "approvals",
    "tokens",
    "changes",
  ]) {
    await bob.json("GET", `/api/${path}`);
  }
  await bob.json("GET", `/api/changes?conversation=${told}`);
  for (let i = 0; i < 2; i++) await bob.json("PATCH", `/api/tasks/${ids["tasks"]?.[0]}`, { title: "another title" });
  const message = randomUUID();
  for (let i = 0; i < 2; i++) await bob.say(told ?? "", "hello again", message);
  await stopOneThatRuns(bob);
  await bob.request("GET", `/api/conversations/${waiting}/stream`);
  await bob.json("POST", `/api/runs/${failedRun}/retry`, {});
  await bob.json("POST", `/api/approvals/${ofCall}`, { decision: "approve" });
  await bob.json("POST", "/api/changes/undo", {});
  await bob.json("POST", "/api/changes/undo", { redo: true });
  await bob.json("POST", `/api/approvals/${ofRun}`, { decision: "reject" });
  for (let i = 0; i < turns; i++) await bob.say(told ?? "", `hello ${i}`);
  const calls = ["list_tasks", "list_changes", "undo_changes"].map((name) => ({ name, input: {} }));
  await bob.say(told ?? "", `call ${JSON.stringify(calls)}`);
  await bob.say(told ?? "", `call ${JSON.stringify([{ name: "complete_tasks", input: { tasks: [1, 2] } }])}`);
  // A log so long that it is deleted in steps.
  await sql(
    databaseUrl,
    `insert into "runChunks" ("runId", "userId", seq, attempt, chunk)
     select $1, $2, n, 1, '{"type":"finish-step"}' from generate_series(1000, 2100) n`,
    [waitingRun, bob.userId],
  );
  await bob.request("DELETE", `/api/conversations/${waiting}`);
  await bob.request("DELETE", `/api/tokens/${ids["tokens"]?.[0]}`);
  for (const id of [failed, told]) await bob.request("DELETE", `/api/conversations/${id}`);
  await bob.json<{ items: Conversation[] }>("GET", "/api/conversations");
  await bob.json("POST", "/api/auth/delete-user", { password: PASSWORD });
}

/** Stops an answer that is being written. */
async function stopOneThatRuns(bob: Person): Promise<void> {
  const id = await bob.conversation();
  const watching = bob.send(id, SLOWLY);
  const run = await eventually("a run", async () => {
    const { run } = await bob.json<Conversation>("GET", `/api/conversations/${id}`);
    return run?.status === "running" && run;
  });
  await bob.json("POST", `/api/runs/${run.id}/stop`, {});
  await watching;
}
