import { toolOutputSchema } from "@todo/contract";
import { z } from "zod";
import { setTasks } from "../domain/tasks.ts";
import { refsSchema } from "./inputs.ts";
import { defineOperation } from "./operation.ts";
import { taskRoute, wholeRoute } from "./rest-route.ts";

const input = z.strictObject({ tasks: refsSchema });

export const restoreTasks = defineOperation({
  name: "restore_tasks",
  description: "Bring deleted tasks back from the trash, by number, as they were. They stay there for 30 days.",
  kind: "change",
  scope: "write",
  input,
  output: toolOutputSchema,
  rest: [
    wholeRoute({ method: "post", path: "/tasks/restore", summary: "Bring deleted tasks back from the trash" }, input),
    taskRoute({ method: "post", path: "/tasks/{id}/restore", summary: "Restore a deleted task" }, (id) => ({
      tasks: [id],
    })),
  ],
  run: (ctx, { tasks }) => setTasks(ctx, tasks, { deleted: false }),
});
