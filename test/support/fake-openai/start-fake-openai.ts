import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { streamChat } from "./chat-completions.ts";
import { type Json, object, problemOf } from "./check-request.ts";
import { streamResponses } from "./responses.ts";
import { type Answer, errorBody, type Failure, type Turn, type TurnContext } from "./turn.ts";

export type FakeRequest = {
  api: "responses" | "chat";
  headers: IncomingHttpHeaders;
  body: Json;
  /** Resolves when its answer is over: `answered`, or `left` when the client hung up before. */
  over: Promise<"answered" | "left">;
};

/** What each request is answered with: a list, one turn a request, or a function of the request. */
export type Script = readonly Turn[] | ((request: FakeRequest, index: number) => Turn | Promise<Turn>);

export type FakeOpenAi = {
  /** The address for OPENAI_BASE_URL. */
  url: string;
  port: number;
  /** What was asked since the script began, oldest first, unless requests are not kept. */
  requests: readonly FakeRequest[];
  /** Answers what comes from now on by another script, from its beginning. */
  respond: (script: Script) => void;
  /** Ends all connections; from then on they are refused. */
  close: () => Promise<void>;
};

/**
 * Starts a server on loopback, or another of this machine's addresses, that speaks OpenAI's Responses API and Chat
 * Completions, streamed only, and says what its script says. It refuses requests that break the real API's rules with
 * 400, so a test of anything checks those too.
 * @param options.keepRequests false where there are too many to keep
 */
export async function startFakeOpenAi(options: {
  respond: Script;
  port?: number;
  host?: string;
  keepRequests?: boolean;
}): Promise<FakeOpenAi> {
  const { host = "127.0.0.1", keepRequests = true } = options;
  const requests: FakeRequest[] = [];
  let script = options.respond;
  let asked = 0;
  let answers = 0;
  const server = createServer((request, response) => {
    // A client that hangs up is no failure of this server.
    answer(request, response).catch(() => response.destroy());
  });

  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const left = new AbortController();
    const { promise: over, resolve } = Promise.withResolvers<"answered" | "left">();
    response.once("close", () => {
      if (!response.writableFinished) left.abort();
      resolve(response.writableFinished ? "answered" : "left");
    });
    const body = object(JSON.parse((await text(incoming)) || "{}"));
    const api = apiOf(incoming);
    if (!api) return fail(response, { status: 404, message: `Unknown address ${incoming.method} ${incoming.url}.` });
    const request: FakeRequest = { api, headers: incoming.headers, body, over };
    const index = asked++;
    if (keepRequests) requests.push(request);
    const number = ++answers;
    const problem = problemOf(api, body);
    if (problem) return fail(response, { status: 400, message: problem });
    const turn = typeof script === "function" ? await script(request, index) : script[index];
    if (turn === undefined) return fail(response, { status: 400, message: "The script is over." });
    if (turn === "silence") return;
    if (turn === "reset") return void incoming.socket.destroy();
    if ("status" in turn) return fail(response, turn);
    await stream(response, turn, request, number, left.signal);
  }

  server.listen(options.port ?? 0, host);
  await new Promise<void>((resolve, reject) => server.once("listening", resolve).once("error", reject));
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  return {
    url: `http://${host}:${port}/v1`,
    port,
    requests,
    respond: (next) => {
      script = next;
      requests.length = 0;
      asked = 0;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function apiOf({ method, url }: IncomingMessage): FakeRequest["api"] | undefined {
  if (method === "POST" && url === "/v1/responses") return "responses";
  if (method === "POST" && url === "/v1/chat/completions") return "chat";
  return undefined;
}

function fail(response: ServerResponse, { status, headers, message = "Failed as the script says." }: Failure): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(errorBody(status, message)));
}

async function stream(
  response: ServerResponse,
  turn: Answer,
  { api, body }: FakeRequest,
  number: number,
  left: AbortSignal,
): Promise<void> {
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "x-request-id": `req_${number}` });
  response.flushHeaders();
  const include = body["include"];
  const gone = new Promise<void>((resolve) => left.addEventListener("abort", () => resolve(), { once: true }));
  const ctx: TurnContext = {
    number,
    model: String(body["model"]),
    encryptedReasoning: Array.isArray(include) && include.includes("reasoning.encrypted_content"),
    send: (event, name) => ctx.sendRaw(`${name ? `event: ${name}\n` : ""}data: ${JSON.stringify(event)}\n\n`),
    sendRaw: (bytes) => void response.write(bytes),
    wait: async (piece) => {
      const over = typeof piece === "number" ? delay(piece, undefined, { signal: left }).catch(() => {}) : piece;
      await Promise.race([over, gone]);
      return !left.aborted;
    },
  };
  const told = await (api === "chat" ? streamChat : streamResponses)(turn, ctx);
  if (!told || turn.ending === "silence") return;
  // What was written is on its way before the socket goes.
  if (turn.ending === "cut") response.write(": cut\n\n", () => response.destroy());
  else response.end();
}
