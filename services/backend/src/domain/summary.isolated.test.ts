import type { MessagePart, Task } from "@todo/contract";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { findSummary, updateSummary } from "../db/queries/conversations.ts";
import { listMessagesBetween } from "../db/queries/messages.ts";
import type { Context } from "./context.ts";
import { rememberTurns, WINDOW_MESSAGES } from "./summary.ts";

vi.mock("../db/queries/conversations.ts");
vi.mock("../db/queries/messages.ts");

type Said = { role: "user" | "assistant"; text: string; parts?: MessagePart[] };
let stored = { summary: "", summarizedThrough: 0 };
let messages: Said[] = [];

beforeEach(() => {
  stored = { summary: "", summarizedThrough: 0 };
  messages = [];
  vi.mocked(findSummary).mockImplementation(async () => stored);
  vi.mocked(updateSummary).mockImplementation(async (_trx, _user, _id, summary, summarizedThrough) => {
    stored = { summary, summarizedThrough };
  });
  vi.mocked(listMessagesBetween).mockImplementation(async (_trx, _user, conversationId, after, before) =>
    messages.slice(after, before - 1).map((said, i) => ({
      id: `${after + i + 1}`,
      conversationId,
      seq: after + i + 1,
      status: "complete",
      runId: null,
      createdAt: "",
      parts: [],
      ...said,
    })),
  );
});

/** Adds messages one by one, as a conversation does. */
async function say(...more: Said[]): Promise<void> {
  for (const message of more) {
    messages.push(message);
    await rememberTurns({} as Context, "c", messages.length);
  }
}

const filler = (n: number): Said[] => Array.from({ length: n }, (_, i) => ({ role: "user", text: `filler ${i}` }));
const task: Task = {
  id: "01890000-0000-7000-8000-000000000000",
  number: 7,
  title: "Feed\nthe cat",
  notes: "",
  status: "open",
  priority: "none",
  tags: [],
  due: null,
  createdAt: "2026-01-01T00:00:00.000Z",
  updatedAt: "2026-01-01T00:00:00.000Z",
  completedAt: null,
  deletedAt: null,
};

describe("rememberTurns", () => {
  it("tells nothing of what the model still sees", async () => {
    await say(...filler(WINDOW_MESSAGES));
    expect(stored).toEqual({ summary: "", summarizedThrough: 0 });
  });

  it("tells once what the user said and what was done, not what the assistant claimed", async () => {
    const output = { changes: [{ kind: "added", before: null, after: task }] };
    const done: MessagePart = {
      type: "dynamic-tool",
      toolName: "add_tasks",
      toolCallId: "c",
      state: "output-available",
      input: {},
      output,
    };
    await say(
      { role: "user", text: "feed\nthe   cat" },
      { role: "assistant", text: "I added a hundred tasks.", parts: [done] },
    );
    await say(...filler(WINDOW_MESSAGES));
    expect(stored).toEqual({ summary: "User: feed the cat\nDone: added #7 Feed the cat", summarizedThrough: 2 });
  });

  it("catches up when it has missed some", async () => {
    messages = filler(40);
    await rememberTurns({} as Context, "c", 40);
    expect(stored.summarizedThrough).toBe(40 - WINDOW_MESSAGES);
    expect(stored.summary.split("\n")).toHaveLength(40 - WINDOW_MESSAGES);
  });

  it("keeps the newest 2,000 characters, in whole lines of whole characters", async () => {
    const long = Array.from({ length: 100 }, (_, i): Said => ({ role: "user", text: `${i} ${"👋".repeat(200)}` }));
    await say(...long, ...filler(WINDOW_MESSAGES));
    expect(stored.summary.length).toBeLessThanOrEqual(2_000);
    const lines = stored.summary.split("\n");
    expect(lines.at(-1)).toMatch(/^User: 99 /);
    for (const line of lines) {
      expect(line).toMatch(/^User: \d+ /);
      expect(line.length).toBeLessThanOrEqual(160);
      expect(line.isWellFormed()).toBe(true);
    }
  });
});
