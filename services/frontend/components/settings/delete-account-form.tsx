"use client";

import { deleteUser } from "../../lib/api/auth.ts";
import { useForm } from "../../lib/use-form.ts";
import { Button } from "../ui/button.tsx";
import { PasswordField } from "../ui/password-field.tsx";
import styles from "./settings.module.css";

/** Asks for the password rather than for a second click: this cannot be taken back. */
export function DeleteAccountForm() {
  const { errors, busy, onSubmit } = useForm({
    fieldOf: ({ code }) => (code.includes("PASSWORD") ? "password" : "form"),
    submit: async ({ password = "" }) => {
      await deleteUser(password);
      sessionStorage.clear();
      location.assign("/sign-up");
    },
  });

  return (
    <form className={styles.form} method="post" onSubmit={onSubmit} noValidate>
      <p className={styles.muted}>Your tasks, chats and account are deleted for good. This cannot be undone.</p>
      <div role="alert">{errors.form !== undefined && <p className={styles.error}>{errors.form}</p>}</div>
      <PasswordField
        label="Your password"
        name="password"
        autoComplete="current-password"
        required
        error={errors.password}
      />
      <Button type="submit" variant="danger" disabled={busy}>
        Delete my account
      </Button>
    </form>
  );
}
