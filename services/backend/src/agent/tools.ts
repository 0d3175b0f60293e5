import { type FunctionTool, type RunContext, tool } from "@openai/agents";
import { countChanges, limits, type ToolOutput } from "@todo/contract";
import { z } from "zod";
import { operations } from "../operations/index.ts";
import { inputForModels } from "../operations/json-schema.ts";
import type { Operation } from "../operations/operation.ts";
import { type Claim, callOnce } from "../runs/call-once.ts";
import { askIfNeeded, type Planned } from "./ask-approval.ts";

/** What a run hands to its tools; never sent to a model. Whose tasks they are is the run's, no tool can name another. */
export type ToolRun = Claim & {
  planned: Planned;
};

/** The operations as tools of the SDK. */
export const tools: readonly Tool[] = operations.map(toTool);

type Tool = FunctionTool<ToolRun, JsonSchema, ToolOutput>;

/**
 * Arguments are checked by the operation rather than by the SDK, which would ask for an approval of what it can't read; a
 * model that gets them wrong is told what is wrong.
 */
function toTool(operation: Operation): Tool {
  const { name, description } = operation;
  return tool<JsonSchema, ToolRun, ToolOutput>({
    name,
    description,
    parameters: parametersOf(operation),
    strict: true,
    // What fails here is no wish of the model's: it ends the run, and its words never reach the model.
    errorFunction: null,
    needsApproval: (context, args, callId) => askIfNeeded(toolRun(context), callId, operation, args),
    execute: async (args, context, details) =>
      forModel(await callOnce(toolRun(context), operation, details?.toolCall?.callId, args)),
  });
}

type JsonSchema = Extract<Parameters<typeof tool>[0]["parameters"], { type: "object"; additionalProperties: false }>;

function parametersOf({ input }: Operation): JsonSchema {
  const json = inputForModels(input, { strict: true });
  return z.custom<JsonSchema>((value) => value === json).parse(json);
}

function toolRun(context: RunContext<unknown> | undefined): ToolRun {
  return z
    .custom<ToolRun>((value) => typeof value === "object" && value !== null && "log" in value)
    .parse(context?.context);
}

/** A model is shown as many changes as tasks; the user sees them all. */
function forModel(output: ToolOutput): ToolOutput {
  if (output.changes.length <= limits.pageRows) return output;
  return { ...output, changes: output.changes.slice(0, limits.pageRows), changed: countChanges(output) };
}
