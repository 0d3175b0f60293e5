import { type Due, dueSchema, limits, someText, text } from "@todo/contract";
import { z } from "zod";
import { resolveDue } from "../domain/due-dates.ts";
import type { OperationContext } from "./operation.ts";

/** Marks a part of an input that programs may use and models are not shown: it would only cost them attention. */
export const forPrograms = { forPrograms: true } as const;

/** The highest number that a change can have. */
export const MAX_EVENT = 2 ** 31 - 1;

/** A task by its number or, for programs, by its id. No input takes a user: whose tasks they are, the session says. */
export const refSchema = z.union([
  z.int().positive().max(Number.MAX_SAFE_INTEGER),
  z.uuid().toLowerCase().meta(forPrograms),
]);
export const refsSchema = z.array(refSchema).min(1).max(limits.pageRows).describe("Task numbers, as in #3");

export const titleSchema = someText(limits.titleCharacters).trim();
export const notesSchema = text(limits.notesCharacters).trim();

/** When something is due: words, or for programs a due date as tasks have it. */
export const phraseSchema = z
  .union([text(100), dueSchema.meta(forPrograms)])
  .describe(
    'When it is due, in the user\'s own words ("next friday at 5pm") or as a local YYYY-MM-DD or YYYY-MM-DDTHH:MM',
  );

export const tagsSchema = z.array(text(limits.tagCharacters).min(1)).max(limits.tagsPerTask);

/** Tags as the list keeps them: lower case, without the leading #, spaces as dashes; empty ones are dropped. */
export function toTags(tags: readonly string[]): string[] {
  return tags
    .map((tag) =>
      tag
        .trim()
        .replace(/^#+/, "")
        .replace(/[\s,#]+/g, "-")
        .toLowerCase(),
    )
    .filter((tag) => tag !== "");
}

/** What `phraseSchema` accepted, as a due date. @throws AppError `due_not_understood` */
export function toDue(ctx: OperationContext, due: string | Due): Due {
  return typeof due === "string" ? resolveDue(due, ctx.askedAt, ctx.zone) : due;
}
