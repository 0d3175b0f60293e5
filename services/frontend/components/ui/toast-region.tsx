"use client";

import { useEffect, useState } from "react";
import { useStore } from "../../lib/store.ts";
import { dismissToast, type Toast, toasts } from "../../lib/toasts.ts";
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
    if (current === null || current.stays || held) return;
    const timer = setTimeout(() => dismissToast(current.id), shownMs);
    return () => clearTimeout(timer);
  }, [current, held]);

  function act({ id, action }: Toast): void {
    dismissToast(id);
    setHeld(false);
    void action?.run();
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
          {current.action !== undefined && (
            <Button variant="quiet" small onClick={() => act(current)}>
              {current.action.label}
            </Button>
          )}
          <IconButton icon="close" label="Dismiss" size={16} onClick={() => dismissToast(current.id)} />
        </div>
      )}
    </div>
  );
}
