"use client";

import { useId, useRef, useState } from "react";
import { Button } from "./button.tsx";
import styles from "./copy-field.module.css";

/** A text that is there to be copied. */
export function CopyField({ label, value }: { label: string; value: string }) {
  const [said, setSaid] = useState("");
  const input = useRef<HTMLInputElement>(null);
  const id = useId();

  async function copy(): Promise<void> {
    input.current?.select();
    setSaid("");
    try {
      await navigator.clipboard.writeText(value);
      setSaid("Copied.");
    } catch {
      // Without https a browser has no clipboard to offer, but it still copies what is selected.
      setSaid(document.execCommand("copy") ? "Copied." : "It is selected: copy it with your keyboard.");
    }
  }

  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      <div className={styles.row}>
        <input ref={input} id={id} value={value} readOnly spellCheck={false} autoComplete="off" />
        <Button variant="plain" aria-label={`Copy: ${label}`} onClick={() => void copy()}>
          Copy
        </Button>
      </div>
      <p role="status" className={styles.said}>
        {said}
      </p>
    </div>
  );
}
