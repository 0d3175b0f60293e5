import type { TaskChange } from "@todo/contract";
import { formatDue } from "../../lib/dates.ts";
import { fieldChanges, verbOf } from "../../lib/receipts.ts";
import { undoOf } from "../../lib/undo.ts";
import { keyOf, type Undo } from "../../lib/use-undo.ts";
import { Button } from "../ui/button.tsx";
import { Icon, type IconName } from "../ui/icon.tsx";
import styles from "./receipts.module.css";

const icons: Record<TaskChange["kind"], IconName> = {
  added: "plus",
  updated: "pencil",
  completed: "check",
  reopened: "undo",
  deleted: "trash",
  restored: "undo",
};

/** The committed changes of one tool call, each with the way back. */
export function Receipts({ changes, undo }: { changes: TaskChange[]; undo: Undo }) {
  return (
    <div className={styles.card}>
      <ul aria-label="What was changed">
        {changes.map((change) => (
          <Receipt key={keyOf(change)} change={change} undo={undo} />
        ))}
      </ul>
      {undo.problem !== null && (
        <p role="alert" className={styles.problem}>
          Not undone: {undo.problem}
        </p>
      )}
    </div>
  );
}

function Receipt({ change, undo }: { change: TaskChange; undo: Undo }) {
  const { after, kind } = change;
  const status = undo.statusOf(change);
  return (
    <li className={styles.receipt} data-undone={status === "done" || undefined}>
      <span className={styles.icon} data-kind={kind}>
        <Icon name={icons[kind]} size={16} />
      </span>
      <div className={styles.what}>
        <p>
          <span className={styles.verb}>{verbOf(change)}</span> <span className={styles.number}>#{after.number}</span>{" "}
          <span className={styles.title}>{after.title}</span>
        </p>
        {kind === "added" && after.due !== null && <p className={styles.detail}>Due {formatDue(after.due)}</p>}
        {fieldChanges(change).map(({ field, before, after: now }) => (
          <p key={field} className={styles.detail}>
            {field}: <del>{before}</del> <span aria-hidden="true">→</span> <ins>{now}</ins>
          </p>
        ))}
      </div>
      {status === "done" ? (
        <span className={styles.undone}>Undone</span>
      ) : (
        undoOf(change) !== null && (
          <Button
            variant="quiet"
            small
            disabled={status === "busy"}
            aria-label={`Undo: ${verbOf(change)} #${after.number} ${after.title}`}
            onClick={() => void undo.undo(change)}
          >
            Undo
          </Button>
        )
      )}
    </li>
  );
}
