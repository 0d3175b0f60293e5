import { subscribe } from "node:diagnostics_channel";
import { ServerResponse } from "node:http";
import { Socket } from "node:net";

/** `docker stop` kills after 10 s; connections that nobody uses end 6 s after their last use at the latest. */
const BOUND_MS = 8_000;
/** A client that connects in order to ask does so at once; what is silent for longer was opened ahead. */
const SILENT_MS = 1_000;
const LOOK_MS = 20;

/**
 * Ends this process at SIGTERM so that no request is lost: Next would close kept connections at once, also those on
 * which a request is on its way. Instead it goes on serving, tells with every answer that its connection ends with it,
 * and exits when no connection is left. Next must be told by NEXT_MANUAL_SIG_HANDLE to leave signals to us; without
 * that nothing happens here, and Next ends in its way.
 */
export function retireAtSigterm(env: NodeJS.ProcessEnv): void {
  if (!env.NEXT_MANUAL_SIG_HANDLE) return;
  const connections = new Map<Socket, { since: number }>();
  const responses = new Set<ServerResponse>();
  let ending = false;

  // Next does not hand out its server; Node tells of all that connects and is asked.
  subscribe("net.server.socket", (message) => {
    const socket = partOf(message, "socket");
    if (!(socket instanceof Socket)) return;
    connections.set(socket, { since: performance.now() });
    socket.once("close", () => connections.delete(socket));
  });
  subscribe("http.server.request.start", (message) => {
    const response = partOf(message, "response");
    if (!(response instanceof ServerResponse)) return;
    responses.add(response);
    response.once("close", () => responses.delete(response));
    if (ending) response.shouldKeepAlive = false;
  });

  function look(): void {
    for (const [socket, { since }] of connections) {
      if (socket.bytesRead === 0 && performance.now() - since > SILENT_MS) socket.destroy();
    }
    if (connections.size === 0) process.exit(0);
  }

  process.on("SIGTERM", () => {
    if (ending) return;
    ending = true;
    // Has no effect on those whose head is already sent.
    for (const response of responses) response.shouldKeepAlive = false;
    setTimeout(() => process.exit(0), BOUND_MS);
    setInterval(look, LOOK_MS);
    look();
  });
  process.on("SIGINT", () => process.exit(130));
}

function partOf(message: unknown, name: "socket" | "response"): unknown {
  return typeof message === "object" && message !== null ? Reflect.get(message, name) : undefined;
}
