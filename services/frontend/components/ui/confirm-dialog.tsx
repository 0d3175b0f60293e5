"use client";

import { useEffect, useId, useRef } from "react";
import { Button } from "./button.tsx";
import styles from "./confirm-dialog.module.css";

type Props = { title: string; text: string; confirm: string; onConfirm: () => void; onCancel: () => void };

/** Asks before something that cannot be taken back. Escape says no; the focus starts there too. */
export function ConfirmDialog({ title, text, confirm, onConfirm, onCancel }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => dialog.current?.showModal(), []);

  return (
    <dialog
      ref={dialog}
      className={styles.dialog}
      aria-labelledby={`${id}-title`}
      aria-describedby={id}
      onClose={onCancel}
    >
      <h2 id={`${id}-title`}>{title}</h2>
      <p id={id}>{text}</p>
      <div className={styles.buttons}>
        <Button variant="plain" autoFocus onClick={() => dialog.current?.close()}>
          Cancel
        </Button>
        <Button variant="danger" onClick={onConfirm}>
          {confirm}
        </Button>
      </div>
    </dialog>
  );
}
