import type { Message, Run } from "@todo/contract";
import { expect, test } from "vitest";
import { mergeNewest, rowsOf, stepFor } from "./state.ts";

function message(id: string, fields: Partial<Message> = {}): Message {
  const base = {
    role: "user",
    parts: [],
    status: "complete",
    runId: null,
    createdAt: "2026-11-23T10:00:00.000Z",
  } as const;
  return { id, ...base, parts: [], ...fields };
}

const run = (status: Run["status"]): Run => ({ id: "r", conversationId: "c", messageId: "u", answerId: "a", status });

test("the newest page replaces what it covers and keeps what is older", () => {
  const shown = [message("1"), message("2"), message("3", { role: "assistant", status: "waiting" })];
  const page = [message("4"), message("3", { role: "assistant" }), message("2")];
  expect(mergeNewest(shown, page).map(({ id, status }) => `${id} ${status}`)).toEqual([
    "1 complete",
    "2 complete",
    "3 complete",
    "4 complete",
  ]);
});

test("a message on its way stands last, and only once when it has arrived", () => {
  const idle = { messages: [message("1")], answer: null, activity: "sending" } as const;
  const pending = { id: "u", text: "hi" };
  expect(rowsOf({ ...idle, messages: [message("1")], pending }).map((row) => `${row.id} ${row.status}`)).toEqual([
    "1 complete",
    "u sending",
  ]);
  expect(rowsOf({ ...idle, messages: [message("1"), message("u")], pending }).map((row) => row.id)).toEqual(["1", "u"]);
});

test("the answer that is being told stands in the place of the stored one", () => {
  const stored = message("a", { role: "assistant", status: "waiting", runId: "r" });
  const answer = { id: "a", parts: [], open: {} };
  const rows = rowsOf({ messages: [message("u"), stored], pending: null, answer, activity: "answering" });
  expect(rows.map((row) => `${row.id} ${row.status} ${row.runId}`)).toEqual(["u complete null", "a streaming r"]);
});

test("follows a run that goes on, reads one that ended elsewhere, leaves what it knows", () => {
  const answered = (status: Message["status"]) => [message("u"), message("a", { role: "assistant", status })];
  expect(stepFor(null, [])).toBe("none");
  expect(stepFor(run("running"), answered("waiting"))).toBe("attach");
  expect(stepFor(run("queued"), [])).toBe("attach");
  expect(stepFor(run("done"), [message("u")])).toBe("refresh");
  expect(stepFor(run("done"), answered("waiting"))).toBe("refresh");
  expect(stepFor(run("done"), answered("complete"))).toBe("none");
  expect(stepFor(run("waiting"), answered("waiting"))).toBe("none");
  expect(stepFor(run("stopped"), answered("stopped"))).toBe("none");
});
