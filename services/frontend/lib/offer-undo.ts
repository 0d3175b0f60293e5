import { ApiError, messageOf } from "./api/api-error.ts";
import { type UndoAsk, undoChanges } from "./api/changes.ts";
import { showToast } from "./toasts.ts";

/** Says what was just done with the way back: `ask` names it. `refresh` is called after it was taken. */
export function offerUndo(message: string, ask: UndoAsk, refresh: () => Promise<void>): void {
  showToast(message, { label: "Undo", run: () => undo(ask, refresh, false) });
}

async function undo(ask: UndoAsk, refresh: () => Promise<void>, anyway: boolean): Promise<void> {
  const again = (label: string, force: boolean) => ({ label, run: () => undo(ask, refresh, force) });
  try {
    while ((await undoChanges(ask, anyway)).left);
    await refresh();
    showToast("Undone");
  } catch (error) {
    await refresh();
    if (!(error instanceof ApiError)) return showToast(`Not undone. ${messageOf(error)}`, again("Try again", anyway));
    // The server's sentence says what is there now, and is a question: it waits.
    if (error.code === "undo_conflict") return showToast(error.message, again("Undo anyway", true), { stays: true });
    // Another tab was faster: the edit changed nothing.
    if (error.code === "not_found") return showToast("Nothing to undo: it was like that before.");
    showToast(`Not undone. ${error.message}`, again("Try again", anyway));
  }
}
