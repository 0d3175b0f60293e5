import { type ErrorCode, type Task, type ToolOutput, taskSchema, toolOutputSchema } from "@todo/contract";
import type { z } from "zod";
import { notFound } from "../domain/app-error.ts";
import { getTask } from "../domain/tasks.ts";
import type { OperationContext } from "./operation.ts";

type Place = {
  method: "get" | "post" | "patch" | "delete";
  /** Under `/api`. With `{id}` it is about one task. */
  path: string;
  summary: string;
  /** Refusals besides those that follow from what it takes and who may call it. */
  errors?: readonly ErrorCode[];
};

type Answer = { status: 200 | 201; description: string; schema: z.ZodType };

/** What was read of a request: the operation's input, or what is wrong with the request. */
type Read<Input> = { success: true; data: Input } | { success: false; error: z.ZodError };

/** Where and how REST shows an operation. */
export type RestRoute<Input> = Place & {
  /** What the query (of a `get`) or the body must be; undefined when nothing is read. */
  takes: z.ZodType | undefined;
  read: (raw: unknown, id: string) => Read<Input>;
  answer: Answer;
  /** The answer's body, from what the operation gave. */
  toBody: (ctx: OperationContext, output: ToolOutput, id: string) => unknown;
};

/**
 * A route that takes the operation's own input, and gives its own output.
 * @param rule what the input's check says beyond its fields, in JSON Schema: not every model is shown such
 */
export function wholeRoute<Schema extends z.ZodType>(
  place: Place,
  input: Schema,
  rule: Record<string, unknown> = {},
): RestRoute<z.output<Schema>> {
  return {
    ...place,
    takes: input.meta(rule),
    read: (raw) => input.safeParse(raw),
    answer: { status: 200, description: "What was done, and what was not", schema: toolOutputSchema },
    toBody: (_ctx, output) => output,
  };
}

/** A route whose query or body is `takes`. */
export function route<Taken extends z.ZodType, Input>(
  place: Place,
  takes: Taken,
  toInput: (taken: z.output<Taken>, id: string) => Input,
  answer: Answer = theTask,
  toBody: RestRoute<Input>["toBody"] = taskOf,
): RestRoute<Input> {
  return {
    ...place,
    takes,
    read(raw, id) {
      const taken = takes.safeParse(raw);
      return taken.success ? { success: true, data: toInput(taken.data, id) } : taken;
    },
    answer,
    toBody,
  };
}

/** A route about one task, which it gives back as it is afterwards. */
export function taskRoute<Input>(place: Place, toInput: (id: string) => Input): RestRoute<Input> {
  return {
    ...place,
    takes: undefined,
    read: (_raw, id) => ({ success: true, data: toInput(id) }),
    answer: theTask,
    toBody: taskOf,
  };
}

const theTask: Answer = { status: 200, description: "The task", schema: taskSchema };

/** The task that the call was about. @throws AppError `not_found` */
async function taskOf(ctx: OperationContext, output: ToolOutput, id: string): Promise<Task> {
  if (output.notFound !== undefined && output.notFound.length > 0) throw notFound("task");
  return output.changes[0]?.after ?? output.tasks?.[0] ?? getTask(ctx, id);
}
