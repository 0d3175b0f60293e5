import type { PastChange, ToolOutput } from "@todo/contract";
import { limits } from "@todo/contract/limits";
import { repeated, request, withQuery } from "./http.ts";

/** Changes by their numbers, all of an answer by its run, or all of a request by its id. */
export type UndoAsk = { changes: number[] } | { run: string } | { call: string };

/**
 * Takes changes back; what is taken back already stays so, so it may be sent twice. `anyway`: also where a later change
 * is lost. Throws `ApiError` `undo_conflict`, which says what is there now.
 */
export function undoChanges(ask: UndoAsk, anyway: boolean): Promise<ToolOutput> {
  return repeated(() => request("POST", "/api/changes/undo", { ...ask, anyway }));
}

/** A page of a conversation's changes that are taken back, the newest first; `before` is the last one of the page before. */
export function listUndone(conversation: string, before?: number): Promise<{ items: PastChange[] }> {
  const query = { conversation, undone: "true", limit: limits.undoChanges, before };
  return request("GET", withQuery("/api/changes", query));
}
