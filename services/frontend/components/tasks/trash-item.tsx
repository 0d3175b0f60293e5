"use client";

import type { Task } from "@todo/contract";
import { useRef } from "react";
import { restoreTask } from "../../lib/api/tasks.ts";
import { formatMoment } from "../../lib/dates.ts";
import { offerUndo } from "../../lib/offer-undo.ts";
import { randomId } from "../../lib/random-id.ts";
import type { TasksStore } from "../../lib/tasks-store.ts";
import { Button } from "../ui/button.tsx";
import styles from "./task-item.module.css";
import { TaskMeta } from "./task-meta.tsx";

/** A deleted task, and the way back. */
export function TrashItem({ task, store }: { task: Task; store: TasksStore }) {
  const { id, number, title, deletedAt } = task;
  const row = useRef<HTMLLIElement>(null);

  async function restore(): Promise<void> {
    const call = randomId();
    // The row goes away; the focus must not be lost with it.
    const other = row.current?.nextElementSibling ?? row.current?.previousElementSibling;
    (other?.querySelector("button") ?? row.current?.parentElement)?.focus();
    const restored = await store.change(
      (items) => items.filter((item) => item.id !== id),
      () => restoreTask(id, call),
    );
    if (restored !== null) offerUndo(`Restored #${number}`, { call }, store.refresh);
  }

  return (
    <li ref={row} className={styles.deleted}>
      <div className={styles.what}>
        <p className={styles.title}>
          <span className={styles.number}>#{number}</span> {title}
        </p>
        <TaskMeta task={task} />
        {deletedAt !== null && <p className={styles.when}>Deleted {formatMoment(deletedAt)}</p>}
      </div>
      <Button variant="plain" small aria-label={`Restore #${number} ${title}`} onClick={() => void restore()}>
        Restore
      </Button>
    </li>
  );
}
