import type { Task, TaskChangeKind, TaskPriority, TaskStatus } from "@todo/contract";
import type { Generated, JSONColumnType, Selectable } from "kysely";

export type TasksTable = {
  id: string;
  userId: string;
  number: number;
  title: string;
  notes: string;
  status: TaskStatus;
  priority: TaskPriority;
  tags: string[];
  /** Local day, `YYYY-MM-DD`; time and zone belong to it. */
  dueDate: string | null;
  dueTime: string | null;
  dueZone: string | null;
  createdAt: Date;
  updatedAt: Date;
  completedAt: Date | null;
  deletedAt: Date | null;
};
export type TaskRow = Selectable<TasksTable>;

/** The audit log: each committed change with the row before and after, and the call that made it. */
export type TaskEventsTable = {
  id: Generated<number>;
  taskId: string;
  userId: string;
  kind: TaskChangeKind;
  before: JSONColumnType<Task> | null;
  after: JSONColumnType<Task>;
  /** The answer that made it, if one did. */
  runId: string | null;
  /** The tool call of that answer, or the id of the request. */
  callId: string | null;
  /** Which operation it was, and by which API token, if by one. */
  operation: string | null;
  tokenId: string | null;
  /** Whether it took other changes back. */
  undo: Generated<boolean>;
  /** Whether it is taken back, and the event that took it back last. */
  undone: Generated<boolean>;
  undoneBy: number | null;
  /** What the user's `tasksVersion` was made by this change. */
  version: number | null;
  at: Date;
};

/** One row a user: hands out task numbers, and counts changes so that open pages know when to look again. */
export type UserStatesTable = {
  userId: string;
  nextTaskNumber: Generated<number>;
  tasksVersion: Generated<number>;
  conversationsVersion: Generated<number>;
  /** Messages sent in the current window, against floods. */
  messageCount: Generated<number>;
  messageWindowEnds: Generated<Date>;
  /** Since when the account is being deleted. */
  leavingSince: Date | null;
};
