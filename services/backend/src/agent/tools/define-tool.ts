import { type FunctionTool, type RunContext, tool } from "@openai/agents";
import { type ToolInput, type ToolName, type ToolOutput, toolInputs } from "@todo/contract";
import { z } from "zod";
import { type Claim, callOnce, type ToolContext } from "../../runs/call-once.ts";
import { type Ask, askIfNeeded } from "../ask-approval.ts";

/** What a run hands to its tools; never sent to a model. Whose tasks they are is the run's, no tool can name another. */
export type ToolRun = Claim & {
  /** Tool calls of this run that want to delete, and how many tasks each. */
  plannedDeletes: Map<string, number>;
};

export type ToolDefinition<Name extends ToolName> = {
  name: Name;
  /** What the model reads to decide when to use it. */
  description: string;
  /** Does the work through the domain; the rows it changed become the result. */
  run: (ctx: ToolContext, input: ToolInput<Name>) => Promise<ToolOutput>;
  /** Set when some calls need the user's approval. */
  ask?: Ask<ToolInput<Name>>;
};

/**
 * Makes a tool of the SDK from a definition. Arguments are checked here rather than by the SDK, which would ask for an
 * approval of what it can't read; a model that gets them wrong is told what is wrong.
 */
export function defineTool<Name extends ToolName>(definition: ToolDefinition<Name>): Tool {
  const { name, description, ask } = definition;
  const schema = inputSchemas[name];
  return tool<JsonSchema, ToolRun, ToolOutput>({
    name,
    description,
    parameters: jsonSchema(schema),
    strict: true,
    // What fails here is no wish of the model's: it ends the run, and its words never reach the model.
    errorFunction: null,
    needsApproval: async (context, args, callId) => {
      const input = schema.safeParse(args);
      return ask !== undefined && input.success && askIfNeeded(toolRun(context), callId, ask, input.data);
    },
    execute: async (args, context, details) => {
      const input = schema.safeParse(args);
      return callOnce(toolRun(context), { name, callId: details?.toolCall?.callId }, async (ctx) =>
        input.success ? definition.run(ctx, input.data) : invalid(input.error),
      );
    },
  });
}

type Tool = FunctionTool<ToolRun, JsonSchema, ToolOutput>;
const inputSchemas: { [Name in ToolName]: z.ZodType<ToolInput<Name>> } = toolInputs;

type JsonSchema = Extract<Parameters<typeof tool>[0]["parameters"], { type: "object"; additionalProperties: false }>;

/** Without the lengths of texts, which not every provider takes in strict schemas; `execute` checks them all. */
function jsonSchema(schema: z.ZodType): JsonSchema {
  const override = ({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }) => {
    delete jsonSchema.minLength;
    delete jsonSchema.maxLength;
  };
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io: "input", override });
  return z.custom<JsonSchema>((value) => value === json).parse(json);
}

function toolRun(context: RunContext<unknown> | undefined): ToolRun {
  return z
    .custom<ToolRun>((value) => typeof value === "object" && value !== null && "log" in value)
    .parse(context?.context);
}

function invalid(error: z.ZodError): ToolOutput {
  return { changes: [], error: { code: "invalid_request", message: `Not done: ${z.prettifyError(error)}` } };
}
