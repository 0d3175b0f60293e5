import type { CallToolResult } from "@modelcontextprotocol/server";
import type { Logger } from "pino";
import type { Deps } from "../deps.ts";
import { assertScope, type TokenBearer } from "../domain/api-tokens.ts";
import { toAppError } from "../errors.ts";
import type { Operation } from "../operations/operation.ts";
import { inSteps, perform } from "../operations/perform.ts";

/** Who calls with a token, and which request it is. */
export type McpCaller = { bearer: TokenBearer; requestId: string; log: Logger };

/**
 * Calls an operation for a client. Every refusal is a result that a model can read and act on, as the protocol wants it
 * of tools; what is not meant for the caller is logged, not told.
 */
export async function callTool(
  { asUser }: Pick<Deps, "asUser">,
  { bearer, requestId, log }: McpCaller,
  operation: Operation,
  input: unknown,
): Promise<CallToolResult> {
  const { userId, tokenId, zone } = bearer;
  try {
    assertScope(bearer, operation.scope);
    const call = { runId: null, callId: requestId, operation: operation.name, tokenId };
    let askedAt: Date | undefined;
    const { output, waits } = await inSteps(input, (wanted, sum) =>
      asUser(
        userId,
        async (ctx) => {
          askedAt ??= ctx.now;
          const outcome = await perform({ ...ctx, call, askedAt, zone }, operation, wanted);
          return outcome.waits ? outcome : { output: sum(outcome.output), waits: undefined };
        },
        operation.kind === "read" ? "read" : "change",
      ),
    );
    return waits ? told(waits.message, { changes: [], ...waits }) : told(JSON.stringify(output), output);
  } catch (error) {
    const known = toAppError(error);
    if (known.code === "internal") log.error({ err: error, operation: operation.name }, "an MCP call failed");
    return { ...told(known.message), isError: true };
  }
}

/** The text is for clients, and models, that do not read what is structured. */
function told(text: string, structuredContent?: Record<string, unknown>): CallToolResult {
  return { content: [{ type: "text", text }], ...(structuredContent && { structuredContent }) };
}
