import { z } from "zod";
import { limits } from "./limits.ts";
import type { MessagePart } from "./message.ts";
import { cursorSchema, taskSchema, timeZoneSchema } from "./tasks.ts";
import { someText, text } from "./text.ts";

/** queued and running: an answer is being made; waiting: it waits for an approval; the rest are final. */
export const runStatusSchema = z.enum(["queued", "running", "waiting", "done", "stopped", "failed"]);
export type RunStatus = z.infer<typeof runStatusSchema>;

export const runSchema = z.object({
  id: z.uuid(),
  conversationId: z.uuid(),
  /** The user's message that it answers. */
  messageId: z.uuid(),
  /** The assistant's message that it writes. */
  answerId: z.uuid(),
  status: runStatusSchema,
});
export type Run = z.infer<typeof runSchema>;

export const conversationSchema = z.object({
  id: z.uuid(),
  title: z.string(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  /** The newest run, null before the first message. */
  run: runSchema.nullable(),
});
export type Conversation = z.infer<typeof conversationSchema>;

const conversationTitleSchema = someText(limits.conversationTitleCharacters).trim();
export const newConversationSchema = z.strictObject({ id: z.uuid().optional() });
export const conversationPatchSchema = z.strictObject({ title: conversationTitleSchema });

export const conversationFilterSchema = z.strictObject({
  /** Part of the title or of any message. */
  q: text(limits.titleCharacters).trim().optional(),
  cursor: cursorSchema.optional(),
  limit: z.coerce.number().int().min(1).max(limits.pageRows).default(30),
});
export const conversationPageSchema = z.object({
  items: z.array(conversationSchema),
  nextCursor: z.string().nullable(),
});
export type ConversationPage = z.infer<typeof conversationPageSchema>;

export const messageSchema = z.object({
  id: z.uuid(),
  role: z.enum(["user", "assistant"]),
  /** The AI SDK's UI message parts; `message.ts` names those we make. */
  parts: z.array(z.looseObject({ type: z.string() })),
  /** complete; waiting for an approval; stopped by the user; failed, which its `data-notice` part explains. */
  status: z.enum(["complete", "waiting", "stopped", "failed"]),
  runId: z.uuid().nullable(),
  createdAt: z.iso.datetime(),
});
export type Message = Omit<z.infer<typeof messageSchema>, "parts"> & { parts: MessagePart[] };

export const messageFilterSchema = z.strictObject({
  cursor: cursorSchema.optional(),
  limit: z.coerce.number().int().min(1).max(limits.pageRows).default(50),
});
/** Newest first. */
export const messagePageSchema = z.object({ items: z.array(messageSchema), nextCursor: z.string().nullable() });
export type MessagePage = { items: Message[]; nextCursor: string | null };

export const newMessageSchema = z.strictObject({
  /** Made by the client before its first try, so that a resend is the same message. */
  id: z.uuid(),
  text: someText(limits.messageCharacters),
  timeZone: timeZoneSchema,
});
export type NewMessage = z.infer<typeof newMessageSchema>;

export const approvalDecisionSchema = z.strictObject({ decision: z.enum(["approve", "reject"]) });

/**
 * What `GET /api/events` tells, as the `data` of an event named `change`: look at these again. `changed` spares the look at
 * the tasks: it holds all that have changed since the event before on the same connection, as they are now, deleted ones
 * too, where they are few. `undone` says that something was taken back with that.
 */
export const changeEventSchema = z.object({
  tasks: z.boolean(),
  conversations: z.boolean(),
  changed: z.array(taskSchema).optional(),
  undone: z.boolean().optional(),
});
export type ChangeEvent = z.infer<typeof changeEventSchema>;

export const healthSchema = z.object({
  status: z.enum(["ok", "unavailable"]),
  database: z.enum(["ok", "unavailable"]),
  /** Why the database is unavailable, in words. */
  reason: z.string().optional(),
  /** `rules` without a model, else the model's name. */
  assistant: z.string(),
  version: z.string(),
});
export type Health = z.infer<typeof healthSchema>;
