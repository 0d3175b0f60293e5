"use client";

import { useStore } from "../../lib/store.ts";
import { type WaitingCallsStore, wishOf } from "../../lib/waiting-calls.ts";
import { ApprovalCard } from "../chat/approval-card.tsx";
import styles from "./task-panel.module.css";

/** What programs ask for, each with the exact tasks that it is about. `onDecided` takes the focus of a card that goes away. */
export function WaitingCalls({ store, onDecided }: { store: WaitingCallsStore; onDecided: () => void }) {
  const { items, problem } = useStore(store);
  return (
    <>
      {problem !== null && (
        <p role="alert" className={styles.problem}>
          {problem}
        </p>
      )}
      {items.map((call) => (
        <div key={call.id} className={styles.waiting}>
          <ApprovalCard
            asks={`${wishOf(call)}.`}
            descriptor={call.descriptor}
            approved={null}
            isOpen
            onDecide={async (decision) => {
              await store.decide(call, decision);
              if (!store.get().items.some(({ id }) => id === call.id)) onDecided();
            }}
          />
        </div>
      ))}
    </>
  );
}
