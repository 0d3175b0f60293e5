// @vitest-environment happy-dom
import { screen, within } from "@testing-library/react";
import type { TaskChange } from "@todo/contract";
import type { MessagePart, ToolPart } from "@todo/contract/message";
import { beforeEach, expect, test, vi } from "vitest";
import { fakeServer } from "../../lib/_fake-server.ts";
import { task } from "../../lib/_task.ts";
import { type ChatSession, createChatSession } from "../../lib/chat/session.ts";
import type { Row } from "../../lib/chat/state.ts";
import { show } from "../_page.tsx";
import { MessageItem } from "./message-item.tsx";

let session: ChatSession;

beforeEach(() => {
  fakeServer();
  session = createChatSession({ id: "c", isNew: false });
});

type Shown = Partial<Row> & { isLast?: boolean };

function message(parts: MessagePart[], { isLast = true, ...row }: Shown = {}) {
  const base = { id: "a", role: "assistant", status: "complete", runId: "r", createdAt: null } as const;
  return <MessageItem {...base} parts={parts} session={session} isLast={isLast} {...row} />;
}

function call(part: Partial<ToolPart>): ToolPart {
  return {
    type: "dynamic-tool",
    toolName: "update_tasks",
    toolCallId: "t",
    state: "output-available",
    input: {},
    ...part,
  };
}

const did = (...changes: TaskChange[]) => call({ output: { changes } });
const milk = task({ id: "m", number: 1, title: "Buy milk" });
const bread = task({ id: "b", number: 2, title: "Buy bread" });
const added: TaskChange = { kind: "added", before: null, after: bread };
const button = (name: string) => screen.getByRole<HTMLButtonElement>("button", { name });
const receipts = () => within(screen.getByRole("list", { name: "What was changed" })).getAllByRole("listitem");

test("a receipt tells what was changed, from what to what", () => {
  const before = { ...milk, tags: ["home"], due: null };
  const after = { ...milk, title: "Buy oat milk", tags: [], due: { date: "2026-11-27", time: null, zone: "UTC" } };
  show(message([did({ kind: "updated", before, after }, added)]));
  const [first, second] = receipts().map((item) => item.textContent);
  expect(first).toContain("Changed #1 Buy oat milk");
  expect(first).toContain("title: Buy milk → Buy oat milk");
  expect(first).toContain("tags: #home → none");
  expect(first).toMatch(/due: none → .*2026/);
  expect(second).toContain("Added #2 Buy bread");
});

test("an added task is told with its due date", () => {
  const due = { date: "2026-11-27", time: "17:00", zone: "UTC" };
  show(message([did({ kind: "added", before: null, after: { ...bread, due } })]));
  expect(receipts()[0]?.textContent).toMatch(/Due .*2026/);
});

test("tasks that were looked at are listed, and that there are more", () => {
  const output = { changes: [], tasks: [milk, { ...bread, status: "done" }], more: true };
  const { rerender } = show(message([call({ toolName: "list_tasks", output })]));
  const items = within(screen.getByRole("list", { name: "Tasks found" })).getAllByRole("listitem");
  expect(items.map((item) => item.textContent)).toEqual(["#1Buy milk", "#2Buy bread done"]);
  expect(screen.getByText("There are more than these.")).toBeDefined();
  rerender(message([call({ toolName: "list_tasks", output: { changes: [], tasks: [] } })]));
  expect(screen.getByText("No tasks found.")).toBeDefined();
});

test("a change of many tasks tells how far it is, then what it did and how much that was in all", () => {
  const progress = { changes: [], progress: { done: 1_000, of: 2_500 } };
  const doing = call({ toolName: "delete_tasks", output: progress, preliminary: true });
  const { rerender } = show(message([doing], { status: "streaming" }));
  expect(screen.getByText("Deleting… 1,000 of 2,500")).toBeDefined();
  rerender(message([call({ output: { changes: [{ ...added, event: 1 }], changed: 2_500 } })]));
  expect(receipts().map((item) => item.textContent)).toEqual([
    expect.stringContaining("#2 Buy bread"),
    "And 2,499 more",
  ]);
  expect(button("Undo all 2500 changes")).toBeDefined();
});

test("says what it is doing only while it does it", () => {
  const doing = call({ toolName: "delete_tasks", state: "input-available" });
  const { rerender } = show(message([doing], { status: "streaming" }));
  expect(screen.getByText("Deleting…")).toBeDefined();
  rerender(message([{ ...doing, toolName: "from_a_later_version" }], { status: "streaming" }));
  expect(screen.getByText("Working…")).toBeDefined();
  rerender(message([doing], { status: "stopped" }));
  expect(screen.queryByText("Deleting…")).toBeNull();
  expect(screen.getByText("Stopped.")).toBeDefined();
});

test("what ended early can be tried again where the server says so, in the last message", async () => {
  const notice = (retry: boolean): MessagePart => ({
    type: "data-notice",
    data: { code: "internal", message: "It broke.", retry },
  });
  const retry = vi.spyOn(session, "retry").mockResolvedValue();
  const { user, rerender } = show(message([notice(true)]));
  expect(screen.getByText("It broke.")).toBeDefined();
  await user.click(button("Try again"));
  expect(retry).toHaveBeenCalledExactlyOnceWith("r");
  rerender(message([notice(true)], { isLast: false }));
  expect(screen.queryByRole("button")).toBeNull();
  rerender(message([notice(false)]));
  expect(screen.queryByRole("button")).toBeNull();
});

test("what people write stays text, and only its web addresses are links", () => {
  const text = "<b>See</b> https://example.com/a. javascript:alert(1)";
  const { rerender } = show(message([{ type: "text", text, state: "done" }], { role: "user" }));
  const [link, ...others] = screen.getAllByRole<HTMLAnchorElement>("link");
  expect(link?.getAttribute("href")).toBe("https://example.com/a");
  expect(link?.rel).toContain("noopener");
  expect(others).toEqual([]);
  expect(screen.getByRole("article").textContent).toContain("<b>See</b> https://example.com/a. javascript:alert(1)");
  expect(screen.getByRole("heading").textContent).toBe("You");
  rerender(message([], { role: "user", status: "sending" }));
  expect(screen.getByText("Sending…")).toBeDefined();
});

test("an approval is asked for while the run waits, and decided by its id", async () => {
  const approval = { id: "p", descriptor: { action: "delete_tasks" as const, tasks: [milk, bread] } };
  const asks = call({ toolName: "delete_tasks", state: "approval-requested", approval });
  const decide = vi.spyOn(session, "decide").mockResolvedValue();
  const { user, rerender } = show(message([asks], { status: "waiting" }));
  await user.click(button("Reject"));
  expect(decide).toHaveBeenCalledExactlyOnceWith("p", "reject");
  for (const status of ["streaming", "stopped", "complete"] as const) {
    rerender(message([asks], { status }));
    expect(screen.queryByRole("button")).toBeNull();
    expect(screen.getByText("No decision needed now.")).toBeDefined();
  }
  rerender(message([{ ...asks, approval: { ...approval, approved: false } }], { status: "waiting" }));
  expect(screen.queryByRole("button")).toBeNull();
  expect(screen.getByText("You rejected this. Nothing was deleted.")).toBeDefined();
});
