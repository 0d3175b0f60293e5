"use client";

import { useEffect, useState } from "react";
import { useStore } from "../../lib/store.ts";
import { dismissToast, showToast, toasts } from "../../lib/toasts.ts";
import { Button, IconButton } from "./button.tsx";
import styles from "./toast-region.module.css";

const shownMs = 8_000;

/** Says what was just done, with the way back. Stays for as long as one points at it or is in it. */
export function ToastRegion() {
  const { current } = useStore(toasts);
  const [held, setHeld] = useState(false);

  const id = current?.id;
  // The pointer cannot leave what has gone from under it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: each message starts anew.
  useEffect(() => setHeld(false), [id]);

  useEffect(() => {
    if (current === null || held) return;
    const timer = setTimeout(() => dismissToast(current.id), shownMs);
    return () => clearTimeout(timer);
  }, [current, held]);

  async function undo(): Promise<void> {
    if (current?.undo === undefined) return;
    dismissToast(current.id);
    setHeld(false);
    if ((await current.undo()) !== null) showToast("Undone");
  }

  return (
    <div
      className={styles.region}
      role="status"
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      {current !== null && (
        <div className={styles.toast}>
          <span>{current.message}</span>
          {current.undo !== undefined && (
            <Button variant="quiet" small onClick={() => void undo()}>
              Undo
            </Button>
          )}
          <IconButton icon="close" label="Dismiss" size={16} onClick={() => dismissToast(current.id)} />
        </div>
      )}
    </div>
  );
}
