"use client";

import type { ApprovalDescriptor } from "@todo/contract/message";
import { useId, useRef, useState } from "react";
import { capital, wishedIn } from "../../lib/approvals.ts";
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
  const { verb, participle, what } = wishedIn(descriptor);

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
        {capital(verb)} {what}?
      </h3>
      {asks !== undefined && <p className={styles.asks}>{asks}</p>}
      <div className={styles.tasks}>
        <FoundTasks {...descriptor} label={`Tasks to be ${participle}`} />
      </div>
      {isOpen ? (
        <div className={styles.buttons}>
          <Button variant="danger" small disabled={busy} onClick={() => void decide("approve")}>
            Approve: {verb} {what}
          </Button>
          <Button variant="plain" small disabled={busy} onClick={() => void decide("reject")}>
            Reject
          </Button>
        </div>
      ) : (
        <p className={styles.decision}>{decisionText(approved, participle)}</p>
      )}
    </fieldset>
  );
}

function decisionText(approved: boolean | null, participle: string): string {
  if (approved === null) return "No decision needed now.";
  return approved ? "You approved this." : `You rejected this. Nothing was ${participle}.`;
}
