import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** How long the whole may take: idle connections end 6 s after their last use, and `docker stop` kills after 10 s. */
const BOUND_MS = 7_500;
/** A client that connects in order to ask does so at once; what is silent for longer was opened ahead. */
const SILENT_MS = 1_000;
const LOOK_MS = 20;

export type Connections = {
  /** To be told of each connection. */
  opened: (socket: Socket) => void;
  /** To be told of each request before it is answered. */
  asked: (response: ServerResponse) => void;
  /** Whether a request has not been answered yet. */
  answering: () => boolean;
  /**
   * From now on every answer tells that its connection ends with it, and what stays silent is closed.
   * @param isOver asked again and again with the number of open connections
   * @returns resolves when `isOver` says so, after 7.5 s at the latest
   */
  end: (isOver: (open: number) => boolean) => Promise<void>;
};

/**
 * Keeps count of a server's connections, so that it can end without losing a request. Clients keep connections and use
 * them again: to close one while a request is on its way loses that request. So a server that ends goes on serving, and
 * closes no connection that may still be used: each one ends with its next answer, or when its time to be kept
 * (`server.keepAliveTimeout`, which clients are told) is over. For servers alone; the browser never loads this.
 */
export function trackConnections(): Connections {
  const connections = new Map<Socket, number>();
  const responses = new Set<ServerResponse>();
  let ending = false;

  function closeSilent(): void {
    for (const [socket, since] of connections) {
      if (socket.bytesRead === 0 && performance.now() - since > SILENT_MS) socket.destroy();
    }
  }

  return {
    opened: (socket) => {
      connections.set(socket, performance.now());
      socket.once("close", () => connections.delete(socket));
    },
    asked: (response) => {
      responses.add(response);
      response.once("close", () => responses.delete(response));
      if (ending) response.shouldKeepAlive = false;
    },
    answering: () => responses.size > 0,
    end: (isOver) => {
      ending = true;
      // Has no effect on those whose head is already sent.
      for (const response of responses) response.shouldKeepAlive = false;
      const began = performance.now();
      return new Promise((resolve) => {
        const look = () => {
          closeSilent();
          const over = isOver(connections.size) || performance.now() - began > BOUND_MS;
          if (over) resolve();
          else setTimeout(look, LOOK_MS);
        };
        look();
      });
    },
  };
}
