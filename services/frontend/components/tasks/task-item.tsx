"use client";

import type { Task, TaskPatch } from "@todo/contract";
import { limits } from "@todo/contract/limits";
import { useState } from "react";
import { deleteTask, updateTask } from "../../lib/api/tasks.ts";
import { offerUndo } from "../../lib/offer-undo.ts";
import { randomId } from "../../lib/random-id.ts";
import type { TasksStore } from "../../lib/tasks-store.ts";
import { IconButton } from "../ui/button.tsx";
import { InlineEdit } from "../ui/inline-edit.tsx";
import { TaskEditor } from "./task-editor.tsx";
import styles from "./task-item.module.css";
import { TaskMeta } from "./task-meta.tsx";

export function TaskItem({ task, store }: { task: Task; store: TasksStore }) {
  const [mode, setMode] = useState<"show" | "title" | "details">("show");
  const { id, number, title, status, notes } = task;
  const isDone = status === "done";

  async function update(patch: TaskPatch, done = "Changed"): Promise<Task | null> {
    const call = randomId();
    const changed = await store.change(
      (items) => items.map((item) => (item.id === id ? { ...item, ...patch } : item)),
      () => updateTask(id, patch, call),
    );
    if (changed !== null) offerUndo(`${done} #${number}`, { call }, store.refresh);
    return changed;
  }

  async function remove(): Promise<void> {
    const call = randomId();
    const without = (items: Task[]) => items.filter((item) => item.id !== id);
    const deleted = await store.change(without, () => deleteTask(id, call));
    if (deleted !== null) offerUndo(`Deleted #${number}`, { call }, store.refresh);
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
        <input
          type="checkbox"
          checked={isDone}
          onChange={() =>
            void (isDone ? update({ status: "open" }, "Reopened") : update({ status: "done" }, "Completed"))
          }
        />
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
