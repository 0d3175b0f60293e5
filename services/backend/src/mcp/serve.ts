import { createMcpHandler, ProtocolError, ProtocolErrorCode, Server } from "@modelcontextprotocol/server";
import type { Deps } from "../deps.ts";
import { findOperation } from "../operations/index.ts";
import { callTool, type McpCaller } from "./call-tool.ts";
import { toolsFor } from "./tools.ts";

const INSTRUCTIONS =
  "The user's to-do list. Tasks are named by their numbers, as in #3; list_tasks finds them. When something is due can be " +
  'said in words ("next friday at 5pm"); they are meant in the zone that the user chose for this token.';

/** Answers one request of an MCP client. Nothing is kept between requests, so that any replica can answer the next. */
export function serveMcp(request: Request, deps: Deps, caller: McpCaller): Promise<Response> {
  const { fetch } = createMcpHandler(() => makeServer(deps, caller), {
    // The tools never change while the server runs, so nobody need hold a connection open to hear of it.
    maxSubscriptions: 0,
    onerror: (error) => caller.log.debug({ err: error }, "an MCP request was refused"),
  });
  return fetch(request);
}

function makeServer(deps: Deps, caller: McpCaller): Server {
  const server = new Server(
    { name: "todo", version: deps.version },
    { capabilities: { tools: {} }, instructions: INSTRUCTIONS, jsonSchemaValidator: asksNothing },
  );
  server.setRequestHandler("tools/list", () => ({ tools: toolsFor(caller.bearer) }));
  server.setRequestHandler("tools/call", ({ params }) => {
    const operation = findOperation(params.name);
    if (!operation) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `There is no tool ${params.name}.`);
    return callTool(deps, caller, operation, params.arguments ?? {});
  });
  return server;
}

/** Would check what a client's user was asked for. We ask for nothing, and leave the SDK's own out of the bundle. */
const asksNothing = {
  getValidator(): never {
    throw new Error("a client was asked for something");
  },
};
