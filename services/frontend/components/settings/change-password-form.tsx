"use client";

import { limits } from "@todo/contract/limits";
import { useRef, useState } from "react";
import type { ApiError } from "../../lib/api/api-error.ts";
import { changePassword } from "../../lib/api/auth.ts";
import { useForm } from "../../lib/use-form.ts";
import { Button } from "../ui/button.tsx";
import { PasswordField } from "../ui/password-field.tsx";
import styles from "./settings.module.css";

const { min, max } = limits.passwordCharacters;

export function ChangePasswordForm({ email }: { email: string }) {
  const [isDone, setIsDone] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const { errors, busy, onSubmit } = useForm({
    fieldOf,
    submit: async ({ currentPassword = "", newPassword = "" }) => {
      setIsDone(false);
      await changePassword(currentPassword, newPassword);
      form.current?.reset();
      setIsDone(true);
    },
  });

  return (
    <form ref={form} className={styles.form} method="post" onSubmit={onSubmit} noValidate>
      <div role="alert">{errors.form !== undefined && <p className={styles.error}>{errors.form}</p>}</div>
      {/* Tells a password manager whose password it is. */}
      <input type="email" name="email" autoComplete="username" value={email} readOnly hidden />
      <PasswordField
        label="Current password"
        name="currentPassword"
        autoComplete="current-password"
        required
        error={errors.currentPassword}
      />
      <PasswordField
        label="New password"
        name="newPassword"
        autoComplete="new-password"
        minLength={min}
        maxLength={max}
        required
        hint={`At least ${min} characters. Other devices are signed out.`}
        error={errors.newPassword}
      />
      <Button type="submit" variant="plain" disabled={busy}>
        Change password
      </Button>
      <div role="status">{isDone && <p className={styles.good}>Your password is changed.</p>}</div>
    </form>
  );
}

function fieldOf({ code }: ApiError): string {
  if (code === "INVALID_PASSWORD") return "currentPassword";
  return code.includes("PASSWORD") ? "newPassword" : "form";
}
