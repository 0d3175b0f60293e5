"use client";

import type { TaskChange } from "@todo/contract";
import { useState } from "react";
import { messageOf } from "./api/api-error.ts";
import { undoChange } from "./undo.ts";

export type UndoStatus = "possible" | "busy" | "done" | "failed";

export type Undo = {
  statusOf: (change: TaskChange) => UndoStatus;
  problem: string | null;
  areAllDone: (changes: TaskChange[]) => boolean;
  undo: (change: TaskChange) => Promise<void>;
  /** Takes a whole turn back, the last change first. */
  undoAll: (changes: TaskChange[]) => Promise<void>;
};

/** Which changes of one message have been taken back in this tab. */
export function useUndo(): Undo {
  const [statuses, setStatuses] = useState<Record<string, UndoStatus>>({});
  const [problem, setProblem] = useState<string | null>(null);
  const statusOf = (change: TaskChange) => statuses[keyOf(change)] ?? "possible";

  async function undo(change: TaskChange): Promise<void> {
    const set = (status: UndoStatus) => setStatuses((all) => ({ ...all, [keyOf(change)]: status }));
    set("busy");
    setProblem(null);
    try {
      await undoChange(change);
      set("done");
    } catch (error) {
      set("failed");
      setProblem(messageOf(error));
    }
  }

  return {
    statusOf,
    problem,
    areAllDone: (changes) => changes.every((change) => statusOf(change) === "done"),
    undo,
    async undoAll(changes) {
      const left = changes.filter((change) => statusOf(change) !== "done");
      for (const change of left.toReversed()) await undo(change);
    },
  };
}

/** Tells a change from all others. */
export function keyOf({ kind, after }: TaskChange): string {
  return `${kind} ${after.id} ${after.updatedAt}`;
}
