import type { Model } from "@openai/agents";
import type { Conversation } from "@todo/contract";
import { dump } from "./_dump.ts";
import { Person, type TestServer } from "./_harness.ts";
import type { Operation } from "./_openapi.ts";
import { absent, type Owner, obedientModel, questionsOf, strangerOf } from "./_strangers.ts";
import { settleIn } from "./_two-people.ts";

/** The obedient model, and all that it was ever shown. */
export function watchedModel(): { model: Model; shown: string[] } {
  const shown: string[] = [];
  const model: Model = {
    getResponse: (request) => obedientModel.getResponse(request),
    getStreamedResponse(request) {
      shown.push(JSON.stringify(request.input));
      return obedientModel.getStreamedResponse(request);
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
  await trying("doing with one's own", () => useOwn(bob, turns));
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
async function useOwn(bob: Person, turns: number): Promise<void> {
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
  await bob.json("POST", `/api/runs/${waitingRun}/stop`, {});
  await bob.request("DELETE", `/api/tokens/${ids["tokens"]?.[0]}`);
  for (const id of [failed, waiting, told]) await bob.request("DELETE", `/api/conversations/${id}`);
  await bob.json<{ items: Conversation[] }>("GET", "/api/conversations");
}
