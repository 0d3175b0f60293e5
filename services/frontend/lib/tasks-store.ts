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
  /** Shows these tasks as they are now, by what is shown already where that is enough, and else by reading the list again. */
  apply: (changed: readonly Task[]) => Promise<void>;
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
  /** Requests for the list that are on their way: what they read may be older than what the server tells meanwhile. */
  let reading = 0;
  /** Changes on their way. What is read meanwhile may be older than what is shown. */
  let changing = 0;

  function query(cursor?: string, limit = 50) {
    const { filter, search } = store.get();
    return listTasks({ status: filter === "all" ? undefined : filter, q: search, cursor, limit });
  }

  async function refresh(): Promise<void> {
    if (changing > 0) return;
    const mine = ++asked;
    reading += 1;
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
    } finally {
      reading -= 1;
    }
  }

  async function apply(changed: readonly Task[]): Promise<void> {
    const { phase, search, problem, filter, items, nextCursor } = store.get();
    if (reading > 0 || changing > 0 || phase !== "ready" || search !== "" || problem !== null) return refresh();
    const mine = asked;
    store.set({ items: merged(items, changed, { filter, isWhole: nextCursor === null }) });
    await count(mine);
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
    apply,
    async loadMore() {
      const { nextCursor } = store.get();
      if (nextCursor === null) return;
      const mine = ++asked;
      reading += 1;
      try {
        const page = await query(nextCursor);
        if (mine === asked) store.set({ items: [...store.get().items, ...page.items], nextCursor: page.nextCursor });
      } catch (error) {
        store.set({ problem: messageOf(error) });
      } finally {
        reading -= 1;
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

/**
 * The list, which is sorted by number, with these tasks as they are now. Of a list that goes on (`isWhole: false`) what
 * comes after its last task is left for the next page.
 */
function merged(
  items: readonly Task[],
  changed: readonly Task[],
  { filter, isWhole }: { filter: TaskFilterName; isWhole: boolean },
): Task[] {
  const last = isWhole ? Number.POSITIVE_INFINITY : (items.at(-1)?.number ?? 0);
  const ids = new Set(changed.map(({ id }) => id));
  const shown = changed.filter((task) => task.number <= last && belongs(task, filter));
  return [...items.filter(({ id }) => !ids.has(id)), ...shown].sort((a, b) => a.number - b.number);
}

function belongs({ status, deletedAt }: Task, filter: TaskFilterName): boolean {
  if (filter === "deleted") return deletedAt !== null;
  return deletedAt === null && (filter === "all" || filter === status);
}
