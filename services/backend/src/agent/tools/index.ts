import { addTasks } from "./add-tasks.ts";
import { completeTasks } from "./complete-tasks.ts";
import { deleteTasks } from "./delete-tasks.ts";
import { listTasks } from "./list-tasks.ts";
import { reopenTasks } from "./reopen-tasks.ts";
import { updateTasks } from "./update-tasks.ts";

/** Every tool of the assistant; the only list. */
export const tools = [addTasks, listTasks, updateTasks, completeTasks, reopenTasks, deleteTasks];
