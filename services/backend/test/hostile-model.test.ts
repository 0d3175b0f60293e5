import { functionCall } from "@openai/agents/testing";
import { limits, newTaskSchema, type Task } from "@todo/contract";
import { beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../../../test/support/eventually.ts";
import { operations } from "../src/operations/index.ts";
import { answering, type Output, says } from "./_answering.ts";
import { dump } from "./_dump.ts";
import { type Person, signUp, sql, startTestServer, type TestServer } from "./_harness.ts";
import { Random, strangeTexts } from "./_random.ts";
import { settleIn } from "./_two-people.ts";

const RUNS = 26;
/** Conversations at once. */
const LANES = 3;
const names = operations.map(({ name }) => name);

/** A model that wants harm: any tool, any number, any shape, in any order. */
function hostile() {
  const made = { calls: 0 };
  const randoms = new Map<string, Random>();
  const model = answering(({ said }): Output => {
    if (!said.startsWith("attack")) return says("Well.");
    const random = randoms.get(said) ?? new Random(Number(said.split(" ")[1]));
    randoms.set(said, random);
    if (random.chance(0.1)) return says(random.pick(strangeTexts));
    const calls = Array.from({ length: random.int(1, 24) }, (_, i) => {
      made.calls++;
      const name = random.chance(0.002) ? random.pick(["drop_tables", "__proto__", ""]) : random.pick(names);
      const callId = random.chance(0.003) ? "call-1" : `call-${made.calls}-${i}`;
      return functionCall(name, args(random, name), { callId });
    });
    return random.chance(0.2) ? [...calls, ...says(random.pick(strangeTexts))] : calls;
  });
  return { model, made };
}

function args(random: Random, name: string): string {
  if (random.chance(0.002)) return random.pick(["", "{", "[]", "null", '"x"', '{"tasks":[1e999]}']);
  // Half of the calls are such as could work, so that there is harm to prevent.
  const wild = random.chance(0.5);
  const number = () => (wild && random.chance(0.2) ? random.pick([-1, 0, 1.5, 2 ** 31, 1e300]) : random.int(1, 50));
  const numbers = () => Array.from({ length: wild && random.chance(0.01) ? 5_000 : random.int(1, 12) }, number);
  const text = () => random.pick(wild ? strangeTexts : ["tomorrow", "2030-01-01", "next friday at 5pm"]);
  const maybe = <T>(make: () => T) => (random.chance(0.6) ? null : make());
  const details = () => ({
    title: text(),
    notes: maybe(text),
    priority: maybe(() => random.pick(wild ? ["none", "urgent"] : ["none", "low", "high"])),
    tags: maybe(() => [text(), "home"]),
    due: maybe(text),
  });
  const made: Record<string, () => object> = {
    add_tasks: () => ({ tasks: Array.from({ length: random.int(0, 8) }, () => ({ ...details(), title: "milk" })) }),
    list_tasks: () => ({
      status: random.pick(["open", "done", "all", "any"]),
      query: maybe(text),
      tag: maybe(text),
      priority: null,
      dueBefore: maybe(text),
      dueAfter: maybe(text),
    }),
    update_tasks: () => ({
      changes: Array.from({ length: random.int(1, 6) }, () => ({
        task: number(),
        ...details(),
        title: maybe(text),
        clear: maybe(() => ["due", "tags"]),
      })),
    }),
    delete_tasks: () =>
      random.chance(0.04)
        ? { tasks: null, all: random.pick(["open", "done", "all"]) }
        : { tasks: random.chance(0.7) ? [number()] : numbers(), all: null },
  };
  const input = Object.hasOwn(made, name) ? made[name]?.() : { tasks: numbers() };
  if (random.chance(0.05)) return JSON.stringify({ ...input, userId: "somebody else", user: 1 });
  return JSON.stringify(input);
}

describe("a model that wants harm", () => {
  const { model, made } = hostile();
  let server: TestServer;
  let ann: Person;
  let bob: Person;
  beforeAll(async () => {
    server = await startTestServer({ model });
    ann = await signUp(server);
    await settleIn(ann);
    bob = await signUp(server);
    return server.close;
  });

  it("does nothing that a run may not do, and every run ends", { timeout: 120_000 }, async () => {
    const before = await dump(server.databaseUrl, ann.userId);
    const outcomes: Record<string, number> = {};
    const lane = async (first: number) => {
      for (let i = first; i < RUNS; i += LANES) {
        const status = await rest(await attack(bob, i));
        outcomes[status] = (outcomes[status] ?? 0) + 1;
      }
    };
    await Promise.all(Array.from({ length: LANES }, (_, i) => lane(i)));
    expect(made.calls).toBeGreaterThan(1_000);
    expect(outcomes.done ?? 0, JSON.stringify(outcomes)).toBeGreaterThan(5);
    expect(await dump(server.databaseUrl, ann.userId)).toEqual(before);
    await expectLimitsKept();
    await expectTasksFit();
  });

  /** Sends the user's word and decides what the run asks for, until it has ended. */
  async function attack(person: Person, i: number): Promise<string> {
    const random = new Random(i + 1_000);
    const id = await person.conversation();
    await seed(person);
    const answer = await person.say(id, `attack ${i}`);
    const seen = new Set<string>();
    let { chunks } = answer;
    for (;;) {
      const asked = chunks.flatMap((chunk) => (chunk.type === "tool-approval-request" ? [chunk.approvalId] : []));
      const fresh = asked.filter((approvalId) => !seen.has(approvalId));
      if (fresh.length === 0) break;
      for (const approvalId of fresh) {
        seen.add(approvalId);
        const decision = random.chance(0.5) ? "approve" : "reject";
        const response = await person.request("POST", `/api/approvals/${approvalId}`, { decision });
        // Another call of the same turn may have ended the run.
        expect([200, 409]).toContain(response.status);
      }
      const run = (await person.json<{ run: { id: string } }>("GET", `/api/conversations/${id}`)).run.id;
      await rest(run);
      const rows = await sql<{ chunk: (typeof chunks)[number] }>(
        server.databaseUrl,
        `select chunk from "runChunks" where "runId" = $1 order by seq`,
        [run],
      );
      chunks = rows.map(({ chunk }) => chunk);
    }
    return (await person.json<{ run: { id: string } }>("GET", `/api/conversations/${id}`)).run.id;
  }

  /** Tasks 1 to 50 are there again, whatever became of them, so that there is something to harm. */
  async function seed(person: Person): Promise<void> {
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
      [person.userId],
    );
  }

  async function rest(runId: string): Promise<string> {
    return eventually("the end of a run", async () => {
      const [run] = await sql<{ status: string }>(server.databaseUrl, "select status from runs where id = $1", [runId]);
      return run && !["queued", "running"].includes(run.status) && run.status;
    });
  }

  /** From the audit log: what each run has done without a card that the user approved, besides its one undo. */
  async function expectLimitsKept(): Promise<void> {
    const rows = await sql<{ changes: number; deletes: number }>(
      server.databaseUrl,
      `select count(*)::int as changes, (count(*) filter (where e.kind = 'deleted'))::int as deletes
       from "taskEvents" e
       left join approvals a on a."runId" = e."runId" and a."callId" = e."callId" and a.status = 'approved'
       left join (
         select distinct on ("runId") "runId", "callId" from "taskEvents"
         where operation = 'undo_changes' order by "runId", id
       ) undo on undo."runId" = e."runId" and undo."callId" = e."callId"
       where e."runId" is not null and a.id is null and undo."runId" is null group by e."runId"`,
    );
    expect(rows.length).toBeGreaterThan(RUNS / 2);
    expect(Math.max(...rows.map(({ changes }) => changes))).toBeLessThanOrEqual(limits.run.changes);
    expect(Math.max(...rows.map(({ deletes }) => deletes))).toBeLessThan(limits.run.deletesBeforeApproval);
    const approved = await sql<{ deleted: number; wrong: number }>(
      server.databaseUrl,
      `select count(*)::int as deleted, (count(*) filter (where e.kind <> 'deleted'
         or not a.descriptor -> 'tasks' @> jsonb_build_array(jsonb_build_object('id', e."taskId"))))::int as wrong
       from "taskEvents" e join approvals a on a."runId" = e."runId" and a."callId" = e."callId"
       where a.status = 'approved'`,
    );
    expect(approved[0]?.deleted).toBeGreaterThan(0);
    expect(approved[0]?.wrong).toBe(0);
    const declined = await sql(
      server.databaseUrl,
      `select 1 from "taskEvents" e join approvals a on a."runId" = e."runId" and a."callId" = e."callId"
       where a.status <> 'approved'`,
    );
    expect(declined).toEqual([]);
  }

  /** What came in by a tool fits the rules for what comes in by HTTP, at each of its changes. */
  async function expectTasksFit(): Promise<void> {
    const rows = await sql<{ after: Task }>(server.databaseUrl, `select after from "taskEvents" where "userId" = $1`, [
      bob.userId,
    ]);
    expect(rows.length).toBeGreaterThan(100);
    for (const { title, notes, priority, tags, due } of rows.map(({ after }) => after)) {
      expect(newTaskSchema.parse({ title, notes, priority, tags, due })).toEqual({ title, notes, priority, tags, due });
    }
  }
});
