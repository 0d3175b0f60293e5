import type { Task } from "@todo/contract";
import { fieldChanges, inWords } from "../../lib/receipts.ts";
import { TaskMeta } from "../tasks/task-meta.tsx";
import { Icon } from "../ui/icon.tsx";
import styles from "./found-tasks.module.css";

type Props = {
  tasks: Task[];
  /** How each of them would be, in the same order. */
  after?: Task[] | undefined;
  /** Whether there are more, or how many. */
  more?: boolean | number | undefined;
  label?: string;
};

/** Tasks as they were when the assistant looked. */
export function FoundTasks({ tasks, after, more = false, label = "Tasks found" }: Props) {
  if (tasks.length === 0) return <p className={styles.none}>No tasks found.</p>;
  return (
    <div className={styles.card}>
      <ul aria-label={label}>
        {tasks.map((task, i) => (
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
              <Wished before={task} after={after?.[i]} />
            </div>
          </li>
        ))}
      </ul>
      {more !== false && (
        <p className={styles.more}>{more === true ? "There are more than these." : `And ${inWords(more)} more`}</p>
      )}
    </div>
  );
}

function Wished({ before, after }: { before: Task; after: Task | undefined }) {
  if (after === undefined) return null;
  return fieldChanges({ kind: "updated", before, after }).map(({ field, before: now, after: then }) => (
    <p key={field} className={styles.wished}>
      {field}: <del>{now}</del> <span aria-hidden="true">→</span> <ins>{then}</ins>
    </p>
  ));
}
