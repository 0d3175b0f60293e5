// @vitest-environment happy-dom
import { renderHook } from "@testing-library/react";
import type { MessagePart } from "@todo/contract/message";
import { expect, test } from "vitest";
import { task } from "./_task.ts";
import type { Row } from "./chat/state.ts";
import { spokenText, useAnnouncement } from "./use-announcement.ts";

const words = (text: string): MessagePart[] => [{ type: "text", text, state: "streaming" }];

function row(parts: MessagePart[], status: Row["status"] = "streaming", fields: Partial<Row> = {}): Row {
  return { id: "a", role: "assistant", parts, status, runId: null, createdAt: null, ...fields };
}

/** What is said, each time that something new is. */
function hear(first: Row[]) {
  const heard: string[] = [];
  const { rerender } = renderHook(
    ({ rows }) => {
      const said = useAnnouncement(rows);
      if (said !== "" && said !== heard.at(-1)) heard.push(said);
    },
    { initialProps: { rows: first } },
  );
  return { heard, next: (...rows: Row[]) => rerender({ rows }) };
}

test("an answer is said by the sentence, each once", () => {
  const { heard, next } = hear([]);
  next(row(words("I added")));
  expect(heard).toEqual([]);
  next(row(words("I added milk. And")));
  expect(heard).toEqual(["I added milk."]);
  next(row(words("I added milk. And bread")));
  next(row(words("I added milk. And bread! Any")));
  expect(heard).toEqual(["I added milk.", "And bread!"]);
  next(row(words("I added milk. And bread! Anything else"), "complete"));
  expect(heard).toEqual(["I added milk.", "And bread!", "Anything else"]);
});

test("an answer that was there when the page opened is not read out", () => {
  const { heard, next } = hear([row(words("Old answer."), "complete")]);
  next(row(words("Old answer."), "complete"), row(words("hi"), "complete", { id: "u", role: "user" }));
  expect(heard).toEqual([]);
});

test("the next answer is said from its beginning", () => {
  const { heard, next } = hear([]);
  next(row(words("A long first answer. More")));
  next(row(words("Yes. No"), "streaming", { id: "b" }));
  expect(heard).toEqual(["A long first answer.", "Yes."]);
});

test("what was said once is not said again when an answer is told anew", () => {
  const { heard, next } = hear([]);
  next(row(words("One. Two. Th")));
  next(row([]));
  next(row(words("One. T")));
  next(row(words("One. Two. Three. F")));
  expect(heard).toEqual(["One. Two.", "Three."]);
});

test("nor when an answer that broke off, and was stored shorter, goes on", () => {
  const { heard, next } = hear([]);
  next(row(words("One. Two. Th")));
  next(row(words("One."), "failed"));
  next(row(words("One. Two. Three. F")));
  expect(heard).toEqual(["One. Two.", "Three."]);
});

test("an answer is heard with what it did, what it asks, and why it ended", () => {
  const call = { type: "dynamic-tool", toolName: "delete_tasks", toolCallId: "c", input: {} } as const;
  const descriptor = { action: "delete_tasks", tasks: [task()] } as const;
  expect(
    spokenText([
      { type: "step-start" },
      { type: "text", text: "Sure.", state: "done" },
      { ...call, state: "approval-requested", approval: { id: "p", descriptor: { ...descriptor, tasks: [task()] } } },
      { type: "data-notice", data: { code: "internal", message: "It broke.", retry: true } },
      { type: "text", text: "Still wri", state: "streaming" },
    ]),
  ).toBe("Sure.\nThe assistant asks for your approval.\nIt broke.\nStill wri");
});
