import type { PendingApproval } from "@todo/contract";
import { countChanges } from "@todo/contract/message";
import { ApiError, messageOf } from "./api/api-error.ts";
import { decideCall, listWaitingCalls } from "./api/approvals.ts";
import { capital, countOf, wishedIn } from "./approvals.ts";
import { offerUndo } from "./offer-undo.ts";
import { createStore, type Store } from "./store.ts";
import { showToast } from "./toasts.ts";

export type WaitingCallsState = {
  /** The newest first. */
  items: PendingApproval[];
  problem: string | null;
};

export type WaitingCallsStore = Store<WaitingCallsState> & {
  refresh: () => Promise<void>;
  decide: (call: PendingApproval, decision: "approve" | "reject") => Promise<void>;
};

/** What programs want to do and may not without the user. `onDone` is called when something was done. */
export function createWaitingCallsStore(onDone: () => Promise<void>): WaitingCallsStore {
  const store = createStore<WaitingCallsState>({ items: [], problem: null });
  /** Counts the questions: an answer that was overtaken by a later one is dropped. */
  let asked = 0;

  async function refresh(): Promise<void> {
    const mine = ++asked;
    try {
      const items = await listWaitingCalls();
      if (mine !== asked) return;
      const known = new Set(store.get().items.map(({ id }) => id));
      const fresh = items.find(({ id }) => !known.has(id));
      store.set({ items });
      if (fresh !== undefined) showToast(`${wishOf(fresh)}. It waits for your approval.`);
    } catch {
      // What was known stays; the server's next event asks again.
    }
  }

  return {
    ...store,
    refresh,
    async decide({ id, descriptor }, decision) {
      const { participle } = wishedIn(descriptor);
      store.set({ problem: null });
      try {
        const { output, call } = await decideCall(id, decision);
        const events = output.changes.flatMap(({ event }) => event ?? []);
        const done = output.error?.message ?? `${capital(participle)} ${countOf(countChanges(output))}`;
        if (decision === "reject") showToast(`Rejected. Nothing was ${participle}.`);
        else if (events.length === 0) showToast(done);
        else offerUndo(done, call === undefined ? { changes: events } : { call }, onDone);
        await onDone();
      } catch (error) {
        // Another tab was faster.
        const isDecided = error instanceof ApiError && ["approval_decided", "not_found"].includes(error.code);
        if (isDecided) showToast(error.message);
        else store.set({ problem: messageOf(error) });
      }
      await refresh();
    },
  };
}

/** Who asks for what, in a sentence without its end. */
export function wishOf({ tokenName, descriptor }: PendingApproval): string {
  const who = tokenName === null ? "A program" : `“${tokenName}”`;
  const { verb, what } = wishedIn(descriptor);
  return `${who} asks to ${verb} ${what}`;
}
