"use client";

import { useState } from "react";
import styles from "./field.module.css";
import { Field, type FieldProps } from "./field.tsx";

/** A password that can be looked at while it is typed. */
export function PasswordField(props: Omit<FieldProps, "type">) {
  const [shown, setShown] = useState(false);
  return (
    <div className={styles.field}>
      <Field {...props} type={shown ? "text" : "password"} spellCheck={false} autoCapitalize="none" />
      <label className={styles.show}>
        <input type="checkbox" checked={shown} onChange={(event) => setShown(event.target.checked)} />
        Show {props.label.toLowerCase()}
      </label>
    </div>
  );
}
