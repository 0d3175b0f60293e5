import type { Task } from "@todo/contract";
import { dueState, formatDue } from "../../lib/dates.ts";
import { Icon } from "../ui/icon.tsx";
import styles from "./task-meta.module.css";

/** When a task is due, how urgent it is, and its tags. */
export function TaskMeta({ task }: { task: Task }) {
  const { due, priority, tags } = task;
  if (due === null && priority === "none" && tags.length === 0) return null;
  const state = due === null || task.status === "done" ? "later" : dueState(due, new Date());
  return (
    <p className={styles.meta}>
      {due !== null && (
        <span className={styles.due} data-state={state}>
          <Icon name="calendar" size={14} />
          {state === "overdue" && <strong>Overdue</strong>}
          {state === "today" && <strong>Today</strong>}
          <span>
            <span className="visually-hidden">due </span>
            {formatDue(due)}
          </span>
        </span>
      )}
      {priority !== "none" && (
        <span className={styles.priority} data-priority={priority}>
          <Icon name="flag" size={14} />
          {priority}
          <span className="visually-hidden"> priority</span>
        </span>
      )}
      {tags.map((tag) => (
        <span key={tag} className={styles.tag}>
          #{tag}
        </span>
      ))}
    </p>
  );
}
