import { beforeAll, expect, it } from "vitest";
import { eventually } from "../../../../test/support/eventually.ts";
import { long, row, seedOf, tell } from "../../../../test/support/figures.ts";
import { dump } from "../_dump.ts";
import { type Person, signUp, sql, startTestServer, type TestServer } from "../_harness.ts";
import { hostileArguments, hostileModel, hostileName } from "../_hostile.ts";
import { beyondLimits, doneBy, unfitTasks } from "../_limits-kept.ts";
import { makeProgram, type Program } from "../_program.ts";
import { Random } from "../_random.ts";
import { type Named, namedOf } from "../_strangers.ts";
import { canary, settleIn } from "../_two-people.ts";

const SEQUENCES = Number(process.env["SEQUENCES"] ?? (long ? 50_000 : 60));
/** How many of them are answers of a model; the others come over MCP. */
const BY_MODEL = long ? 0.1 : 0.25;
/** People who attack at once, and how much each does before the next comes. */
const LANES = 4;
const EACH = long ? 100 : 10;

const seed = seedOf(20_000);
let theirs: Named;
const { model, made } = hostileModel(() => theirs);
let server: TestServer;
let ann: Person;
const found = { sequences: 0, calls: 0, changes: 0, deleted: 0, updated: 0, harm: [] as string[] };
beforeAll(async () => {
  server = await startTestServer({ model });
  ann = await signUp(server);
  const belongings = await settleIn(ann);
  theirs = await namedOf(server, [{ person: ann, belongings, mark: canary }]);
  return server.close;
});

it("calls that want harm read and change nothing of others, and do no more than they may", async () => {
  const before = await dump(server.databaseUrl, ann.userId);
  await Promise.all(Array.from({ length: LANES }, attackInTurn));
  expect(await dump(server.databaseUrl, ann.userId)).toEqual(before);
  const what = `${found.sequences} sequences of hostile calls by models and over MCP, ${found.calls + made.calls} calls (seed ${seed})`;
  tell(
    row(
      `${what}: rows of others read or changed, limits passed, deletes and other words without approval`,
      { value: found.harm.length, unit: "" },
      { at: "most", limit: 0 },
    ),
    row("changes that they made of their own user's tasks", { value: found.changes, unit: "" }),
    row("of these on an approved card", { value: found.deleted + found.updated, unit: "" }),
  );
  expect(found.harm).toEqual([]);
  expect(found.changes).toBeGreaterThan(SEQUENCES / 4);
  expect(found.deleted).toBeGreaterThan(0);
  expect(found.updated).toBeGreaterThan(0);
});

let next = 0;

/** One person after the other, each with its sequences; afterwards it is looked at what they have done. */
async function attackInTurn(): Promise<void> {
  while (next < SEQUENCES) {
    await sql(server.databaseUrl, `delete from "rateLimits"`);
    const bob = await signUp(server);
    const program = await makeProgram(bob);
    for (let i = 0; i < EACH && next < SEQUENCES; i++) {
      const random = new Random(seed + next++);
      // Tokens delete and reword little in a minute, and there are as many minutes as it takes.
      await sql(server.databaseUrl, `update "taskEvents" set at = at - interval '2 minutes' where "userId" = $1`, [
        bob.userId,
      ]);
      if (i % 10 === 0) await seedTasks(bob);
      if (random.chance(BY_MODEL)) await attackByModel(bob, random);
      else await attackByMcp(bob, program, random);
      found.sequences++;
    }
    harm(...(await beyondLimits(server.databaseUrl, bob.userId)));
    harm(...(await unfitTasks(server.databaseUrl, bob.userId)).map((task) => JSON.stringify(task)));
    const { changes, deleted, updated } = await doneBy(server.databaseUrl, bob.userId);
    found.changes += changes;
    found.deleted += deleted;
    found.updated += updated;
    if (long) process.stdout.write(`${found.sequences} of ${SEQUENCES} sequences, harm: ${found.harm.length}\n`);
  }
}

function harm(...what: string[]): void {
  found.harm.push(...what);
  for (const each of what) process.stdout.write(`HARM: ${each.slice(0, 2_000)}\n`);
}

function listen(what: string, text: string): void {
  if (text.includes(canary) || text.includes(ann.email)) harm(`${what} told of somebody else: ${text}`);
}

/** Sends the user's word and decides what the run asks for, until it has ended. */
async function attackByModel(bob: Person, random: Random): Promise<void> {
  const id = await bob.conversation();
  const word = `attack ${random.int(0, 2 ** 31)}`;
  await sql(server.databaseUrl, `update "userStates" set "messageCount" = 0 where "userId" = $1`, [bob.userId]);
  const answer = await bob.say(id, word);
  listen(word, JSON.stringify(answer.chunks) + made.shown.splice(0).join());
  type Found = { run: { id: string; status: string } };
  for (;;) {
    const rests = async () => {
      const { run } = await bob.json<Found>("GET", `/api/conversations/${id}`);
      return !["queued", "running"].includes(run.status) && run;
    };
    const run = await eventually("a run that has come to rest", rests, { timeoutMs: 90_000, everyMs: 100 });
    if (run.status !== "waiting") return;
    const waiting = await sql<{ id: string }>(
      server.databaseUrl,
      `select id from approvals where "runId" = $1 and status = 'pending'`,
      [run.id],
    );
    for (const approval of waiting) await decide(bob, approval.id, random);
  }
}

/** Calls of a program, now and then all at once, and what they ask for decided by the user, or forged. */
async function attackByMcp(bob: Person, program: Program, random: Random): Promise<void> {
  const calls = Array.from({ length: random.int(1, 3) }, () => {
    const name = hostileName(random);
    return { name, json: hostileArguments(random, name, theirs) };
  });
  const call = async ({ name, json }: (typeof calls)[number]) => {
    found.calls++;
    const rpc = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":${JSON.stringify(name)},"arguments":${json || "{"}}}`;
    const response = await fetch(`${server.url}/mcp`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${program.token}`,
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
      },
      body: rpc,
    });
    const text = await response.text();
    listen(rpc, text);
    if (response.status === 500 || text.includes("Something went wrong here")) harm(`${rpc}: ${text}`);
    return /"approval":\{"id":"([\w-]{36})"/.exec(text)?.[1];
  };
  const asked: (string | undefined)[] = [];
  if (random.chance(0.2)) asked.push(...(await Promise.all(calls.map(call))));
  else for (const each of calls) asked.push(await call(each));
  for (const approval of new Set(asked.filter((id) => id !== undefined))) {
    const forged = await program.request("POST", `/api/approvals/${approval}`, { decision: "approve" });
    if (forged.status !== 403) harm(`a token has approved ${approval}`);
    await decide(bob, approval, random);
  }
  if (random.chance(0.1)) {
    const foreign = await bob.request("POST", `/api/approvals/${random.pick(theirs.id)}`, { decision: "approve" });
    if (foreign.status !== 404) harm(`an approval of somebody else: ${foreign.status}`);
  }
}

/** Decides most; what nobody decides goes on waiting. */
async function decide(bob: Person, approval: string, random: Random): Promise<void> {
  const response = await bob.request("POST", `/api/approvals/${approval}`, {
    decision: random.chance(0.5) ? "approve" : "reject",
  });
  const text = await response.text();
  listen(approval, text);
  // Another call of the same turn may have ended the run; on a busy machine the database may not be reached in time.
  if (![200, 409, 503].includes(response.status)) harm(`deciding ${approval}: ${response.status} ${text}`);
}

/** Tasks 1 to 50 are there again, whatever became of them, so that there is something to harm. */
async function seedTasks(bob: Person): Promise<void> {
  // Locks in the order that the app takes them in.
  await sql(
    server.databaseUrl,
    `with state as (
       insert into "userStates" ("userId", "nextTaskNumber") values ($1, 51)
       on conflict ("userId") do update set "nextTaskNumber" = greatest("userStates"."nextTaskNumber", 51) returning 1
     )
     insert into tasks (id, "userId", number, title, notes, status, priority, tags, "createdAt", "updatedAt")
     select gen_random_uuid(), $1, n, 'Task ' || n, '', 'open', 'none', '{}', now(), now()
     from state, generate_series(1, 50) n
     on conflict ("userId", number) do update set "deletedAt" = null`,
    [bob.userId],
  );
}
