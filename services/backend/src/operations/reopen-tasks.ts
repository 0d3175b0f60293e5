import { toolOutputSchema } from "@todo/contract";
import { z } from "zod";
import { setTasks } from "../domain/tasks.ts";
import { refsSchema } from "./inputs.ts";
import { defineOperation } from "./operation.ts";
import { wholeRoute } from "./rest-route.ts";

const input = z.strictObject({ tasks: refsSchema });

export const reopenTasks = defineOperation({
  name: "reopen_tasks",
  description: "Mark done tasks as open again, by number.",
  kind: "change",
  scope: "write",
  input,
  output: toolOutputSchema,
  rest: [wholeRoute({ method: "post", path: "/tasks/reopen", summary: "Mark done tasks as open again" }, input)],
  run: (ctx, { tasks }) => setTasks(ctx, tasks, { status: "open" }),
});
