// @vitest-environment happy-dom
import { createEvent, fireEvent, screen, waitFor } from "@testing-library/react";
import type { TaskPatch } from "@todo/contract";
import { expect, test, vi } from "vitest";
import { task } from "../../lib/_task.ts";
import { show } from "../_page.tsx";
import { TaskEditor } from "./task-editor.tsx";

const milk = task({
  number: 1,
  title: "Buy milk",
  notes: "Two litres",
  priority: "low",
  tags: ["home", "food"],
  due: { date: "2026-11-27", time: "17:00", zone: "Europe/Berlin" },
});

const field = (name: string) => screen.getByLabelText<HTMLInputElement>(name);
const button = (name: string) => screen.getByRole<HTMLButtonElement>("button", { name });

function edit(onSave = vi.fn(async (_patch: TaskPatch) => milk as typeof milk | null)) {
  const onCancel = vi.fn();
  return { onSave, onCancel, ...show(<TaskEditor task={milk} onSave={onSave} onCancel={onCancel} />) };
}

test("begins with what the task is, in its title", () => {
  edit();
  expect(screen.getByRole("form", { name: "Edit #1" })).toBeDefined();
  const values = ["Title", "Due on", "At", "Priority", "Tags", "Notes"].map((name) => field(name).value);
  expect(values).toEqual(["Buy milk", "2026-11-27", "17:00", "low", "home food", "Two litres"]);
  expect(document.activeElement).toBe(field("Title"));
});

test.each([
  ["Title", "Buy oat milk", { title: "Buy oat milk" }],
  ["Notes", "", { notes: "" }],
  ["Priority", "high", { priority: "high" }],
  ["Tags", "#Home, urgent", { tags: ["home", "urgent"] }],
  ["Due on", "2026-11-28", { due: { date: "2026-11-28", time: "17:00", zone: "Europe/Berlin" } }],
  ["Due on", "", { due: null }],
  ["At", "", { due: { date: "2026-11-27", time: null, zone: "Europe/Berlin" } }],
])("%s changed to “%s” sends that and nothing else", async (name, value, patch) => {
  const { user, onSave, onCancel } = edit();
  fireEvent.change(field(name), { target: { value } });
  await user.click(button("Save"));
  expect(onSave).toHaveBeenCalledExactlyOnceWith(patch);
  await waitFor(() => expect(onCancel).toHaveBeenCalledOnce());
});

test("nothing changed sends nothing and closes", async () => {
  const { user, onSave, onCancel } = edit();
  await user.click(button("Save"));
  expect(onSave).not.toHaveBeenCalled();
  expect(onCancel).toHaveBeenCalledOnce();
});

test("what could not be saved stays, and can be tried again", async () => {
  const saved = Promise.withResolvers<null>();
  const { user, onCancel } = edit(vi.fn(() => saved.promise));
  await user.type(field("Title"), "!");
  await user.click(button("Save"));
  expect(button("Save").disabled).toBe(true);
  saved.resolve(null);
  await waitFor(() => expect(button("Save").disabled).toBe(false));
  expect(onCancel).not.toHaveBeenCalled();
  expect(field("Title").value).toBe("Buy milk!");
});

test("Escape and Cancel leave it as it was", async () => {
  const { user, onSave, onCancel } = edit();
  const key = createEvent.keyDown(field("Title"), { key: "Escape" });
  fireEvent(field("Title"), key);
  // Nothing around it may take the key for its own, such as a running answer.
  expect(key.defaultPrevented).toBe(true);
  await user.click(button("Cancel"));
  expect(onCancel).toHaveBeenCalledTimes(2);
  expect(onSave).not.toHaveBeenCalled();
});

test("Escape that ends the composition of a word leaves nothing", () => {
  const { onCancel } = edit();
  fireEvent.keyDown(field("Title"), { key: "Escape", isComposing: true });
  expect(onCancel).not.toHaveBeenCalled();
});
