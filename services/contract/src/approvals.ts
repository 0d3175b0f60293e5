import { z } from "zod";
import type { ApprovalDescriptor } from "./message.ts";
import { taskSchema } from "./tasks.ts";
import { toolOutputSchema } from "./tools.ts";

export const approvalDescriptorSchema = z.object({
  action: z.string(),
  tasks: z.array(taskSchema),
  more: z.int().optional(),
  after: z.array(taskSchema).optional(),
}) satisfies z.ZodType<ApprovalDescriptor>;

/** What a call of a program gets that does so much that its user is asked first (202 over HTTP). */
export const approvalRequestedSchema = z.object({
  approval: z.object({
    id: z.uuid(),
    /** The operation that waits, and how many tasks it would change or delete. */
    action: z.string(),
    tasks: z.int(),
  }),
  /** A sentence for whoever reads the program's answer. */
  message: z.string(),
});
export type ApprovalRequested = z.infer<typeof approvalRequestedSchema>;

/** A program's call that waits for its user, outside of any conversation. */
export const pendingApprovalSchema = z.object({
  id: z.uuid(),
  descriptor: approvalDescriptorSchema,
  /** Of the token that it was made with; null for a call with a session. */
  tokenName: z.string().nullable(),
  createdAt: z.iso.datetime(),
});
export type PendingApproval = z.infer<typeof pendingApprovalSchema>;

/** Newest first. They change whenever `GET /api/events` tells of tasks. */
export const pendingApprovalListSchema = z.object({ items: z.array(pendingApprovalSchema) });
export type PendingApprovalList = z.infer<typeof pendingApprovalListSchema>;

/** What deciding such a call gives: the decision, and what was done because of it. */
export const decidedCallSchema = z.object({
  approval: z.object({ id: z.uuid(), status: z.enum(["approved", "rejected"]) }),
  output: toolOutputSchema,
  /** What undo knows the call by, where not all of its changes are listed. */
  call: z.string().optional(),
});
export type DecidedCall = z.infer<typeof decidedCallSchema>;
