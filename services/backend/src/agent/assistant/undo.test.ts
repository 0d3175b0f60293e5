import type { ToolOutput } from "@todo/contract";
import { describe, expect, test } from "vitest";
import { changed, task, turn, user } from "./_talk.ts";

const call = (tasks: number[] | null, more: object = {}) => ({
  tool: "undo_changes",
  input: { tasks, redo: false, anyway: false, ...more },
});

describe("undo", () => {
  test.each([
    ["undo", call(null)],
    ["Undo that, please", call(null)],
    ["bring it back", call(null)],
    ["can you put it back?", call(null)],
    ["take that back", call(null)],
    ["undo the last change", call(null)],
    ["undo anyway", call(null, { anyway: true })],
    ["undo task 3", call([3])],
    ["undo the change to #3 anyway", call([3], { anyway: true })],
    ["redo", call(null, { redo: true })],
    ["undo the undo", call(null, { redo: true })],
  ])("%s", async (sentence, expected) => {
    const { calls } = await turn([user(sentence)]);
    expect(calls).toEqual([expected]);
  });

  test("tells what was taken back, and what is left to take back", async () => {
    const output: ToolOutput = { ...changed("restored", task(4, "Pay rent")), left: 70 };
    const { text } = await turn([user("undo")], () => output);
    expect(text).toContain('Restored #4 "Pay rent"');
    expect(text).toContain("70 more");
  });

  test("says what would be lost, and how to lose it", async () => {
    const message = "Not undone: #3 milk changed since (due is now 2026-12-24), which undo would take away.";
    const { text } = await turn([user("undo")], () => ({ changes: [], error: { code: "undo_conflict", message } }));
    expect(text).toContain("due is now 2026-12-24");
    expect(text).toContain("undo anyway");
  });
});

describe("the trash", () => {
  const trash = [task(11, "Team meeting"), task(12, "Old report"), task(13, "Report for Ann")];

  test.each([
    ["restore task 11", [11]],
    ["undelete 11 and 12", [11, 12]],
    ["bring back task 12", [12]],
    ["restore the meeting task", [11]],
    ["bring the team meeting back", [11]],
    ["get old report back from the trash", [12]],
  ])("gives back: %s", async (sentence, tasks) => {
    const { changing, calls } = await turn([user(sentence)], undefined, trash);
    expect(changing).toEqual([{ tool: "restore_tasks", input: { tasks } }]);
    for (const { tool, input } of calls) if (tool === "list_tasks") expect(input).toMatchObject({ status: "deleted" });
  });

  test("asks when several fit, and says when none does", async () => {
    const several = await turn([user("restore the report")], undefined, trash);
    expect([several.changing, several.text]).toEqual([[], expect.stringMatching(/^Which one.*#12.*#13/)]);
    const none = await turn([user("restore the unicorn")], undefined, trash);
    expect([none.changing, none.text]).toEqual([[], expect.stringContaining("No deleted task fits")]);
  });

  test.each(["show the trash", "what did I delete?", "list deleted tasks"])("is shown: %s", async (sentence) => {
    const { calls, text } = await turn([user(sentence)], undefined, trash);
    expect(calls).toMatchObject([{ tool: "list_tasks", input: { status: "deleted" } }]);
    expect(text).toContain("#11 Team meeting");
  });
});
