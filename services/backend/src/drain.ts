import type { Server } from "node:http";
import { trackConnections } from "@todo/contract/drain";

/** How a server ends: until when it waits for connections on which nothing is asked. */
export type Ending = "gently" | "at once";

/**
 * Ends a server and all its connections, within 7.5 s. Called again with "at once", it does not go on gently.
 *
 * "gently" goes on serving and listening as long as there are connections, for those who do not know yet. "at once"
 * finishes the requests that have arrived, and drops all else.
 */
export type Drain = (ending: Ending) => Promise<void>;

/** Keeps count of a server's connections from now on, so that it can be drained. */
export function prepareDrain(server: Server): Drain {
  const connections = trackConnections();
  let chosen: Ending | undefined;
  let closed: Promise<void> | undefined;
  server.on("connection", connections.opened);
  // Before the listener that answers, which may do so at once.
  server.prependListener("request", (_request, response) => connections.asked(response));

  function isOver(open: number): boolean {
    if (server.listening && (chosen === "at once" || open === 0)) server.close();
    if (chosen === "at once" && !connections.answering()) server.closeAllConnections();
    return open === 0 && !server.listening;
  }

  async function drain(): Promise<void> {
    await connections.end(isOver);
    server.close();
    server.closeAllConnections();
  }

  return (ending) => {
    if (chosen !== "at once") chosen = ending;
    closed ??= drain();
    return closed;
  };
}
