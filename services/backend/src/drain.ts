import type { Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** How long the whole may take: idle connections end 6 s after their last use at the latest. */
const BOUND_MS = 7_500;
/** A client that connects in order to ask does so at once; what is silent for longer was opened ahead. */
const SILENT_MS = 1_000;
const LOOK_MS = 20;

/** How a server ends: until when it waits for connections on which nothing is asked. */
export type Ending = "gently" | "at once";

/**
 * Ends a server and all its connections, within 7.5 s. Called again with "at once", it does not go on gently.
 *
 * Clients keep connections and use them again: to close one while a request is on its way loses that request. So
 * "gently" goes on serving, tells with every answer that its connection ends with it, and closes no connection that may
 * still be used: each one ends with its next answer, or when its time to be kept (`server.keepAliveTimeout`, which
 * clients are told) is over. It listens as long as there are connections, for those who do not know yet.
 * "at once" finishes the requests that have arrived, and drops all else.
 */
export type Drain = (ending: Ending) => Promise<void>;

/** Keeps count of a server's connections from now on, so that it can be drained. */
export function prepareDrain(server: Server): Drain {
  const connections = new Map<Socket, { since: number }>();
  const responses = new Set<ServerResponse>();
  let chosen: Ending | undefined;
  let closed: Promise<void> | undefined;

  server.on("connection", (socket) => {
    connections.set(socket, { since: performance.now() });
    socket.once("close", () => connections.delete(socket));
  });
  // Before the listener that answers, which may do so at once.
  server.prependListener("request", (_request, response) => {
    responses.add(response);
    response.once("close", () => responses.delete(response));
    if (chosen) response.shouldKeepAlive = false;
  });

  function look(): void {
    if (chosen === "at once") {
      if (server.listening) server.close();
      if (responses.size === 0) server.closeAllConnections();
      return;
    }
    for (const [socket, { since }] of connections) {
      if (socket.bytesRead === 0 && performance.now() - since > SILENT_MS) socket.destroy();
    }
    if (connections.size === 0) server.close();
  }

  function begin(): Promise<void> {
    // Has no effect on those whose head is already sent.
    for (const response of responses) response.shouldKeepAlive = false;
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        server.close();
        server.closeAllConnections();
      }, BOUND_MS);
      const looking = setInterval(look, LOOK_MS);
      server.once("close", () => {
        clearTimeout(timer);
        clearInterval(looking);
        resolve();
      });
      look();
    });
  }

  return (ending) => {
    if (chosen !== "at once") chosen = ending;
    closed ??= begin();
    return closed;
  };
}
