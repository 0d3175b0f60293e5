import { characters, toolOutputSchema } from "@todo/contract";
import { z } from "zod";
import { type UndoTarget, undo } from "../domain/undo.ts";
import { forPrograms, MAX_EVENT, refsSchema } from "./inputs.ts";
import { defineOperation } from "./operation.ts";
import { wholeRoute } from "./rest-route.ts";

const targets = ["tasks", "changes", "run", "call"] as const;

const input = z
  .strictObject({
    tasks: refsSchema.nullable().default(null).describe("Undo the newest change of these; null: the newest changes"),
    redo: z.boolean().default(false).describe("Take back the newest undo instead"),
    anyway: z.boolean().default(false).describe("Also where a later change is lost; only when the user said so"),
    changes: z.array(z.int().positive().max(MAX_EVENT)).min(1).max(1_000).nullable().default(null).meta(forPrograms),
    run: z.uuid().nullable().default(null).meta(forPrograms),
    call: characters(200).nullable().default(null).meta(forPrograms),
    only: z.enum(["change", "undo"]).nullable().default(null).meta(forPrograms),
  })
  .refine(
    (value) => targets.filter((each) => value[each] !== null).length <= 1,
    "give one of tasks, changes, run and call",
  );
type Input = z.output<typeof input>;

/** In JSON Schema: what is not `target` is null or left out. */
function withoutOthers(target: (typeof targets)[number]) {
  const others = targets.filter((each) => each !== target);
  return { properties: Object.fromEntries(others.map((each) => [each, { type: "null" }])) };
}

export const undoChanges = defineOperation({
  name: "undo_changes",
  description:
    "Undo what was changed last: all changes of the newest answer or edit, or the newest change of the given tasks.",
  kind: "change",
  scope: "write",
  // What is picked out by its tasks or its number may be anything of a year, and is counted like other changes.
  isWholeUndo: ({ tasks, changes, run, call }) => [tasks, changes, run, call].every((each) => each === null),
  input,
  output: toolOutputSchema,
  rest: [
    wholeRoute(
      {
        method: "post",
        path: "/changes/undo",
        summary: "Undo changes, or redo what was undone",
        errors: ["not_found", "undo_conflict", "nothing_to_undo", "approval_required"],
      },
      input,
      { anyOf: targets.map(withoutOthers) },
    ),
  ],
  async run(ctx, wanted) {
    const { anyway } = wanted;
    const { changes, notFound, left, rest } = await undo(ctx, targetOf(wanted), anyway);
    return { changes, ...(notFound.length > 0 && { notFound }), ...(rest && { left, next: { ...rest, anyway } }) };
  },
});

function targetOf({ changes, run, call, only, tasks, redo }: Input): UndoTarget {
  if (changes !== null) return { changes, only };
  if (run !== null) return { run, only };
  return call === null ? { newest: redo ? "undo" : "change", tasks } : { call, only };
}
