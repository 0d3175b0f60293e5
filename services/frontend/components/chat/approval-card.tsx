"use client";

import type { ApprovalDescriptor } from "@todo/contract/message";
import { useId, useRef, useState } from "react";
import { Button } from "../ui/button.tsx";
import { Icon } from "../ui/icon.tsx";
import styles from "./approval-card.module.css";
import { FoundTasks } from "./found-tasks.tsx";

type Props = {
  /** Who asks, where it is not the assistant. */
  asks?: string;
  descriptor: ApprovalDescriptor;
  approved: boolean | null;
  isOpen: boolean;
  onDecide: (decision: "approve" | "reject") => Promise<void>;
};

/** What the assistant or a program may not do alone, with the exact tasks that it is about. */
export function ApprovalCard({ asks, descriptor, approved, isOpen, onDecide }: Props) {
  const [busy, setBusy] = useState(false);
  const card = useRef<HTMLFieldSetElement>(null);
  const id = useId();
  const count = descriptor.tasks.length;
  const what = count === 1 ? "1 task" : `${count} tasks`;

  async function decide(decision: "approve" | "reject"): Promise<void> {
    setBusy(true);
    // The buttons go away; the focus must not be lost with them.
    card.current?.focus();
    await onDecide(decision);
    setBusy(false);
  }

  return (
    <fieldset ref={card} className={styles.card} data-open={isOpen || undefined} aria-labelledby={id} tabIndex={-1}>
      <h3 id={id} className={styles.title}>
        <Icon name="alert" size={18} />
        Delete {what}?
      </h3>
      {asks !== undefined && <p className={styles.asks}>{asks}</p>}
      <div className={styles.tasks}>
        <FoundTasks tasks={descriptor.tasks} more={false} label="Tasks to be deleted" />
      </div>
      {isOpen ? (
        <div className={styles.buttons}>
          <Button variant="danger" small disabled={busy} onClick={() => void decide("approve")}>
            Approve: delete {what}
          </Button>
          <Button variant="plain" small disabled={busy} onClick={() => void decide("reject")}>
            Reject
          </Button>
        </div>
      ) : (
        <p className={styles.decision}>{decisionText(approved)}</p>
      )}
    </fieldset>
  );
}

function decisionText(approved: boolean | null): string {
  if (approved === null) return "No decision needed now.";
  return approved ? "You approved this." : "You rejected this. Nothing was deleted.";
}
