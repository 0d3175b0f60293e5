import { functionCall } from "@openai/agents/testing";
import { type ApprovalRequested, type DecidedCall, limits, type Task, type ToolPart } from "@todo/contract";
import { describe, expect, it } from "vitest";
import { answering, type Output, says } from "./_answering.ts";
import { askApproval, withMany } from "./_bulk.ts";
import type { Person } from "./_harness.ts";
import { clients, type McpClient } from "./_mcp.ts";
import { makeProgram, type Program } from "./_program.ts";
import { runIs } from "./_runs.ts";

const MANY = limits.run.textsBeforeApproval;
const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

/** What nobody has asked for: other words for each of these. */
const rewrite = (tasks: number[], more: object = {}) => ({
  changes: tasks.map((task) => ({ task, title: `Rewritten ${task}`, ...more })),
});
const call = (input: Record<string, unknown>, callId: string) => functionCall("update_tasks", input, { callId });

/** Says the words, of which each makes a turn of its own. */
const byTurns = (turns: Output[]) => answering(({ turn }) => turns[turn] ?? says("Well."));

async function connect(program: Program): Promise<McpClient> {
  const [first] = clients;
  if (!first) throw new Error("a client is known");
  return first[1](program);
}

async function rewritten(ann: Person): Promise<number[]> {
  const tasks = await ann.tasks();
  return tasks
    .filter(({ title, tags }) => title.startsWith("Rewritten") || tags.length > 0)
    .map(({ number }) => number);
}

const toolsIn = async (ann: Person, id: string): Promise<ToolPart[]> =>
  ((await ann.messages(id))[0]?.parts ?? []).filter((part) => part.type === "dynamic-tool");

describe("an answer that gives many tasks other words", () => {
  it("waits with a card that shows each before and after, and does what was approved", async () => {
    const { ann } = await withMany(15, byTurns([[call(rewrite(numbers(1, 12)), "c")]]));
    const { id, approval } = await askApproval(ann, "hello");
    await runIs(ann, id, "waiting");
    expect(await rewritten(ann)).toEqual([]);
    const [card] = await toolsIn(ann, id);
    const shown = card?.approval?.descriptor;
    expect(shown?.action).toBe("update_tasks");
    expect(shown?.tasks.map(({ title }) => title)).toEqual(numbers(1, 12).map((n) => `Task ${n}`));
    expect(shown?.after?.map(({ title }) => title)).toEqual(numbers(1, 12).map((n) => `Rewritten ${n}`));
    await ann.json("POST", `/api/approvals/${approval}`, { decision: "approve" });
    await runIs(ann, id, "done");
    expect(await rewritten(ann)).toEqual(numbers(1, 12));
  });

  it("changes nothing when it is rejected", async () => {
    const { ann } = await withMany(15, byTurns([[call(rewrite(numbers(1, 12)), "c")]]));
    const { id, approval } = await askApproval(ann, "hello");
    await ann.json("POST", `/api/approvals/${approval}`, { decision: "reject" });
    await runIs(ann, id, "done");
    expect(await rewritten(ann)).toEqual([]);
  });

  it.each([
    ["titles", (task: number) => ({ task, title: `Rewritten ${task}` })],
    ["tags", (task: number) => ({ task, tags: ["x"] })],
    ["notes", (task: number) => ({ task, notes: "Other" })],
    ["notes that are cleared", (task: number) => ({ task, clear: ["notes"] })],
  ] as [string, (task: number) => object][])("waits from eleven on, not before: %s", async (what, change) => {
    const changes = (to: number) => ({ changes: numbers(1, to).map(change) });
    const model = answering(({ said, turn }) =>
      turn === 0 ? [call(changes(Number(said)), `c${said}`)] : says("Well."),
    );
    const { ann } = await withMany(15, model);
    if (what.startsWith("notes that")) for (const n of numbers(1, MANY)) await note(ann, n);
    const id = await ann.conversation();
    await ann.say(id, String(MANY));
    expect((await toolsIn(ann, id)).map(({ state }) => state)).toEqual(["approval-requested"]);
    const other = await ann.conversation();
    await ann.say(other, String(MANY - 1));
    expect((await toolsIn(ann, other)).map(({ state }) => state)).toEqual(["output-available"]);
  });

  async function note(ann: Person, number: number): Promise<void> {
    const [task] = (await ann.tasks()).filter((each) => each.number === number);
    await ann.json<Task>("PATCH", `/api/tasks/${task?.id}`, { notes: "mine" });
  }

  it("can't hide them in small calls, of one turn or of several", async () => {
    const parts = [numbers(1, 4), numbers(5, 8), numbers(9, 12)].map((tasks, i) => call(rewrite(tasks), `c${i}`));
    const once = await withMany(15, byTurns([parts]));
    const id = await once.ann.conversation();
    await once.ann.say(id, "hello");
    expect((await toolsIn(once.ann, id)).map(({ state }) => state)).toEqual(Array(3).fill("approval-requested"));
    expect(await rewritten(once.ann)).toEqual([]);

    const inTurns = await withMany(15, byTurns(parts.map((part) => [part])));
    const other = await inTurns.ann.conversation();
    await inTurns.ann.say(other, "hello");
    const states = (await toolsIn(inTurns.ann, other)).map(({ state }) => state);
    expect(states).toEqual(["output-available", "output-available", "approval-requested"]);
    expect(await rewritten(inTurns.ann)).toEqual(numbers(1, 8));
  });

  it("asks nothing for dates and priorities, where the words stay as they are", async () => {
    const same = {
      changes: numbers(1, 12).map((task) => ({ task, title: `Task ${task}`, due: "tomorrow", priority: "high" })),
    };
    const { ann } = await withMany(15, byTurns([[call(same, "c")]]));
    const id = await ann.conversation();
    await ann.say(id, "hello");
    const [tool] = await toolsIn(ann, id);
    expect(tool?.state).toBe("output-available");
    expect(tool?.output).toMatchObject({ changes: { length: 12 } });
  });

  it("asks nothing for the same few tasks again and again", async () => {
    const few = numbers(1, 6);
    const { ann } = await withMany(
      15,
      byTurns([[call(rewrite(few), "a")], [call(rewrite(few, { tags: ["x"] }), "b")]]),
    );
    const id = await ann.conversation();
    await ann.say(id, "hello");
    expect((await toolsIn(ann, id)).map(({ state }) => state)).toEqual(["output-available", "output-available"]);
    expect(await rewritten(ann)).toEqual(few);
  });
});

describe("a program that gives many tasks other words", () => {
  it("is asked about in one call over MCP, and what waits is done when it is approved", async () => {
    const { ann } = await withMany(15, byTurns([]));
    const client = await connect(await makeProgram(ann));
    const result = await client.call("update_tasks", rewrite(numbers(1, 12)));
    const { approval } = result.structuredContent as unknown as ApprovalRequested;
    expect(approval).toMatchObject({ action: "update_tasks", tasks: 12 });
    expect(JSON.stringify(result.content)).toContain("changing the words of 12 tasks needs the user's approval");
    expect(await rewritten(ann)).toEqual([]);
    const { output } = await ann.json<DecidedCall>("POST", `/api/approvals/${approval.id}`, { decision: "approve" });
    expect(output.changes).toHaveLength(12);
    expect(await rewritten(ann)).toEqual(numbers(1, 12));
  });

  it("is asked about from the eleventh task within a minute on over REST, and the same task again is not counted", async () => {
    const { ann } = await withMany(15, byTurns([]));
    const program = await makeProgram(ann);
    const byNumber = new Map((await ann.tasks()).map((task) => [task.number, task.id]));
    const patch = async (number: number, title: string) =>
      (await program.request("PATCH", `/api/tasks/${byNumber.get(number)}`, { title })).status;
    for (const n of numbers(1, MANY - 1)) expect(await patch(n, `Rewritten ${n}`)).toBe(200);
    for (const n of numbers(1, 3)) expect(await patch(n, `Rewritten again ${n}`)).toBe(200);
    expect(await patch(MANY, "Rewritten")).toBe(202);
    expect((await program.request("PATCH", `/api/tasks/${byNumber.get(MANY)}`, { priority: "high" })).status).toBe(200);
    // The user's own edits are not a program's.
    expect((await ann.request("PATCH", `/api/tasks/${byNumber.get(MANY)}`, { title: "Mine" })).status).toBe(200);
  });

  it("does nothing to a task that was not on the card, and says so", async () => {
    const { ann } = await withMany(12, byTurns([]));
    const [gone] = await ann.tasks();
    await ann.json("DELETE", `/api/tasks/${gone?.id}`);
    const client = await connect(await makeProgram(ann));
    const { structuredContent } = await client.call("update_tasks", rewrite(numbers(1, 12)));
    const { approval } = structuredContent as unknown as ApprovalRequested;
    expect(approval.tasks).toBe(11);
    await ann.json("POST", `/api/tasks/${gone?.id}/restore`);
    const { output } = await ann.json<DecidedCall>("POST", `/api/approvals/${approval.id}`, { decision: "approve" });
    expect(output).toMatchObject({ changes: { length: 11 }, notFound: [1] });
    expect(await rewritten(ann)).toEqual(numbers(2, 12));
  });
});
