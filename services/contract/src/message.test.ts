import { describe, expect, it } from "vitest";
import { type AnswerState, type Chunk, emptyAnswer, foldChunk, textOf } from "./message.ts";

const fold = (chunks: Chunk[], from: AnswerState = emptyAnswer("a")) => chunks.reduce(foldChunk, from);
const text = (id: string, ...deltas: string[]): Chunk[] => [
  { type: "text-start", id },
  ...deltas.map((delta): Chunk => ({ type: "text-delta", id, delta })),
  { type: "text-end", id },
];
const call: Chunk = {
  type: "tool-input-available",
  toolCallId: "c",
  toolName: "add_tasks",
  input: { x: 1 },
  dynamic: true,
};

describe("foldChunk", () => {
  it("puts texts together, of several steps too", () => {
    const { parts, open } = fold([
      { type: "start-step" },
      ...text("t1", "One ", "two"),
      { type: "finish-step" },
      { type: "start-step" },
      ...text("t2", "Three"),
    ]);
    expect(parts.map((part) => part.type)).toEqual(["step-start", "text", "step-start", "text"]);
    expect(textOf(parts)).toBe("One two\n\nThree");
    expect(open).toEqual({});
  });

  it("keeps texts apart that are written at the same time", () => {
    const { parts } = fold([
      { type: "text-start", id: "a" },
      { type: "text-start", id: "b" },
      { type: "text-delta", id: "b", delta: "B" },
      { type: "text-delta", id: "a", delta: "A" },
    ]);
    expect(textOf(parts)).toBe("A\n\nB");
  });

  it("starts over with `start`, and tells only the current step anew with `reset-step`", () => {
    const first: Chunk[] = [{ type: "start", messageId: "m" }, { type: "start-step" }, ...text("t1", "kept"), call];
    const state = fold([
      ...first,
      { type: "start-step" },
      ...text("t2", "lost"),
      { type: "reset-step" },
      ...text("t2", "again"),
    ]);
    expect(textOf(state.parts)).toBe("kept\n\nagain");
    expect(fold([{ type: "start", messageId: "n" }], state)).toEqual({ id: "n", parts: [], open: {} });
  });

  it("follows a tool call through its approval to its output", () => {
    const approval = { action: "delete_tasks" as const, tasks: [] };
    const asked = fold([
      call,
      { type: "tool-approval-request", approvalId: "p", toolCallId: "c", approvalDescriptor: approval },
    ]);
    expect(asked.parts[0]).toMatchObject({ state: "approval-requested", approval: { id: "p" } });
    const approved = fold([{ type: "tool-approval-response", approvalId: "p", approved: true }], asked);
    expect(approved.parts[0]).toMatchObject({ state: "approval-responded", approval: { id: "p", approved: true } });
    const done = fold([{ type: "tool-output-available", toolCallId: "c", output: { y: 2 }, dynamic: true }], approved);
    expect(done.parts[0]).toMatchObject({ state: "output-available", input: { x: 1 }, output: { y: 2 } });
    const part: Chunk = { type: "tool-output-available", toolCallId: "c", output: 1, dynamic: true, preliminary: true };
    expect(fold([part], approved).parts[0]).toMatchObject({ state: "output-available", output: 1, preliminary: true });
    const last: Chunk = { type: "tool-output-available", toolCallId: "c", output: 2, dynamic: true };
    expect(fold([part, last], approved)).toEqual(fold([last], approved));
    expect(fold([{ type: "tool-output-denied", toolCallId: "c" }], asked).parts[0]).toMatchObject({
      state: "output-denied",
    });
  });

  it("ignores what belongs to nothing", () => {
    const state = fold([call]);
    const strays: Chunk[] = [
      { type: "text-delta", id: "none", delta: "x" },
      { type: "text-end", id: "none" },
      { type: "tool-output-available", toolCallId: "none", output: 1, dynamic: true },
      { type: "tool-approval-response", approvalId: "none", approved: true },
      { type: "finish", finishReason: "stop" },
    ];
    expect(fold(strays, state).parts).toEqual(state.parts);
  });

  it("leaves the state before it as it was, and shares what did not change", () => {
    const before = fold([...text("t1", "One"), call]);
    const copy = structuredClone(before);
    const after = fold([{ type: "tool-output-available", toolCallId: "c", output: 1, dynamic: true }], before);
    expect(before).toEqual(copy);
    expect(after.parts[0]).toBe(before.parts[0]);
  });
});
