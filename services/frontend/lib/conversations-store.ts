import type { Conversation } from "@todo/contract";
import { messageOf } from "./api/api-error.ts";
import { listConversations } from "./api/conversations.ts";
import { createStore, type Store } from "./store.ts";

export type ConversationsState = {
  phase: "loading" | "ready" | "failed";
  items: Conversation[];
  nextCursor: string | null;
  /** What a search found; null when nothing is searched for. */
  found: Conversation[] | null;
  problem: string | null;
};

export type ConversationsStore = Store<ConversationsState> & {
  refresh: () => Promise<void>;
  loadMore: () => Promise<void>;
  search: (q: string) => Promise<void>;
  /** Makes a change and reads the list again. Gives whether it was made. */
  change: (request: () => Promise<unknown>) => Promise<boolean>;
};

/** The conversations of this tab's user, the last used first. */
export function createConversationsStore(): ConversationsStore {
  const store = createStore<ConversationsState>({
    phase: "loading",
    items: [],
    nextCursor: null,
    found: null,
    problem: null,
  });
  let asked = 0;
  let searched = "";

  async function refresh(): Promise<void> {
    const mine = ++asked;
    try {
      const wanted = store.get().items.length;
      const page = await listConversations({ limit: Math.min(Math.max(wanted, 30), 100) });
      if (mine !== asked) return;
      store.set({ phase: "ready", items: page.items, nextCursor: page.nextCursor, problem: null });
    } catch (error) {
      if (mine === asked)
        store.set({ phase: store.get().phase === "ready" ? "ready" : "failed", problem: messageOf(error) });
    }
    if (searched !== "") await search(searched);
  }

  async function search(q: string): Promise<void> {
    searched = q.trim();
    if (searched === "") return store.set({ found: null });
    const mine = searched;
    try {
      const page = await listConversations({ q: mine });
      if (searched === mine) store.set({ found: page.items });
    } catch (error) {
      if (searched === mine) store.set({ problem: messageOf(error) });
    }
  }

  return {
    ...store,
    refresh,
    search,
    async loadMore() {
      const { nextCursor } = store.get();
      if (nextCursor === null) return;
      const mine = ++asked;
      try {
        const page = await listConversations({ cursor: nextCursor });
        if (mine === asked) store.set({ items: [...store.get().items, ...page.items], nextCursor: page.nextCursor });
      } catch (error) {
        store.set({ problem: messageOf(error) });
      }
    },
    async change(request) {
      try {
        await request();
        await refresh();
        return true;
      } catch (error) {
        store.set({ problem: messageOf(error) });
        return false;
      }
    },
  };
}
