"use client";

import Link from "next/link";
import { signIn } from "../../lib/api/auth.ts";
import { useForm } from "../../lib/use-form.ts";
import { Button } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import { PasswordField } from "../ui/password-field.tsx";
import styles from "./auth.module.css";

/** `method="post"`, so that a password never stands in an address, even when sent before this script has loaded. */
export function SignInForm({ next }: { next: string }) {
  const { errors, busy, onSubmit } = useForm({
    fieldOf: (error) => (error.code === "INVALID_EMAIL" ? "email" : "form"),
    submit: async ({ email = "", password = "" }) => {
      await signIn({ email, password });
      location.assign(next);
    },
  });

  return (
    <>
      <h1>Welcome back</h1>
      <p className={styles.lead}>Sign in to your tasks.</p>
      <form className={styles.form} method="post" onSubmit={onSubmit} noValidate>
        <div role="alert">{errors.form !== undefined && <p className={styles.error}>{errors.form}</p>}</div>
        <Field
          label="Email"
          name="email"
          type="email"
          autoComplete="username"
          inputMode="email"
          required
          error={errors.email}
        />
        <PasswordField
          label="Password"
          name="password"
          autoComplete="current-password"
          required
          error={errors.password}
        />
        <Button type="submit" disabled={busy}>
          {busy ? "Signing in…" : "Sign in"}
        </Button>
      </form>
      <p className={styles.other}>
        New here? <Link href="/sign-up">Create an account</Link>
      </p>
    </>
  );
}
