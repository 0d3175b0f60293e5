import type { Due, Task, TaskPatch, TaskPriority } from "@todo/contract";
import { localZone } from "./dates.ts";

/** What the editor's form changed of a task: nothing else is sent, so that nothing else is overwritten. */
export function taskPatchOf(task: Task, form: FormData, zone = localZone()): TaskPatch {
  const text = (name: string) => {
    const value = form.get(name);
    return typeof value === "string" ? value.trim() : "";
  };
  const patch: TaskPatch = {};
  const title = text("title");
  if (title !== "" && title !== task.title) patch.title = title;
  if (text("notes") !== task.notes) patch.notes = text("notes");
  const priority = priorityOf(text("priority"));
  if (priority !== task.priority) patch.priority = priority;
  const tags = tagsOf(text("tags"));
  if (tags.join(" ") !== task.tags.join(" ")) patch.tags = tags;
  const due = dueOf(text("date"), text("time"), task.due, zone);
  if (due?.date !== task.due?.date || due?.time !== task.due?.time) patch.due = due;
  return patch;
}

function dueOf(date: string, time: string, before: Due | null, zone: string): Due | null {
  if (date === "") return null;
  // A browser may give seconds too.
  return { date, time: time === "" ? null : time.slice(0, 5), zone: before?.zone ?? zone };
}

function tagsOf(text: string): string[] {
  const tags = text.toLowerCase().split(/[\s,#]+/u);
  return [...new Set(tags.filter((tag) => tag !== ""))];
}

function priorityOf(value: string): TaskPriority {
  return value === "low" || value === "medium" || value === "high" ? value : "none";
}
