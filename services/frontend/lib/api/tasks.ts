import type { NewTask, Task, TaskPage, TaskPatch, TaskStatus } from "@todo/contract";
import { repeated, request, withQuery } from "./http.ts";

export type TaskQuery = { status?: TaskStatus | undefined; q?: string; cursor?: string | undefined; limit?: number };

export function listTasks(query: TaskQuery): Promise<TaskPage> {
  return request("GET", withQuery("/api/tasks", query));
}

export function addTask(task: NewTask): Promise<Task> {
  return request("POST", "/api/tasks", task);
}

export function updateTask(id: string, patch: TaskPatch): Promise<Task> {
  return repeated(() => request("PATCH", `/api/tasks/${id}`, patch));
}

export function deleteTask(id: string): Promise<Task> {
  return repeated(() => request("DELETE", `/api/tasks/${id}`));
}

export function restoreTask(id: string): Promise<Task> {
  return repeated(() => request("POST", `/api/tasks/${id}/restore`, {}));
}
