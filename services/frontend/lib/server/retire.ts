import { subscribe } from "node:diagnostics_channel";
import { ServerResponse } from "node:http";
import { Socket } from "node:net";
import { trackConnections } from "@todo/contract/drain";

/**
 * Ends this process at SIGTERM so that no request is lost: Next would close kept connections at once, also those on
 * which a request is on its way. Next must be told by NEXT_MANUAL_SIG_HANDLE to leave signals to us; without that
 * nothing happens here, and Next ends in its way.
 */
export function retireAtSigterm(env: NodeJS.ProcessEnv): void {
  if (!env.NEXT_MANUAL_SIG_HANDLE) return;
  const connections = trackConnections();
  // Next does not hand out its server; Node tells of all that connects and is asked.
  subscribe("net.server.socket", (message) => {
    const socket = partOf(message, "socket");
    if (socket instanceof Socket) connections.opened(socket);
  });
  subscribe("http.server.request.start", (message) => {
    const response = partOf(message, "response");
    if (response instanceof ServerResponse) connections.asked(response);
  });
  process.on("SIGTERM", async () => {
    await connections.end((open) => open === 0);
    process.exit(0);
  });
  process.on("SIGINT", () => process.exit(130));
}

function partOf(message: unknown, name: "socket" | "response"): unknown {
  return typeof message === "object" && message !== null ? Reflect.get(message, name) : undefined;
}
