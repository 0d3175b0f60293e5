import { isSpecType, type Tool } from "@modelcontextprotocol/server";
import { approvalRequestedSchema } from "@todo/contract";
import { z } from "zod";
import { mayCall, type TokenBearer } from "../domain/api-tokens.ts";
import { operations } from "../operations/index.ts";
import { inputForModels } from "../operations/json-schema.ts";
import type { Operation } from "../operations/operation.ts";

const tools = operations.map((operation) => ({ operation, tool: toTool(operation) }));

/** The operations that a token is good for, as MCP describes tools. */
export function toolsFor(bearer: TokenBearer): Tool[] {
  return tools.flatMap(({ operation, tool }) => (mayCall(bearer, operation.scope) ? [tool] : []));
}

function toTool(operation: Operation): Tool {
  const { name, description, kind, input } = operation;
  const tool: unknown = {
    name,
    description,
    inputSchema: inputForModels(input, { strict: false }),
    outputSchema: outputSchema(operation),
    annotations: {
      readOnlyHint: kind === "read",
      destructiveHint: kind === "destructive",
      // What was read, or is gone, can be read or deleted again; what adds would add again.
      idempotentHint: kind !== "change",
      openWorldHint: false,
    },
  };
  if (!isSpecType.Tool(tool)) throw new Error(`${name} can't be shown as a tool`);
  return tool;
}

/** What the operation gives; of one that may ask, also what it gives while it waits for the user. */
function outputSchema({ output, approval }: Operation) {
  const { $schema: _, ...json } = z.toJSONSchema(output);
  const waits = approval ? z.toJSONSchema(approvalRequestedSchema).properties : {};
  return { ...json, properties: { ...json.properties, ...waits } };
}
