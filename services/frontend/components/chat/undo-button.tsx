"use client";

import { limits } from "@todo/contract/limits";
import { type ReactNode, useId, useRef } from "react";
import type { UndoStore, UndoTarget } from "../../lib/chat/undos.ts";
import { inWords } from "../../lib/receipts.ts";
import { useStore } from "../../lib/store.ts";
import { Button } from "../ui/button.tsx";
import styles from "./undo-button.module.css";

type Props = {
  store: UndoStore;
  target: UndoTarget;
  name?: string;
  className?: string | undefined;
  children: ReactNode;
};

/** Takes changes back, or makes them again; below it, how that went. `name` is what it is called where its text is short. */
export function UndoButton({ store, target, name, className, children }: Props) {
  const attempt = useStore(store).attempts[target.key];
  const button = useRef<HTMLButtonElement>(null);
  const isBusy = attempt?.state === "busy";

  function undoAnyway(): void {
    button.current?.focus();
    void store.undo(target, true);
  }

  function keep(): void {
    button.current?.focus();
    store.keep(target);
  }

  return (
    <>
      <Button
        ref={button}
        variant="quiet"
        small
        className={className}
        // Not `disabled`: it would lose the focus, which belongs here until it is done.
        aria-disabled={isBusy || undefined}
        aria-label={name}
        onClick={() => void store.undo(target)}
      >
        {children}
      </Button>
      {isBusy && attempt.total > limits.undoChanges && (
        <p role="status" className={styles.progress}>
          {target.redo ? "Done again" : "Undone"} {inWords(attempt.done)} of {inWords(attempt.total)}…
        </p>
      )}
      {attempt?.state === "failed" && (
        <p role="alert" className={styles.problem}>
          Not {target.redo ? "done again" : "undone"}: {attempt.message}
        </p>
      )}
      {attempt?.state === "conflict" && (
        <Conflict details={attempt.details} redo={target.redo} onAnyway={undoAnyway} onKeep={keep} />
      )}
    </>
  );
}

type ConflictProps = {
  details: { path: string; message: string }[];
  redo: boolean;
  onAnyway: () => void;
  onKeep: () => void;
};

/** Says which later changes would be lost, and lets one choose. */
function Conflict({ details, redo, onAnyway, onKeep }: ConflictProps) {
  const id = useId();
  return (
    <div role="alert" className={styles.conflict}>
      <p id={id} className={styles.why}>
        Not {redo ? "done again" : "undone"}, because it was changed since. As it is now:
      </p>
      <ul aria-labelledby={id}>
        {details.map(({ path, message }) => (
          <li key={`${path} ${message}`}>
            <span className={styles.task}>{path}</span>: {message}
          </li>
        ))}
      </ul>
      <div className={styles.buttons}>
        <Button variant="danger" small onClick={onAnyway}>
          {redo ? "Redo" : "Undo"} anyway
        </Button>
        <Button variant="plain" small onClick={onKeep}>
          Keep
        </Button>
      </div>
    </div>
  );
}
