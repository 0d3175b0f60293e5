import type { NewTask, Task, TaskPage, TaskPatch, TaskStatus } from "@todo/contract";
import { repeated, request, withQuery } from "./http.ts";

export type TaskQuery = {
  status?: TaskStatus | "deleted" | undefined;
  q?: string;
  cursor?: string | undefined;
  limit?: number;
};

export function listTasks(query: TaskQuery): Promise<TaskPage> {
  return request("GET", withQuery("/api/tasks", query));
}

export function addTask(task: NewTask): Promise<Task> {
  return request("POST", "/api/tasks", task);
}

/** Changes a task. However often it must be sent, it is the one call `requestId`, by which it can be undone. */
export function updateTask(id: string, patch: TaskPatch, requestId: string): Promise<Task> {
  return repeated(() => request("PATCH", `/api/tasks/${id}`, patch, { requestId }));
}

/** Moves a task to the trash, as the call `requestId`. */
export function deleteTask(id: string, requestId: string): Promise<Task> {
  return repeated(() => request("DELETE", `/api/tasks/${id}`, undefined, { requestId }));
}

/** Brings a task back from the trash, as the call `requestId`. */
export function restoreTask(id: string, requestId: string): Promise<Task> {
  return repeated(() => request("POST", `/api/tasks/${id}/restore`, {}, { requestId }));
}
