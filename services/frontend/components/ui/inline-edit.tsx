"use client";

import { useState } from "react";
import styles from "./inline-edit.module.css";

type Props = {
  label: string;
  value: string;
  maxLength: number;
  onSave: (value: string) => void;
  onCancel: () => void;
};

/** A text that is edited where it stands: Enter or leaving keeps it, Escape does not. */
export function InlineEdit({ label, value, maxLength, onSave, onCancel }: Props) {
  const [text, setText] = useState(value);

  function finish(): void {
    const next = text.trim();
    if (next === "" || next === value) onCancel();
    else onSave(next);
  }

  return (
    <input
      className={styles.input}
      aria-label={label}
      value={text}
      maxLength={maxLength}
      // biome-ignore lint/a11y/noAutofocus: it takes the place of the button that was just pressed.
      autoFocus
      onFocus={(event) => event.target.select()}
      onChange={(event) => setText(event.target.value)}
      onBlur={finish}
      onKeyDown={(event) => {
        if (event.nativeEvent.isComposing) return;
        if (event.key === "Enter") finish();
        if (event.key === "Escape") {
          // Means this field only, not the drawer around it nor a running answer.
          event.preventDefault();
          onCancel();
        }
      }}
    />
  );
}
