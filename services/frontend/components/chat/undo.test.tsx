// @vitest-environment happy-dom
import { act, screen, waitFor, within } from "@testing-library/react";
import type { TaskChange } from "@todo/contract";
import type { ToolPart } from "@todo/contract/message";
import { beforeEach, expect, test } from "vitest";
import { type FakeServer, fakeServer, refusal } from "../../lib/_fake-server.ts";
import { task } from "../../lib/_task.ts";
import { fakeChanges } from "../../lib/chat/_fake-changes.ts";
import { type ChatSession, createChatSession } from "../../lib/chat/session.ts";
import { show } from "../_page.tsx";
import { MessageItem } from "./message-item.tsx";

let server: FakeServer;
let session: ChatSession;
let changes: ReturnType<typeof fakeChanges>;

beforeEach(() => {
  server = fakeServer();
  changes = fakeChanges(server, 2);
  session = createChatSession({ id: "c", isNew: false });
});

const milk = task({ id: "m", number: 1, title: "Buy milk" });
const bread = task({ id: "b", number: 2, title: "Buy bread" });
const completed: TaskChange = { kind: "completed", before: milk, after: { ...milk, status: "done" }, event: 1 };
const added: TaskChange = { kind: "added", before: null, after: bread, event: 2 };

function did(...list: TaskChange[]): ToolPart {
  const base = { type: "dynamic-tool", toolName: "update_tasks", toolCallId: "t", input: {} } as const;
  return { ...base, state: "output-available", output: { changes: list } };
}

function message(list: TaskChange[], status: "complete" | "streaming" = "complete") {
  const base = { id: "a", role: "assistant", runId: "r", createdAt: null, isLast: true } as const;
  return <MessageItem {...base} status={status} parts={[did(...list)]} session={session} />;
}

const button = (name: string) => screen.getByRole<HTMLButtonElement>("button", { name });
const names = () =>
  screen.queryAllByRole("button").map((item) => item.getAttribute("aria-label") ?? item.textContent.trim());
const asked = () => server.callsOf("POST /api/changes/undo").map(({ body }) => body);

test("undo waits for the server, then says that it is undone, and offers to redo it", async () => {
  const { user } = show(message([completed]));
  const answered = Promise.withResolvers();
  server.on("POST /api/changes/undo", () => answered.promise);
  await user.click(button("Undo: Completed #1 Buy milk"));
  expect(button("Undo: Completed #1 Buy milk").getAttribute("aria-disabled")).toBe("true");
  expect(screen.queryByText("Undone")).toBeNull();
  changes.undone.set(1, 3);
  answered.resolve({ changes: [] });
  expect(await screen.findByText("Undone")).toBeDefined();
  expect(names()).toEqual(["Redo: Completed #1 Buy milk"]);
  expect(document.activeElement).toBe(button("Redo: Completed #1 Buy milk"));
  expect(asked()).toEqual([{ changes: [1], anyway: false }]);
});

test("redo takes the undo back", async () => {
  const { user } = show(message([completed]));
  await user.click(button("Undo: Completed #1 Buy milk"));
  await screen.findByText("Undone");
  const by = changes.undone.get(1);
  await user.click(button("Redo: Completed #1 Buy milk"));
  await waitFor(() => expect(names()).toEqual(["Undo: Completed #1 Buy milk"]));
  expect(asked().at(-1)).toEqual({ changes: [by], anyway: false });
  expect(screen.queryByText("Undone")).toBeNull();
});

test("what was undone elsewhere or before a reload is shown as such", async () => {
  show(message([completed, added]));
  changes.undone.set(2, 9);
  await act(() => session.undos.refresh());
  expect(names()).toEqual(["Undo: Completed #1 Buy milk", "Redo: Added #2 Buy bread"]);
  changes.undone.delete(2);
  await act(() => session.undos.refresh());
  expect(names()).toEqual(["Undo: Completed #1 Buy milk", "Undo: Added #2 Buy bread", "Undo all 2 changes"]);
});

test("what is undone without anything left to redo offers no redo", async () => {
  show(message([completed]));
  server.on("GET /api/changes", () => ({ items: [{ event: 1 }] }));
  await act(() => session.undos.refresh());
  expect(screen.getByText("Undone")).toBeDefined();
  expect(names()).toEqual([]);
});

test("an undo that fails says why, and is offered again", async () => {
  const { user } = show(message([completed]));
  server.on("POST /api/changes/undo", () => refusal(429, "rate_limited", "Too fast."));
  await user.click(button("Undo: Completed #1 Buy milk"));
  expect((await screen.findByRole("alert")).textContent).toBe("Not undone: Too fast.");
  changes.undone.set(1, 3);
  server.on("POST /api/changes/undo", () => ({ changes: [] }));
  await user.click(button("Undo: Completed #1 Buy milk"));
  expect(await screen.findByText("Undone")).toBeDefined();
  expect(screen.queryByRole("alert")).toBeNull();
});

function conflict(): Response {
  const details = [{ path: "#1 Buy milk", message: "due is now 2026-12-24 18:00" }];
  const error = { code: "undo_conflict", message: "Not undone.", requestId: "r", details };
  return Response.json({ error }, { status: 409 });
}

test("where a later change would be lost, one sees what is there now and decides", async () => {
  const { user } = show(message([completed, added]));
  server.on("POST /api/changes/undo", conflict);
  await user.click(button("Undo all 2 changes"));
  const box = within(await screen.findByRole("alert"));
  expect(box.getByRole("listitem").textContent).toBe("#1 Buy milk: due is now 2026-12-24 18:00");
  expect(screen.queryByText("Undone")).toBeNull();

  await user.click(button("Keep"));
  expect(screen.queryByRole("alert")).toBeNull();
  expect(asked()).toHaveLength(1);
  expect(document.activeElement).toBe(button("Undo all 2 changes"));

  await user.click(button("Undo all 2 changes"));
  fakeChanges(server, 2);
  await user.click(await screen.findByRole("button", { name: "Undo anyway" }));
  await waitFor(() => expect(screen.getAllByText("Undone")).toHaveLength(2));
  expect(asked().at(-1)).toEqual({ run: "r", anyway: true });
  expect(screen.queryByRole("alert")).toBeNull();
});

test("several changes are undone at once, and each for itself, and all again", async () => {
  const { user } = show(message([completed, added]));
  await user.click(button("Undo all 2 changes"));
  await waitFor(() => expect(screen.getAllByText("Undone")).toHaveLength(2));
  await user.click(button("Redo: Added #2 Buy bread"));
  await waitFor(() => expect(screen.getAllByText("Undone")).toHaveLength(1));
  await user.click(button("Undo: Added #2 Buy bread"));
  await user.click(await screen.findByRole("button", { name: "Redo all changes" }));
  await waitFor(() => expect(screen.queryByText("Undone")).toBeNull());
});

test("a long undo tells how far it is", async () => {
  const many = Array.from({ length: 2_000 }, (_, i) => ({ ...added, event: i + 1 }));
  const second = Promise.withResolvers();
  const answers = [{ changes: [], left: 1_000 }, second.promise];
  server.on("POST /api/changes/undo", () => answers.shift());
  const target = { key: "run r", redo: false, asks: [{ run: "r" }], total: 2_000 };
  show(message(many.slice(0, 2)));
  const undoing = act(() => void session.undos.undo(target));
  expect((await screen.findByText(/Undone 1,000/)).textContent).toBe("Undone 1,000 of 2,000…");
  second.resolve({ changes: [] });
  await undoing;
  await waitFor(() => expect(screen.queryByText(/Undone 1,000/)).toBeNull());
});

test("there is no undo of all for one change, nor while the answer is being written", () => {
  const { rerender } = show(message([completed]));
  expect(screen.queryByRole("button", { name: /Undo all/ })).toBeNull();
  rerender(message([completed, added], "streaming"));
  expect(screen.queryByRole("button", { name: /Undo all/ })).toBeNull();
  rerender(message([completed, added]));
  expect(button("Undo all 2 changes")).toBeDefined();
});

test("receipts from before changes had numbers are undone with their whole answer", async () => {
  server.on("POST /api/changes/undo", () => ({ changes: [] }));
  const { event: _, ...old } = completed;
  const { user } = show(message([old]));
  expect(names()).toEqual(["Undo this change"]);
  await user.click(button("Undo this change"));
  expect(await screen.findByText("Undone")).toBeDefined();
  expect(names()).toEqual([]);
  expect(asked()).toEqual([{ run: "r", anyway: false }]);
});
