import type { TaskChange } from "@todo/contract";
import { limits } from "@todo/contract/limits";
import { countChanges } from "@todo/contract/message";
import { ApiError, type ErrorDetail, messageOf } from "../api/api-error.ts";
import { listUndone, type UndoAsk, undoChanges } from "../api/changes.ts";
import { createStore, type Store } from "../store.ts";

/** Changes to be taken back together, or undos of theirs: a redo. */
export type UndoTarget = {
  /** Tells what it is about: an undo and the redo after it have the same. */
  key: string;
  redo: boolean;
  asks: UndoAsk[];
  /** How many changes it is about. */
  total: number;
};

/** How it stands with what one last wanted of a target. */
export type Attempt =
  | { state: "busy"; done: number; total: number }
  /** Receipts that bear no numbers are undone: nothing but this tab knows. */
  | { state: "done" }
  | { state: "failed"; message: string }
  /** Later changes would be lost: how what was changed is now. */
  | { state: "conflict"; details: ErrorDetail[] };

export type UndoState = {
  /** The conversation's changes that are taken back, each with the change that did it, where there is one. */
  undone: ReadonlyMap<number, number | undefined>;
  attempts: Record<string, Attempt>;
  /** What was done last, for those who hear it. */
  said: string;
};

export type UndoStore = Store<UndoState> & {
  /** Asks the server what is undone by now: another tab, the assistant or an earlier visit may have done it. */
  refresh: () => Promise<void>;
  /** Takes a target back, call by call until nothing is left of it. `anyway`: also where later changes are lost. */
  undo: (target: UndoTarget, anyway?: boolean) => Promise<void>;
  /** Lets everything be as it is after a conflict. */
  keep: (target: UndoTarget) => void;
};

/** What of a conversation's changes is undone. The server knows; the page asks. */
export function createUndoStore(conversationId: string): UndoStore {
  const store = createStore<UndoState>({ undone: new Map(), attempts: {}, said: "" });
  /** Counts the questions: an answer that was overtaken by a later one is dropped. */
  let asked = 0;

  function set(key: string, attempt: Attempt | null): void {
    const { [key]: _, ...others } = store.get().attempts;
    store.set({ attempts: attempt === null ? others : { ...others, [key]: attempt } });
  }

  async function refresh(): Promise<void> {
    const mine = ++asked;
    const undone = new Map<number, number | undefined>();
    try {
      for (let before: number | undefined, more = true; more; ) {
        const { items } = await listUndone(conversationId, before);
        for (const { event, undoneBy } of items) undone.set(event, undoneBy);
        before = items.at(-1)?.event;
        more = items.length === limits.undoChanges;
      }
    } catch {
      // What was known is still shown; an undo of what is undone does no harm, and the next change asks again.
      return;
    }
    if (mine === asked && !isSame(undone, store.get().undone)) store.set({ undone });
  }

  /** Sends the calls one after the other, each again until nothing is left of it. */
  async function send({ key, asks, total }: UndoTarget, anyway: boolean): Promise<void> {
    let done = 0;
    for (const ask of asks) {
      for (let left = 1; left > 0; ) {
        const answer = await undoChanges(ask, anyway);
        left = answer.left ?? 0;
        done = left > 0 ? total - left : done + countChanges(answer);
        set(key, { state: "busy", done, total });
      }
    }
  }

  return {
    ...store,
    refresh,
    async undo(target, anyway = false) {
      const { key, redo, total } = target;
      if (store.get().attempts[key]?.state === "busy") return;
      // What went wrong before with others is told no longer: it may be different by now.
      store.set({ attempts: Object.fromEntries(Object.entries(store.get().attempts).filter(isLasting)), said: "" });
      set(key, { state: "busy", done: 0, total });
      let outcome: Attempt = { state: "done" };
      try {
        await send(target, anyway);
      } catch (error) {
        outcome = outcomeOf(error);
      }
      await refresh();
      set(key, outcome);
      if (outcome.state === "done") store.set({ said: redo ? "Done again" : "Undone" });
    },
    keep({ key }) {
      set(key, null);
    },
  };
}

function isLasting([, { state }]: [string, Attempt]): boolean {
  return state === "busy" || state === "done";
}

function outcomeOf(error: unknown): Attempt {
  return error instanceof ApiError && error.code === "undo_conflict"
    ? { state: "conflict", details: error.details }
    : { state: "failed", message: messageOf(error) };
}

function isSame(a: UndoState["undone"], b: UndoState["undone"]): boolean {
  return a.size === b.size && [...a].every(([event, by]) => b.has(event) && b.get(event) === by);
}

/** What the button of one receipt does; null for one without a number, and for one that nothing is left to redo of. */
export function targetOfChange({ undone }: UndoState, { event }: TaskChange): UndoTarget | null {
  if (event === undefined) return null;
  const key = `change ${event}`;
  if (!undone.has(event)) return { key, redo: false, asks: [{ changes: [event] }], total: 1 };
  const by = undone.get(event);
  return by === undefined ? null : { key, redo: true, asks: [{ changes: [by] }], total: 1 };
}

/**
 * What the button of a whole answer does: undo what is not undone, or redo all of it. Null where the receipts' own buttons
 * do, and while it is not known which run it was. `unlisted`: changes that it made besides these; undo comes to them first,
 * and they have no redo here, since the page does not know their numbers.
 */
export function targetOfAnswer(
  state: UndoState,
  runId: string | null,
  changes: TaskChange[],
  unlisted = 0,
): UndoTarget | null {
  if (runId === null || changes.length === 0) return null;
  const key = `run ${runId}`;
  const events = changes.flatMap(({ event }) => event ?? []);
  const hasOld = events.length < changes.length;
  const listed = events.filter((event) => !state.undone.has(event)).length + (changes.length - events.length);
  const left = listed > 0 ? listed + unlisted : 0;
  if (hasOld && state.attempts[key]?.state === "done") return null;
  if (left > 1 || hasOld) return { key, redo: false, asks: [{ run: runId }], total: left };
  const undos = [...new Set(events.flatMap((event) => state.undone.get(event) ?? []))];
  if (left > 0 || unlisted > 0 || undos.length < 2) return null;
  return { key, redo: true, asks: inBlocks(undos).map((block) => ({ changes: block })), total: undos.length };
}

function inBlocks(numbers: number[]): number[][] {
  const count = Math.ceil(numbers.length / limits.undoChanges);
  return Array.from({ length: count }, (_, i) => numbers.slice(i * limits.undoChanges, (i + 1) * limits.undoChanges));
}

/** Whether a receipt is undone. One without a number is, when its whole answer was undone here. */
export function isUndone({ undone, attempts }: UndoState, { event }: TaskChange, runId: string | null): boolean {
  return event === undefined ? attempts[`run ${runId}`]?.state === "done" : undone.has(event);
}
