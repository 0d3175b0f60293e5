import { z } from "zod";
import { limits } from "./limits.ts";
import { someText, text, UNSEEN } from "./text.ts";

export const taskStatusSchema = z.enum(["open", "done"]);
export type TaskStatus = z.infer<typeof taskStatusSchema>;

export const taskPrioritySchema = z.enum(["none", "low", "medium", "high"]);
export type TaskPriority = z.infer<typeof taskPrioritySchema>;

/** A calendar day without a zone, `YYYY-MM-DD`. There was no year 0, and PostgreSQL knows that. */
export const localDateSchema = z.iso.date().refine((date) => date >= "0001-01-01", "must be a day that there was");
/** A wall-clock time without a zone, `HH:MM`. */
export const localTimeSchema = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "must be HH:MM");

/** An IANA time zone such as `Europe/Berlin`. */
export const timeZoneSchema = z
  .string()
  .refine(isTimeZone, "must be an IANA time zone")
  .meta({ format: "iana-time-zone", examples: ["Europe/Berlin"] });

/** Zones that were found good: asking Intl takes longer than a query. There are some hundred. */
const knownZones = new Set<string>();

function isTimeZone(value: string): boolean {
  if (knownZones.has(value)) return true;
  if (value.length > 64) return false;
  // Offsets such as "+02:00" pass Intl too, but know nothing of daylight saving time.
  if (!/^[A-Za-z]/.test(value)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: value });
  } catch {
    return false;
  }
  // Intl takes any mixture of cases, so the set must not grow without end.
  if (knownZones.size < 1_000) knownZones.add(value);
  return true;
}

/** When a task is due, as its owner said it: a local day, perhaps a local time, and the zone both were meant in. */
export const dueSchema = z.strictObject({
  date: localDateSchema,
  time: localTimeSchema.nullable(),
  zone: timeZoneSchema,
});
export type Due = z.infer<typeof dueSchema>;

const titleSchema = someText(limits.titleCharacters).trim();
const notesSchema = text(limits.notesCharacters).trim();
/** For the description: what a tag may hold, besides what is taken out of it, or from around it. */
const OF_TAG = String.raw`[^\u0000\t\n\r\u0020\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000,#]`;
const tagSchema = someText(limits.tagCharacters)
  .trim()
  .toLowerCase()
  .regex(/^[^\s,#]+$/, "must not hold spaces, commas or #")
  .meta({ pattern: `^[${UNSEEN}]*${OF_TAG}*[^\\u0000${UNSEEN},#]${OF_TAG}*[${UNSEEN}]*$` });
const tagsSchema = z.array(tagSchema).max(limits.tagsPerTask);

export const taskSchema = z.object({
  id: z.uuid(),
  /** Counts from 1 for each user and is never used again: what people say in "task 3". */
  number: z.int().positive(),
  title: z.string(),
  notes: z.string(),
  status: taskStatusSchema,
  priority: taskPrioritySchema,
  tags: z.array(z.string()),
  due: dueSchema.nullable(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  completedAt: z.iso.datetime().nullable(),
  deletedAt: z.iso.datetime().nullable(),
});
export type Task = z.infer<typeof taskSchema>;

/** How a call names a task: by its number, or by its id. */
export const taskRefSchema = z.union([z.int().positive(), z.uuid()]);
export type TaskRef = z.infer<typeof taskRefSchema>;

export const newTaskSchema = z.strictObject({
  title: titleSchema,
  notes: notesSchema.optional(),
  priority: taskPrioritySchema.optional(),
  tags: tagsSchema.optional(),
  due: dueSchema.nullable().optional(),
});
export type NewTask = z.infer<typeof newTaskSchema>;

export const taskPatchSchema = newTaskSchema
  .partial()
  .extend({ status: taskStatusSchema.optional() })
  .refine((patch) => Object.keys(patch).length > 0, "must change something")
  .meta({ minProperties: 1 });
export type TaskPatch = z.infer<typeof taskPatchSchema>;

/** Where the next page begins: what the page before it gave. */
export const cursorSchema = z.string().max(300);

export const taskSortSchema = z.enum(["number", "due", "priority", "updated"]);
export type TaskSort = z.infer<typeof taskSortSchema>;

export const taskFilterSchema = z.strictObject({
  /** Without one, open and done; `deleted` is the trash. */
  status: z.enum(["open", "done", "deleted"]).optional(),
  /** Part of the title or of the notes, in any case. */
  q: text(limits.titleCharacters).trim().optional(),
  tag: tagSchema.optional(),
  priority: taskPrioritySchema.optional(),
  /** Due before this day; the day itself is not in. */
  dueBefore: localDateSchema.optional(),
  /** Due after this day; the day itself is not in. */
  dueAfter: localDateSchema.optional(),
  sort: taskSortSchema.default("number"),
  cursor: cursorSchema.optional(),
  limit: z.coerce.number().int().min(1).max(limits.pageRows).default(50),
});
export type TaskFilter = z.infer<typeof taskFilterSchema>;

export const taskPageSchema = z.object({
  items: z.array(taskSchema),
  /** Hand it back as `cursor` for the next page; null on the last. */
  nextCursor: z.string().nullable(),
});
export type TaskPage = z.infer<typeof taskPageSchema>;

export const taskChangeKindSchema = z.enum(["added", "updated", "completed", "reopened", "deleted", "restored"]);
export type TaskChangeKind = z.infer<typeof taskChangeKindSchema>;

/** One committed change, as the audit log holds it: the row before and the row after. */
export const taskChangeSchema = z.object({
  kind: taskChangeKindSchema,
  before: taskSchema.nullable(),
  after: taskSchema,
  /** Its number in the audit log, by which it can be undone; absent in answers from before there was an undo by number. */
  event: z.int().optional(),
});
export type TaskChange = z.infer<typeof taskChangeSchema>;

/** One change of the past, shortly. */
export const pastChangeSchema = z.object({
  event: z.int(),
  kind: taskChangeKindSchema,
  /** The task's number, and its title after the change. */
  task: z.int(),
  title: z.string(),
  at: z.iso.datetime(),
  /** Whether it took other changes back, and whether it is taken back itself. */
  undo: z.boolean(),
  undone: z.boolean(),
  /** The change that took it back: undone in its turn, that is a redo. */
  undoneBy: z.int().optional(),
});
export type PastChange = z.infer<typeof pastChangeSchema>;
