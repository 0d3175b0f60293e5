import type { ApiScope, ToolOutput } from "@todo/contract";
import { z } from "zod";
import { AppError } from "../domain/app-error.ts";
import type { Counted, Named, Preview, TaskId } from "../domain/approval-rules.ts";
import type { Context } from "../domain/context.ts";
import type { RestRoute } from "./rest-route.ts";

/** One user's transaction, and what an operation may know of the call that it is. */
export type OperationContext = Context & {
  /** When and in which IANA zone phrases such as "tomorrow" are meant: a call that is made again later reads them alike. */
  askedAt: Date;
  zone: string;
  /** The tasks of the card that the user approved, when this very call was asked about. */
  approved?: readonly TaskId[] | undefined;
};

/** For an operation that may do much at once: what tells whether the user must be asked first. */
export type ApprovalRule<Input> = {
  /** What is counted. */
  of: Counted;
  /** The tasks that the input names for it; "all", whatever the list holds. */
  named: (input: Input) => Named;
  /** What the call would do now. One that would touch no task needs no approval. */
  preview: (ctx: OperationContext, input: Input) => Promise<Preview>;
};

type Definition<Schema extends z.ZodType> = {
  /** `verb_noun`, and the name of its file. */
  name: string;
  /** What a model, a program or a reader of the documentation decides by. */
  description: string;
  /** What comes in. What `forPrograms` marks in it is not shown to models. */
  input: Schema;
  output: z.ZodType<ToolOutput>;
  /** What a token must be good for. */
  scope: ApiScope;
  /** Where it stands under `/api`; the first route is the one that takes the whole input, where there is one. */
  rest: readonly RestRoute<z.input<Schema> | z.output<Schema>>[];
  /** Does the work through the domain. @throws AppError, whose message a caller can act on */
  run: (ctx: OperationContext, input: z.output<Schema>) => Promise<ToolOutput>;
  /** Whether this input takes back what was done last as one: a run's limits do not count for its first such call. */
  isWholeUndo?: (input: z.output<Schema>) => boolean;
} & (
  | { kind: "read" | "change"; approval?: ApprovalRule<z.output<Schema>> }
  | { kind: "destructive"; approval: ApprovalRule<z.output<Schema>> }
);

/** One thing that can be done with a user's tasks. The assistant, MCP and REST all show it as it is here. */
export type Operation = {
  name: string;
  description: string;
  input: z.ZodType;
  output: z.ZodType<ToolOutput>;
  kind: "read" | "change" | "destructive";
  scope: ApiScope;
  /** False for an input that does not fit: `run` refuses it. */
  isWholeUndo: (input: unknown) => boolean;
  rest: readonly RestRoute<unknown>[];
  /** @throws AppError `invalid_request` for an input that does not fit, and whatever the work throws */
  run: (ctx: OperationContext, input: unknown) => Promise<ToolOutput>;
  /** Set for those that ask when they do much. An input that does not fit names no tasks: `run` refuses it. */
  approval: ApprovalRule<unknown> | undefined;
};

/** Makes an operation whose input is checked before anything is done with it. */
export function defineOperation<Schema extends z.ZodType>(definition: Definition<Schema>): Operation {
  const { name, description, input, output, kind, scope, isWholeUndo } = definition;
  const parse = (value: unknown): z.output<Schema> => {
    const parsed = input.safeParse(value);
    if (!parsed.success) throw new AppError("invalid_request", `Not done: ${z.prettifyError(parsed.error)}`);
    return parsed.data;
  };
  return {
    name,
    description,
    input,
    output,
    kind,
    scope,
    isWholeUndo(value) {
      const parsed = isWholeUndo && input.safeParse(value);
      return parsed?.success === true && isWholeUndo?.(parsed.data) === true;
    },
    rest: definition.rest,
    run: async (ctx, value) => definition.run(ctx, parse(value)),
    approval: definition.approval && checked(input, definition.approval),
  };
}

function checked<Schema extends z.ZodType>(
  input: Schema,
  { of, named, preview }: ApprovalRule<z.output<Schema>>,
): ApprovalRule<unknown> {
  return {
    of,
    named(value) {
      const parsed = input.safeParse(value);
      return parsed.success ? named(parsed.data) : [];
    },
    async preview(ctx, value) {
      const parsed = input.safeParse(value);
      return parsed.success ? preview(ctx, parsed.data) : { tasks: [], shown: { tasks: [] } };
    },
  };
}
