import { toolOutputSchema } from "@todo/contract";
import { z } from "zod";
import { setTasks } from "../domain/tasks.ts";
import { refsSchema } from "./inputs.ts";
import { defineOperation } from "./operation.ts";
import { wholeRoute } from "./rest-route.ts";

const input = z.strictObject({ tasks: refsSchema });

export const completeTasks = defineOperation({
  name: "complete_tasks",
  description: "Mark tasks as done, by number.",
  kind: "change",
  scope: "write",
  input,
  output: toolOutputSchema,
  rest: [wholeRoute({ method: "post", path: "/tasks/complete", summary: "Mark tasks as done" }, input)],
  run: (ctx, { tasks }) => setTasks(ctx, tasks, { status: "done" }),
});
