"use client";

import { limits } from "@todo/contract/limits";
import { type FormEvent, useState } from "react";
import { addTask } from "../../lib/api/tasks.ts";
import type { TasksStore } from "../../lib/tasks-store.ts";
import { IconButton } from "../ui/button.tsx";
import styles from "./quick-add.module.css";

export function QuickAdd({ store }: { store: TasksStore }) {
  const [title, setTitle] = useState("");
  const [busy, setBusy] = useState(false);

  async function add(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (busy || title.trim() === "") return;
    setBusy(true);
    const added = await store.change(
      (items) => items,
      () => addTask({ title: title.trim() }),
    );
    // The text stays when it failed.
    if (added !== null) setTitle("");
    setBusy(false);
  }

  return (
    <form className={styles.form} method="post" onSubmit={add}>
      <input
        name="title"
        aria-label="New task"
        placeholder="New task"
        autoComplete="off"
        maxLength={limits.titleCharacters}
        value={title}
        onChange={(event) => setTitle(event.target.value)}
      />
      <IconButton type="submit" icon="plus" label="Add task" />
    </form>
  );
}
