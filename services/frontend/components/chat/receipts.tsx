import type { TaskChange } from "@todo/contract";
import { isUndone, targetOfChange, type UndoStore } from "../../lib/chat/undos.ts";
import { formatDue } from "../../lib/dates.ts";
import { fieldChanges, inWords, verbOf } from "../../lib/receipts.ts";
import { useStore } from "../../lib/store.ts";
import { Icon, type IconName } from "../ui/icon.tsx";
import styles from "./receipts.module.css";
import { UndoButton } from "./undo-button.tsx";

const icons: Record<TaskChange["kind"], IconName> = {
  added: "plus",
  updated: "pencil",
  completed: "check",
  reopened: "undo",
  deleted: "trash",
  restored: "undo",
};

type Props = { runId: string | null; undos: UndoStore };

/** The committed changes of one tool call, each with the way back. */
export function Receipts({ changes, unlisted, ...props }: Props & { changes: TaskChange[]; unlisted: number }) {
  return (
    <ul aria-label="What was changed" className={styles.card}>
      {changes.map((change) => (
        <Receipt key={keyOf(change)} change={change} {...props} />
      ))}
      {unlisted > 0 && <li className={styles.receipt}>And {inWords(unlisted)} more</li>}
    </ul>
  );
}

function Receipt({ change, runId, undos }: Props & { change: TaskChange }) {
  const { after, kind } = change;
  const state = useStore(undos);
  const undone = isUndone(state, change, runId);
  const target = targetOfChange(state, change);
  const what = target?.redo ? "Redo" : "Undo";
  return (
    <li className={styles.receipt} data-undone={undone || undefined}>
      <span className={styles.icon} data-kind={kind}>
        <Icon name={icons[kind]} size={16} />
      </span>
      <div className={styles.what}>
        <p>
          <span className={styles.verb}>{verbOf(change)}</span> <span className={styles.number}>#{after.number}</span>{" "}
          <span className={styles.title}>{after.title}</span>
          {undone && <span className={styles.undone}> Undone</span>}
        </p>
        {kind === "added" && after.due !== null && <p className={styles.detail}>Due {formatDue(after.due)}</p>}
        {fieldChanges(change).map(({ field, before, after: now }) => (
          <p key={field} className={styles.detail}>
            {field}: <del>{before}</del> <span aria-hidden="true">→</span> <ins>{now}</ins>
          </p>
        ))}
      </div>
      {target !== null && (
        <UndoButton store={undos} target={target} name={`${what}: ${verbOf(change)} #${after.number} ${after.title}`}>
          {what}
        </UndoButton>
      )}
    </li>
  );
}

function keyOf({ event, kind, after }: TaskChange): string {
  return event === undefined ? `${kind} ${after.id} ${after.updatedAt}` : String(event);
}
