import { addTasks } from "./add-tasks.ts";
import { completeTasks } from "./complete-tasks.ts";
import { deleteTasks } from "./delete-tasks.ts";
import { listChanges } from "./list-changes.ts";
import { listTasks } from "./list-tasks.ts";
import type { Operation } from "./operation.ts";
import { reopenTasks } from "./reopen-tasks.ts";
import { restoreTasks } from "./restore-tasks.ts";
import { undoChanges } from "./undo-changes.ts";
import { updateTasks } from "./update-tasks.ts";

/** Everything that can be done with a user's tasks; the only list. */
export const operations: readonly Operation[] = [
  addTasks,
  listTasks,
  updateTasks,
  completeTasks,
  reopenTasks,
  deleteTasks,
  restoreTasks,
  undoChanges,
  listChanges,
];

const byName = new Map(operations.map((operation) => [operation.name, operation]));

export function findOperation(name: string): Operation | undefined {
  return byName.get(name);
}
