import { z } from "zod";
import { limits } from "./limits.ts";
import { timeZoneSchema } from "./tasks.ts";
import { someText } from "./text.ts";

/** What a program may do with its owner's tasks: read them, or change them too. */
export const apiScopeSchema = z.enum(["read", "write"]);
export type ApiScope = z.infer<typeof apiScopeSchema>;

export const newApiTokenSchema = z.strictObject({
  /** By which its owner knows it: what it is for. */
  name: someText(limits.apiTokens.nameCharacters).trim(),
  scope: apiScopeSchema,
  /** The IANA zone in which the program's "tomorrow" is meant. */
  timeZone: timeZoneSchema,
});
export type NewApiToken = z.infer<typeof newApiTokenSchema>;

export const apiTokenSchema = z.object({
  id: z.uuid(),
  name: z.string(),
  scope: apiScopeSchema,
  createdAt: z.iso.datetime(),
  /** Exact to a minute; null before its first use. */
  lastUsedAt: z.iso.datetime().nullable(),
});
export type ApiToken = z.infer<typeof apiTokenSchema>;

/** Newest first. There are few, so there is one page. */
export const apiTokenListSchema = z.object({ items: z.array(apiTokenSchema) });
export type ApiTokenList = z.infer<typeof apiTokenListSchema>;

/** The one answer that holds the token itself: `todo_` and 43 characters, to be sent as `Authorization: Bearer todo_…`. */
export const madeApiTokenSchema = apiTokenSchema.extend({ token: z.string() });
export type MadeApiToken = z.infer<typeof madeApiTokenSchema>;
