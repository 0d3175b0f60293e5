import { createMCPClient } from "@ai-sdk/mcp";
import { type CallToolResult, Client, StreamableHTTPClientTransport, type Tool } from "@modelcontextprotocol/client";
import { onTestFinished } from "vitest";
import type { Program } from "./_program.ts";

/** What the tests ask of a client, whoever made it. */
export type McpClient = {
  list: () => Promise<Tool[]>;
  call: (name: string, input?: Record<string, unknown>) => Promise<CallToolResult>;
};

type Connect = (program: Pick<Program, "server" | "token">) => Promise<McpClient>;

const headersOf = ({ token }: Pick<Program, "token">) => ({ authorization: `Bearer ${token}` });

/** The client of the SDK that the server is made with, speaking the newest version of the protocol, or one of before. */
function sdkClient(mode: "auto" | "legacy"): Connect {
  return async (program) => {
    const client = new Client({ name: "test", version: "1.0.0" }, { versionNegotiation: { mode } });
    const url = new URL("/mcp", program.server.url);
    await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers: headersOf(program) } }));
    onTestFinished(() => client.close());
    return {
      list: async () => (await client.listTools()).tools,
      call: async (name, input) => (await client.callTool({ name, arguments: input })) as CallToolResult,
    };
  };
}

/** A client of others, with an implementation of its own. */
const otherClient: Connect = async (program) => {
  const client = await createMCPClient({
    transport: { type: "http", url: `${program.server.url}/mcp`, headers: headersOf(program) },
  });
  onTestFinished(() => client.close());
  return {
    list: async () => (await client.listTools()).tools as Tool[],
    call: async (name, input = {}) => {
      const tools = await client.tools();
      const execute = tools[name]?.execute;
      if (!execute) throw new Error(`this client was shown no ${name}`);
      return (await execute(input, { toolCallId: "1", messages: [] } as never)) as CallToolResult;
    },
  };
};

export const clients: [string, Connect][] = [
  ["the SDK's own client", sdkClient("auto")],
  ["the SDK's own client in an older version of the protocol", sdkClient("legacy")],
  ["a client of others", otherClient],
];
