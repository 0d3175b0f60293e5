"use client";

import type { ApiScope, MadeApiToken } from "@todo/contract";
import { limits } from "@todo/contract/limits";
import { useRef } from "react";
import { makeToken } from "../../lib/api/tokens.ts";
import { localZone } from "../../lib/dates.ts";
import { useForm } from "../../lib/use-form.ts";
import { Button } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import styles from "./settings.module.css";

/** What a token may do, in words. */
export const scopes: Record<ApiScope, string> = { read: "Read", write: "Read and write" };

/** Makes a token and hands it on: nobody can show it again. */
export function TokenForm({ onMade }: { onMade: (token: MadeApiToken) => void }) {
  const form = useRef<HTMLFormElement>(null);
  const { errors, busy, onSubmit } = useForm({
    fieldOf: ({ code }) => (code === "invalid_request" ? "name" : "form"),
    submit: async ({ name = "", scope }) => {
      const wanted = { name: name.trim(), scope: scope === "write" ? "write" : "read" } as const;
      // A program's "tomorrow" is meant where its owner is.
      onMade(await makeToken({ ...wanted, timeZone: localZone() }));
      form.current?.reset();
    },
  });

  return (
    <form ref={form} className={styles.form} method="post" onSubmit={onSubmit} noValidate aria-label="New token">
      <div role="alert">{errors.form !== undefined && <p className={styles.error}>{errors.form}</p>}</div>
      <Field
        label="Name"
        name="name"
        hint="What the token is for, such as the program’s name."
        autoComplete="off"
        maxLength={limits.apiTokens.nameCharacters}
        required
        error={errors.name}
      />
      <fieldset className={styles.choice}>
        <legend>It may</legend>
        <label>
          <input type="radio" name="scope" value="read" defaultChecked /> {scopes.read}
        </label>
        <label>
          <input type="radio" name="scope" value="write" /> {scopes.write}
        </label>
      </fieldset>
      <Button type="submit" variant="plain" disabled={busy}>
        Make a token
      </Button>
    </form>
  );
}
