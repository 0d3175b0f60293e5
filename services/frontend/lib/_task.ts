import type { Task } from "@todo/contract";

/** Test helper: a task with some fields set. */
export function task(fields: Partial<Task> = {}): Task {
  return {
    id: "6f1c1f0e-0000-4000-8000-000000000003",
    number: 3,
    title: "Test deployment",
    notes: "",
    status: "open",
    priority: "none",
    tags: [],
    due: null,
    createdAt: "2026-11-23T10:00:00.000Z",
    updatedAt: "2026-11-23T10:00:00.000Z",
    completedAt: null,
    deletedAt: null,
    ...fields,
  };
}
