import { limits, type Task } from "@todo/contract";
import type { Change, Command, Patch } from "./commands.ts";
import type { Rows } from "./rows.ts";

/** Whether the tasks must be looked up first: to find them, or since the new tags or notes build on the old. */
export function needsRows(command: Extract<Command, { what: unknown }>): boolean {
  if (command.what.by !== "numbers") return true;
  return command.do === "update" && buildsOnRow(command.patch);
}

/** The tool's input for each of the tasks, or a sentence that says why there is none. */
export function changesFor(patch: Patch, numbers: readonly number[], rows: Rows): Change[] | string {
  const changes: Change[] = [];
  for (const number of numbers) {
    const row = rows.tasks?.find((task) => task.number === number);
    // Without its row, old tags and notes would be lost. A number that nobody has is left to the tool to refuse.
    if (row === undefined && rows.more && buildsOnRow(patch)) {
      return `I could not look up #${number}, so I changed nothing.`;
    }
    changes.push(changeOf(patch, number, row));
  }
  return changes;
}

function buildsOnRow(patch: Patch): boolean {
  return patch.addTags !== undefined || patch.dropTags !== undefined || patch.appendNotes !== undefined;
}

function changeOf(patch: Patch, number: number, row: Task | undefined): Change {
  const tags = newTags(patch, row?.tags ?? []);
  const clear = [...(patch.clear ?? [])];
  if (tags?.length === 0 && !clear.includes("tags")) clear.push("tags");
  return {
    task: number,
    title: patch.title ?? null,
    notes: newNotes(patch, row?.notes ?? ""),
    priority: patch.priority ?? null,
    tags: tags === null || tags.length === 0 ? null : tags,
    due: patch.due?.slice(0, 100) ?? null,
    clear: clear.length > 0 ? clear : null,
  };
}

function newTags({ addTags, dropTags }: Patch, old: readonly string[]): string[] | null {
  if (addTags === undefined && dropTags === undefined) return null;
  const kept = old.filter((tag) => !(dropTags ?? []).includes(tag));
  return [...new Set([...kept, ...(addTags ?? [])])].slice(0, limits.tagsPerTask);
}

function newNotes({ notes, appendNotes }: Patch, old: string): string | null {
  if (appendNotes === undefined) return notes?.slice(0, limits.notesCharacters) ?? null;
  return [old, appendNotes]
    .filter((text) => text !== "")
    .join("\n")
    .slice(0, limits.notesCharacters);
}
