import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A database's address that can be cut off: `refuse` as by a server that ended, `swallow` as by a dead network. */
export async function startRelay(databaseUrl: string) {
  const real = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let swallows = false;
  const server = createServer((client) => {
    const upstream = connect(Number(real.port), real.hostname);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on("data", (data) => swallows || to.write(data));
      from.on("error", () => from.destroy());
      from.on("close", () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  const listen = (port: number) =>
    new Promise<void>((resolve) => {
      server.listen(port, "127.0.0.1", resolve);
    });
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const drop = () => {
    for (const socket of sockets) socket.destroy();
  };
  const url = new URL(databaseUrl);
  url.host = `127.0.0.1:${port}`;
  return {
    url: url.href,
    place: `${url.host}${url.pathname}`,
    refuse() {
      server.close();
      drop();
    },
    swallow() {
      swallows = true;
    },
    async restore() {
      swallows = false;
      drop();
      if (!server.listening) await listen(port);
    },
    close() {
      server.close();
      drop();
    },
  };
}
