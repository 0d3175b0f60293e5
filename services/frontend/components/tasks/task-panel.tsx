"use client";

import { limits } from "@todo/contract/limits";
import { useEffect, useRef, useState } from "react";
import { useStore } from "../../lib/store.ts";
import type { TaskFilterName, TasksStore } from "../../lib/tasks-store.ts";
import type { WaitingCallsStore } from "../../lib/waiting-calls.ts";
import { Button } from "../ui/button.tsx";
import { SearchInput } from "../ui/search-input.tsx";
import { QuickAdd } from "./quick-add.tsx";
import { TaskItem } from "./task-item.tsx";
import styles from "./task-panel.module.css";
import { TrashItem } from "./trash-item.tsx";
import { WaitingCalls } from "./waiting-calls.tsx";

const filters: [TaskFilterName, string][] = [
  ["open", "Open"],
  ["done", "Done"],
  ["all", "All"],
  ["deleted", "Trash"],
];
const typingPauseMs = 200;

/** The tasks themselves: the chat is one way to change them, this is the other. */
export function TaskPanel({ store, waiting }: { store: TasksStore; waiting: WaitingCallsStore }) {
  const { phase, filter, items, nextCursor, openCount, problem, search } = useStore(store);
  const [typed, setTyped] = useState("");
  const shown = useRef(search);
  const heading = useRef<HTMLHeadingElement>(null);

  useEffect(() => {
    if (typed === shown.current) return;
    const timer = setTimeout(() => {
      shown.current = typed;
      store.show({ search: typed });
    }, typingPauseMs);
    return () => clearTimeout(timer);
  }, [store, typed]);

  return (
    <section className={styles.panel} aria-labelledby="tasks-title">
      <div className={styles.head}>
        <h2 ref={heading} id="tasks-title" className={styles.title} tabIndex={-1}>
          Tasks
        </h2>
        {openCount !== null && <span className={styles.count}>{openCount} open</span>}
      </div>
      <QuickAdd store={store} />
      <div className={styles.tools}>
        <fieldset className={styles.filters} aria-label="Show tasks">
          {filters.map(([name, label]) => (
            <button
              key={name}
              type="button"
              aria-pressed={filter === name}
              onClick={() => store.show({ filter: name })}
            >
              {label}
            </button>
          ))}
        </fieldset>
        <SearchInput label="Search tasks" value={typed} onChange={setTyped} />
      </div>
      <div className={styles.scroll}>
        <WaitingCalls store={waiting} onDecided={() => heading.current?.focus()} />
        <div role="alert">{problem !== null && <p className={styles.problem}>{problem}</p>}</div>
        {filter === "deleted" && <p className={styles.kept}>Deleted tasks are kept for {limits.trashDays} days.</p>}
        <ul aria-label={filter === "deleted" ? "Deleted tasks" : "Tasks"} tabIndex={-1}>
          {items.map((task) =>
            filter === "deleted" ? (
              <TrashItem key={task.id} task={task} store={store} />
            ) : (
              <TaskItem key={task.id} task={task} store={store} />
            ),
          )}
        </ul>
        {nextCursor !== null && (
          <Button variant="quiet" small onClick={() => void store.loadMore()}>
            Load more
          </Button>
        )}
        {phase === "ready" && items.length === 0 && <p className={styles.none}>{emptyText(filter, search)}</p>}
        {phase === "failed" && (
          <Button variant="plain" small onClick={() => void store.refresh()}>
            Try again
          </Button>
        )}
      </div>
    </section>
  );
}

function emptyText(filter: TaskFilterName, search: string): string {
  if (search !== "") return "No task matches.";
  if (filter === "deleted") return "The trash is empty.";
  return filter === "done" ? "Nothing is done yet." : "Nothing to do. Add a task above, or ask for one in the chat.";
}
