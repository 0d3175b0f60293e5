// @vitest-environment happy-dom
import { createEvent, fireEvent, screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { show } from "../_page.tsx";
import { InlineEdit } from "./inline-edit.tsx";

const field = () => screen.getByRole<HTMLInputElement>("textbox", { name: "Title" });

function edit() {
  const onSave = vi.fn();
  const onCancel = vi.fn();
  const part = <InlineEdit label="Title" value="Buy milk" maxLength={20} onSave={onSave} onCancel={onCancel} />;
  return { onSave, onCancel, ...show(part) };
}

test("one types at once, over what was there", async () => {
  const { user, onSave, onCancel } = edit();
  expect(document.activeElement).toBe(field());
  expect([field().selectionStart, field().selectionEnd]).toEqual([0, 8]);
  await user.keyboard("  Bread {Enter}");
  expect(onSave).toHaveBeenCalledExactlyOnceWith("Bread");
  expect(onCancel).not.toHaveBeenCalled();
});

test("leaving it keeps what was typed", async () => {
  const { user, onSave } = edit();
  await user.keyboard("Bread");
  await user.tab();
  expect(onSave).toHaveBeenCalledExactlyOnceWith("Bread");
});

test.each(["{Enter}", "Buy milk{Enter}", " {Enter}", "Bread{Escape}"])("%s changes nothing", async (keys) => {
  const { user, onSave, onCancel } = edit();
  await user.keyboard(keys);
  expect(onCancel).toHaveBeenCalledOnce();
  expect(onSave).not.toHaveBeenCalled();
});

test("Escape means this field only", () => {
  edit();
  const key = createEvent.keyDown(field(), { key: "Escape" });
  fireEvent(field(), key);
  expect(key.defaultPrevented).toBe(true);
});

test("keys that end the composition of a word neither keep nor leave", () => {
  const { onSave, onCancel } = edit();
  fireEvent.change(field(), { target: { value: "とうふ" } });
  fireEvent.keyDown(field(), { key: "Enter", isComposing: true });
  fireEvent.keyDown(field(), { key: "Escape", isComposing: true });
  expect(onSave).not.toHaveBeenCalled();
  expect(onCancel).not.toHaveBeenCalled();
});
