import type { Task, TaskStatus } from "@todo/contract";
import { limits } from "@todo/contract/limits";
import { messageOf } from "./api/api-error.ts";
import { listTasks } from "./api/tasks.ts";
import { createStore, type Store } from "./store.ts";

/** `deleted` is the trash. */
export type TaskFilterName = TaskStatus | "all" | "deleted";

export type TasksState = {
  phase: "loading" | "ready" | "failed";
  filter: TaskFilterName;
  search: string;
  items: Task[];
  nextCursor: string | null;
  /** How many are open, at most one page of them: "100+". Null until known. */
  openCount: string | null;
  problem: string | null;
};

export type TasksStore = Store<TasksState> & {
  refresh: () => Promise<void>;
  loadMore: () => Promise<void>;
  show: (change: { filter?: TaskFilterName; search?: string }) => void;
  /** Shows a change at once, and makes it: `request` fails, and the list is read again as it was. */
  change: <T>(shown: (items: Task[]) => Task[], request: () => Promise<T>) => Promise<T | null>;
};

/** The task list of this tab. The server's events tell it when to look again. */
export function createTasksStore(): TasksStore {
  const store = createStore<TasksState>({
    phase: "loading",
    filter: "open",
    search: "",
    items: [],
    nextCursor: null,
    openCount: null,
    problem: null,
  });
  /** Counts the requests for the list: an answer that was overtaken by a later question is dropped. */
  let asked = 0;
  /** Changes on their way. What is read meanwhile may be older than what is shown. */
  let changing = 0;

  function query(cursor?: string, limit = 50) {
    const { filter, search } = store.get();
    return listTasks({ status: filter === "all" ? undefined : filter, q: search, cursor, limit });
  }

  async function refresh(): Promise<void> {
    if (changing > 0) return;
    const mine = ++asked;
    try {
      // As many as were shown: who had loaded more keeps them.
      const wanted = store.get().items.length;
      const first = await query(undefined, Math.min(Math.max(wanted, 50), limits.pageRows));
      let { items, nextCursor } = first;
      while (nextCursor !== null && items.length < wanted) {
        const next = await query(nextCursor, limits.pageRows);
        items = [...items, ...next.items];
        nextCursor = next.nextCursor;
      }
      if (mine !== asked || changing > 0) return;
      store.set({ phase: "ready", items, nextCursor, problem: null });
      await count(mine);
    } catch (error) {
      if (mine === asked)
        store.set({ phase: store.get().phase === "ready" ? "ready" : "failed", problem: messageOf(error) });
    }
  }

  async function count(mine: number): Promise<void> {
    const { filter, search, items, nextCursor } = store.get();
    const isWhole = filter === "open" && search === "";
    const page = isWhole ? { items, nextCursor } : await listTasks({ status: "open", limit: limits.pageRows });
    if (mine === asked) store.set({ openCount: `${page.items.length}${page.nextCursor === null ? "" : "+"}` });
  }

  return {
    ...store,
    refresh,
    async loadMore() {
      const { nextCursor } = store.get();
      if (nextCursor === null) return;
      const mine = ++asked;
      try {
        const page = await query(nextCursor);
        if (mine === asked) store.set({ items: [...store.get().items, ...page.items], nextCursor: page.nextCursor });
      } catch (error) {
        store.set({ problem: messageOf(error) });
      }
    },
    show(change) {
      store.set({ ...change, items: [], nextCursor: null, phase: "loading" });
      void refresh();
    },
    async change(shown, request) {
      changing += 1;
      store.set({ items: shown(store.get().items), problem: null });
      let problem: string | null = null;
      try {
        return await request();
      } catch (error) {
        problem = messageOf(error);
        return null;
      } finally {
        changing -= 1;
        await refresh();
        if (problem !== null) store.set({ problem });
      }
    },
  };
}
