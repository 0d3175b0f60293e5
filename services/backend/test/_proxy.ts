import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/**
 * What stands between a client and replicas in a cluster: a new connection is led to the replica that `target` names,
 * where it stays, and every packet takes `delayMs` each way.
 */
export async function startProxy(target: () => number, delayMs: number) {
  const sockets = new Set<Socket>();
  const relay = (from: Socket, to: Socket) => {
    const later = (act: () => void) => setTimeout(() => to.destroyed || act(), delayMs);
    sockets.add(from);
    from.on("data", (data) => later(() => to.write(data)));
    from.on("end", () => later(() => to.end()));
    from.on("error", () => later(() => to.resetAndDestroy()));
    from.on("close", () => {
      sockets.delete(from);
      later(() => to.destroySoon());
    });
  };
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const replica = connect({ port: target(), host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
    relay(client, replica);
    relay(replica, client);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
