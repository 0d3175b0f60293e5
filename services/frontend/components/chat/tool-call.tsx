import type { ToolPart } from "@todo/contract/message";
import type { Row } from "../../lib/chat/state.ts";
import type { UndoStore } from "../../lib/chat/undos.ts";
import { inWords, toolOutputOf, unlistedIn } from "../../lib/receipts.ts";
import { ApprovalCard } from "./approval-card.tsx";
import { FoundTasks } from "./found-tasks.tsx";
import { Receipts } from "./receipts.tsx";
import styles from "./tool-call.module.css";

const doing: Record<string, string> = {
  add_tasks: "Adding…",
  list_tasks: "Looking at your tasks…",
  update_tasks: "Changing…",
  complete_tasks: "Checking off…",
  reopen_tasks: "Reopening…",
  delete_tasks: "Deleting…",
  restore_tasks: "Bringing back…",
  undo_changes: "Undoing…",
  list_changes: "Looking at what was changed…",
};

type Props = {
  part: ToolPart;
  status: Row["status"];
  runId: string | null;
  undos: UndoStore;
  onDecide: (approvalId: string, decision: "approve" | "reject") => Promise<void>;
};

/** What the assistant did, told by what was committed: never by its own words. */
export function ToolCall({ part, status, runId, undos, onDecide }: Props) {
  const output = part.state === "output-available" ? toolOutputOf(part.output) : null;
  const isDoing = part.state === "input-available" || part.preliminary === true;
  const { approval } = part;
  return (
    <>
      {approval !== undefined && (
        <ApprovalCard
          descriptor={approval.descriptor}
          approved={approval.approved ?? null}
          isOpen={status === "waiting" && approval.approved === undefined}
          onDecide={(decision) => onDecide(approval.id, decision)}
        />
      )}
      {isDoing && status === "streaming" && (
        <p className={styles.doing}>
          {doing[part.toolName] ?? "Working…"}
          {output?.progress !== undefined && ` ${inWords(output.progress.done)} of ${inWords(output.progress.of)}`}
        </p>
      )}
      {output !== null && output.changes.length > 0 && (
        <Receipts changes={output.changes} unlisted={unlistedIn(output)} runId={runId} undos={undos} />
      )}
      {output?.tasks !== undefined && <FoundTasks tasks={output.tasks} more={output.more ?? false} />}
    </>
  );
}
