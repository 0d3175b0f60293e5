"use client";

import type { Task, TaskPatch } from "@todo/contract";
import { limits } from "@todo/contract/limits";
import { useState } from "react";
import { deleteTask, restoreTask, updateTask } from "../../lib/api/tasks.ts";
import type { TasksStore } from "../../lib/tasks-store.ts";
import { showToast } from "../../lib/toasts.ts";
import { IconButton } from "../ui/button.tsx";
import { InlineEdit } from "../ui/inline-edit.tsx";
import { TaskEditor } from "./task-editor.tsx";
import styles from "./task-item.module.css";
import { TaskMeta } from "./task-meta.tsx";

export function TaskItem({ task, store }: { task: Task; store: TasksStore }) {
  const [mode, setMode] = useState<"show" | "title" | "details">("show");
  const { id, number, title, status, notes } = task;
  const isDone = status === "done";

  function update(patch: TaskPatch): Promise<Task | null> {
    return store.change(
      (items) => items.map((item) => (item.id === id ? { ...item, ...patch } : item)),
      () => updateTask(id, patch),
    );
  }

  async function toggle(): Promise<void> {
    const changed = await update({ status: isDone ? "open" : "done" });
    if (changed !== null) showToast(`${isDone ? "Reopened" : "Completed"} #${number}`, () => update({ status }));
  }

  async function remove(): Promise<void> {
    const without = (items: Task[]) => items.filter((item) => item.id !== id);
    const deleted = await store.change(without, () => deleteTask(id));
    if (deleted !== null)
      showToast(`Deleted #${number}`, () =>
        store.change(
          (items) => items,
          () => restoreTask(id),
        ),
      );
  }

  if (mode === "details") {
    return (
      <li className={styles.task}>
        <TaskEditor task={task} onCancel={() => setMode("show")} onSave={update} />
      </li>
    );
  }
  return (
    <li className={styles.task} data-done={isDone || undefined}>
      <label className={styles.check}>
        <input type="checkbox" checked={isDone} onChange={() => void toggle()} />
        <span className="visually-hidden">
          Done: #{number} {title}
        </span>
      </label>
      <div className={styles.what}>
        {mode === "title" ? (
          <InlineEdit
            label={`Title of #${number}`}
            value={title}
            maxLength={limits.titleCharacters}
            onCancel={() => setMode("show")}
            onSave={(next) => {
              setMode("show");
              void update({ title: next });
            }}
          />
        ) : (
          <button type="button" className={styles.title} title="Edit the title" onClick={() => setMode("title")}>
            <span className={styles.number}>#{number}</span> <span className={styles.text}>{title}</span>
            <span className="visually-hidden">, edit the title</span>
          </button>
        )}
        <TaskMeta task={task} />
        {notes !== "" && <p className={styles.notes}>{notes}</p>}
      </div>
      <span className={styles.actions}>
        <IconButton icon="pencil" label={`Edit #${number} ${title}`} size={16} onClick={() => setMode("details")} />
        <IconButton icon="trash" label={`Delete #${number} ${title}`} size={16} onClick={() => void remove()} />
      </span>
    </li>
  );
}
