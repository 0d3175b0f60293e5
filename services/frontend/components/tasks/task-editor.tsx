"use client";

import type { Task, TaskPatch, TaskPriority } from "@todo/contract";
import { limits } from "@todo/contract/limits";
import { type FormEvent, type KeyboardEvent, useId, useState } from "react";
import { taskPatchOf } from "../../lib/task-patch.ts";
import { Button } from "../ui/button.tsx";
import styles from "./task-editor.module.css";

const priorities: TaskPriority[] = ["none", "low", "medium", "high"];

type Props = { task: Task; onSave: (patch: TaskPatch) => Promise<Task | null>; onCancel: () => void };

/** All fields of a task. */
export function TaskEditor({ task, onSave, onCancel }: Props) {
  const [busy, setBusy] = useState(false);
  const id = useId();

  async function save(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const patch = taskPatchOf(task, new FormData(event.currentTarget));
    if (Object.keys(patch).length === 0) return onCancel();
    setBusy(true);
    // Closed when it is done; when it failed, what was typed stays.
    if ((await onSave(patch)) !== null) onCancel();
    else setBusy(false);
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key !== "Escape" || event.nativeEvent.isComposing) return;
    event.preventDefault();
    onCancel();
  }

  return (
    <form
      className={styles.editor}
      method="post"
      aria-label={`Edit #${task.number}`}
      onSubmit={save}
      onKeyDown={onKeyDown}
    >
      <div className={styles.wide}>
        <label htmlFor={`${id}-title`}>Title</label>
        <input
          id={`${id}-title`}
          name="title"
          defaultValue={task.title}
          maxLength={limits.titleCharacters}
          required
          // biome-ignore lint/a11y/noAutofocus: it takes the place of the button that was just pressed.
          autoFocus
        />
      </div>
      <div>
        <label htmlFor={`${id}-date`}>Due on</label>
        <input id={`${id}-date`} name="date" type="date" defaultValue={task.due?.date ?? ""} />
      </div>
      <div>
        <label htmlFor={`${id}-time`}>At</label>
        <input id={`${id}-time`} name="time" type="time" defaultValue={task.due?.time ?? ""} />
      </div>
      <div>
        <label htmlFor={`${id}-priority`}>Priority</label>
        <select id={`${id}-priority`} name="priority" defaultValue={task.priority}>
          {priorities.map((priority) => (
            <option key={priority}>{priority}</option>
          ))}
        </select>
      </div>
      <div>
        <label htmlFor={`${id}-tags`}>Tags</label>
        <input id={`${id}-tags`} name="tags" defaultValue={task.tags.join(" ")} placeholder="home urgent" />
      </div>
      <div className={styles.wide}>
        <label htmlFor={`${id}-notes`}>Notes</label>
        <textarea
          id={`${id}-notes`}
          name="notes"
          rows={3}
          defaultValue={task.notes}
          maxLength={limits.notesCharacters}
        />
      </div>
      <div className={styles.buttons}>
        <Button type="submit" small disabled={busy}>
          Save
        </Button>
        <Button variant="plain" small onClick={onCancel}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
