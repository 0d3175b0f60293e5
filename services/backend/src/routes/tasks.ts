import { createRoute } from "@hono/zod-openapi";
import { newTaskSchema, taskFilterSchema, taskPageSchema, taskPatchSchema, taskSchema } from "@todo/contract";
import type { Deps } from "../deps.ts";
import * as tasks from "../domain/tasks.ts";
import { body, commonErrors, createRouter, idParam, json, notFoundError, parseId } from "./router.ts";

const path = "/api/tasks";
const onePath = "/api/tasks/{id}";
const tags = ["Tasks"];
const one = { 200: json("The task", taskSchema), ...notFoundError, ...commonErrors };

const list = createRoute({
  method: "get",
  path,
  tags,
  summary: "List the user's tasks",
  request: { query: taskFilterSchema },
  responses: { 200: json("One page", taskPageSchema), ...commonErrors },
});
const add = createRoute({
  method: "post",
  path,
  tags,
  summary: "Add a task",
  request: { body: body(newTaskSchema) },
  responses: { 201: json("The new task", taskSchema), ...commonErrors },
});
const get = createRoute({
  method: "get",
  path: onePath,
  tags,
  summary: "Get a task",
  request: { params: idParam },
  responses: one,
});
const update = createRoute({
  method: "patch",
  path: onePath,
  tags,
  summary: "Change a task",
  request: { params: idParam, body: body(taskPatchSchema) },
  responses: one,
});
const remove = createRoute({
  method: "delete",
  path: onePath,
  tags,
  summary: "Delete a task; it can be restored",
  request: { params: idParam },
  responses: one,
});
const restore = createRoute({
  method: "post",
  path: "/api/tasks/{id}/restore",
  tags,
  summary: "Restore a deleted task",
  request: { params: idParam },
  responses: one,
});

export function taskRoutes({ asUser }: Deps) {
  const router = createRouter();
  router.openapi(list, async (c) =>
    c.json(await asUser(c.var.userId, (ctx) => tasks.listTasks(ctx, c.req.valid("query"))), 200),
  );
  router.openapi(add, async (c) => {
    const [change] = await asUser(c.var.userId, (ctx) => tasks.addTasks(ctx, [c.req.valid("json")]));
    if (!change) throw new Error("adding a task made no change");
    return c.json(change.after, 201);
  });
  router.openapi(get, async (c) => {
    const id = parseId(c.req.valid("param").id, "task");
    return c.json(await asUser(c.var.userId, (ctx) => tasks.getTask(ctx, { id })), 200);
  });
  router.openapi(update, async (c) => {
    const id = parseId(c.req.valid("param").id, "task");
    const task = await asUser(c.var.userId, async (ctx) => {
      const change = await tasks.updateTask(ctx, { id }, c.req.valid("json"));
      return change?.after ?? tasks.getTask(ctx, { id });
    });
    return c.json(task, 200);
  });
  router.openapi(remove, async (c) => {
    const id = parseId(c.req.valid("param").id, "task");
    return c.json((await asUser(c.var.userId, (ctx) => tasks.deleteTask(ctx, { id }))).after, 200);
  });
  router.openapi(restore, async (c) => {
    const id = parseId(c.req.valid("param").id, "task");
    return c.json((await asUser(c.var.userId, (ctx) => tasks.restoreTask(ctx, { id }))).after, 200);
  });
  return router;
}
