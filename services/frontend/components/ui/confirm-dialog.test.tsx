// @vitest-environment happy-dom
import { screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { show } from "../_page.tsx";
import { ConfirmDialog } from "./confirm-dialog.tsx";

function ask() {
  const onConfirm = vi.fn();
  const onCancel = vi.fn();
  const showModal = vi.spyOn(HTMLDialogElement.prototype, "showModal");
  const shown = show(
    <ConfirmDialog
      title="Delete this chat?"
      text="It will be gone."
      confirm="Delete chat"
      onConfirm={onConfirm}
      onCancel={onCancel}
    />,
  );
  return { onConfirm, onCancel, showModal, ...shown };
}

test("asks over all else, and the focus starts where nothing happens", () => {
  const { showModal } = ask();
  const dialog = screen.getByRole<HTMLDialogElement>("dialog", { name: "Delete this chat?" });
  expect(showModal).toHaveBeenCalledOnce();
  expect(dialog.open).toBe(true);
  expect(document.getElementById(dialog.getAttribute("aria-describedby") ?? "")?.textContent).toBe("It will be gone.");
  expect(document.activeElement).toBe(screen.getByRole("button", { name: "Cancel" }));
});

test("only its button confirms", async () => {
  const { user, onConfirm, onCancel } = ask();
  await user.click(screen.getByRole("button", { name: "Delete chat" }));
  expect(onConfirm).toHaveBeenCalledOnce();
  expect(onCancel).not.toHaveBeenCalled();
});

test("Cancel says no", async () => {
  const { user, onConfirm, onCancel } = ask();
  await user.click(screen.getByRole("button", { name: "Cancel" }));
  expect(onCancel).toHaveBeenCalledOnce();
  expect(onConfirm).not.toHaveBeenCalled();
});

test("Escape, for which the browser closes it, says no", () => {
  const { onConfirm, onCancel } = ask();
  screen.getByRole<HTMLDialogElement>("dialog").close();
  expect(onCancel).toHaveBeenCalledOnce();
  expect(onConfirm).not.toHaveBeenCalled();
});
