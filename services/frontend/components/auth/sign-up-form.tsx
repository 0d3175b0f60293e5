"use client";

import { limits } from "@todo/contract/limits";
import Link from "next/link";
import type { ApiError } from "../../lib/api/api-error.ts";
import { signUp } from "../../lib/api/auth.ts";
import { useForm } from "../../lib/use-form.ts";
import { Button } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import { PasswordField } from "../ui/password-field.tsx";
import styles from "./auth.module.css";

const { nameCharacters, emailCharacters } = limits;
const { min, max } = limits.passwordCharacters;

export function SignUpForm() {
  const { errors, busy, onSubmit } = useForm({
    fieldOf,
    submit: async ({ name = "", email = "", password = "" }) => {
      await signUp({ name: name.trim(), email, password });
      location.assign("/chat");
    },
  });

  return (
    <>
      <h1>Create an account</h1>
      <p className={styles.lead}>Then tell your list what to do, in your own words.</p>
      <form className={styles.form} method="post" onSubmit={onSubmit} noValidate>
        <div role="alert">{errors.form !== undefined && <p className={styles.error}>{errors.form}</p>}</div>
        <Field label="Name" name="name" autoComplete="name" maxLength={nameCharacters} required error={errors.name} />
        <Field
          label="Email"
          name="email"
          type="email"
          autoComplete="username"
          inputMode="email"
          maxLength={emailCharacters}
          required
          error={errors.email}
        />
        <PasswordField
          label="Password"
          name="password"
          autoComplete="new-password"
          minLength={min}
          maxLength={max}
          required
          hint={`At least ${min} characters. A few words make a good one.`}
          error={errors.password}
        />
        <Button type="submit" disabled={busy}>
          {busy ? "Creating your account…" : "Create account"}
        </Button>
      </form>
      <p className={styles.other}>
        Have an account? <Link href="/sign-in">Sign in</Link>
      </p>
    </>
  );
}

function fieldOf({ code }: ApiError): string {
  if (code.includes("PASSWORD") && !code.includes("EMAIL")) return "password";
  return code.includes("EMAIL") || code.startsWith("USER_ALREADY_EXISTS") ? "email" : "form";
}
