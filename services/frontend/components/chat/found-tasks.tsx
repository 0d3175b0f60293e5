import type { Task } from "@todo/contract";
import { TaskMeta } from "../tasks/task-meta.tsx";
import { Icon } from "../ui/icon.tsx";
import styles from "./found-tasks.module.css";

type Props = { tasks: Task[]; more: boolean; label?: string };

/** Tasks as they were when the assistant looked. */
export function FoundTasks({ tasks, more, label = "Tasks found" }: Props) {
  if (tasks.length === 0) return <p className={styles.none}>No tasks found.</p>;
  return (
    <div className={styles.card}>
      <ul aria-label={label}>
        {tasks.map((task) => (
          <li key={task.id} className={styles.task} data-done={task.status === "done" || undefined}>
            <span className={styles.number}>#{task.number}</span>
            <div className={styles.what}>
              <span className={styles.title}>{task.title}</span>
              {task.status === "done" && (
                <span className={styles.done}>
                  <Icon name="check" size={14} /> done
                </span>
              )}
              <TaskMeta task={task} />
            </div>
          </li>
        ))}
      </ul>
      {more && <p className={styles.more}>There are more than these.</p>}
    </div>
  );
}
