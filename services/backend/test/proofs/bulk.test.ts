import type { Run, ToolOutput } from "@todo/contract";
import { expect, it } from "vitest";
import { PASSWORD } from "../../../../test/support/accounts.ts";
import { long, row, tell } from "../../../../test/support/figures.ts";
import { percentile } from "../../../../test/support/percentile.ts";
import { askApproval, seedTasks } from "../_bulk.ts";
import { type Person, signUp, sql } from "../_harness.ts";
import { runIs } from "../_runs.ts";
import { Others, startBackend } from "./_backend.ts";
import { watchTransactions } from "./_transactions.ts";

const TASKS = long ? 10_000 : 600;
const OTHERS = long ? 10 : 3;
const QUIET_MS = long ? 10_000 : 500;
/** Most transactions may hold what others wait for. */
const LOCK_MS = 200;

it("holds nobody up while one user deletes, takes back, completes and leaves with very many tasks", async () => {
  const server = await startBackend();
  const ann = await signUp(server);
  await seedTasks(server.databaseUrl, ann, TASKS);
  const others = await Others.come(server, OTHERS, 400);
  const quiet = await others.during(async () => {}, QUIET_MS);

  const count = async (where: string) => {
    const [found] = await sql<{ count: number }>(
      server.databaseUrl,
      `select count(*)::int from tasks where "userId" = $1 and ${where}`,
      [ann.userId],
    );
    return found?.count;
  };
  const there = `"deletedAt" is null`;

  async function measure(what: string, work: () => Promise<void>): Promise<void> {
    const stop = await watchTransactions(server.databaseUrl);
    const { ms, times } = await others.during(work);
    const { longestMs, query } = await stop();
    const all = [...times.list, ...times.message];
    const twin = [...quiet.times.list, ...quiet.times.message];
    tell(
      row(
        `${what}: seconds`,
        { value: ms / 1_000, unit: "s", digits: 1 },
        long ? { at: "most", limit: 10 } : undefined,
      ),
      row(
        `${what}: longest transaction that holds a lock`,
        { value: longestMs, unit: "ms" },
        { at: "most", limit: LOCK_MS },
      ),
      ...(all.length === 0
        ? []
        : [
            row(
              `${what}: what ${OTHERS} others wait for, p99`,
              { value: percentile(all, 0.99), unit: "ms" },
              undefined,
              {
                name: "quiet",
                value: percentile(twin, 0.99),
              },
            ),
          ]),
    );
    if (longestMs > LOCK_MS) process.stdout.write(`the longest: ${query.slice(0, 300)}\n`);
  }

  const asked = { id: "", approval: "" };
  await measure(`${TASKS} tasks, asking for the approval of deleting them`, async () => {
    Object.assign(asked, await askApproval(ann, "delete all tasks"));
  });
  expect(asked.approval).not.toBe("");
  await measure(`${TASKS} tasks deleted in the chat`, async () => {
    await ann.json<Run>("POST", `/api/approvals/${asked.approval}`, { decision: "approve" });
    await done(ann, asked.id);
  });
  expect(await count(there)).toBe(0);
  await measure(`${TASKS} deleted tasks taken back in the chat`, async () => {
    const id = await ann.conversation();
    await ann.send(id, "undo").then((response) => response.body?.cancel());
    await done(ann, id);
  });
  expect(await count(there)).toBe(TASKS);
  await measure(`${TASKS} tasks completed by REST, a hundred a call`, async () => {
    for (let first = 1; first <= TASKS; first += 100) {
      const tasks = Array.from({ length: Math.min(100, TASKS - first + 1) }, (_, i) => first + i);
      await ann.json<ToolOutput>("POST", "/api/tasks/complete", { tasks });
    }
  });
  expect(await count(`${there} and "status" = 'done'`)).toBe(TASKS);
  await measure(`an account with ${TASKS} tasks deleted`, async () => {
    const headers = { origin: "http://localhost:3000" };
    const response = await ann.request("POST", "/api/auth/delete-user", { password: PASSWORD }, { headers });
    expect(response.status).toBe(200);
  });
  expect(await count("true")).toBe(0);
});

/** Waits until the conversation's run is done, for as long as it takes. */
async function done(person: Person, conversation: string): Promise<void> {
  for (;;) {
    try {
      await runIs(person, conversation, "done");
      return;
    } catch (error) {
      const { run } = await person.json<{ run: Run | null }>("GET", `/api/conversations/${conversation}`);
      if (run?.status !== "running" && run?.status !== "queued") throw error;
    }
  }
}
