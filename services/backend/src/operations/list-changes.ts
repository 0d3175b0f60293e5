import { limits, pastChangeSchema, toolOutputSchema } from "@todo/contract";
import { z } from "zod";
import { listChanges as listChangesOf } from "../domain/undo.ts";
import { forPrograms, MAX_EVENT } from "./inputs.ts";
import { defineOperation } from "./operation.ts";
import { route } from "./rest-route.ts";

const input = z.strictObject({
  limit: z.int().min(1).max(limits.undoChanges).default(20),
  undone: z.boolean().nullable().default(null).meta(forPrograms),
  conversation: z.uuid().nullable().default(null).meta(forPrograms),
  before: z.int().positive().max(MAX_EVENT).nullable().default(null).meta(forPrograms),
});
export type ListChangesInput = z.input<typeof input>;

const query = z.strictObject({
  limit: z.coerce.number().int().min(1).max(limits.undoChanges).default(50),
  undone: z
    .enum(["true", "false"])
    .transform((value) => value === "true")
    .optional(),
  conversation: z.uuid().optional(),
  /** Older than the change with this number: the last of a page leads to the next one. */
  before: z.coerce.number().int().positive().max(MAX_EVENT).optional(),
});

export const listChanges = defineOperation({
  name: "list_changes",
  description: "What was changed on the list lately, the newest first.",
  kind: "read",
  scope: "read",
  input,
  output: toolOutputSchema,
  rest: [
    route(
      {
        method: "get",
        path: "/changes",
        summary: "What was changed, the newest first; a conversation's only, or undone only",
      },
      query,
      (filter): ListChangesInput => filter,
      { status: 200, description: "The changes", schema: z.object({ items: z.array(pastChangeSchema) }) },
      (_ctx, { history }) => ({ items: history ?? [] }),
    ),
  ],
  async run(ctx, { limit, undone, conversation, before }) {
    const filter = {
      undone: undone ?? undefined,
      conversationId: conversation ?? undefined,
      before: before ?? undefined,
    };
    return { changes: [], history: await listChangesOf(ctx, filter, limit) };
  },
});
