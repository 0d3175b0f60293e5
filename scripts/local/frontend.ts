import net from "node:net";
import { pathToFileURL } from "node:url";

// Runs Next (its standalone server, or its command line with arguments) as a child of `npm start`. It holds no state, so
// it ends at once, when told and also when its parent dies; Next itself would wait for open streams.
process.env.NEXT_MANUAL_SIG_HANDLE = "true";
for (const name of ["SIGTERM", "SIGINT", "disconnect"]) process.on(name, () => process.exit(0));

const [node = "", , server = "", ...args] = process.argv;
forwardFromIPv6(Number(process.env.PORT));
process.argv = [node, server, ...args];
await import(pathToFileURL(server).href);

/** Next listens on one address. Where `localhost` means ::1 first, that one is answered too. */
function forwardFromIPv6(port: number): void {
  const entrance = net.createServer({ allowHalfOpen: true }, (client) => {
    const inner = net.connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    client.pipe(inner).pipe(client);
    client.on("error", () => inner.destroy());
    inner.on("error", () => client.destroy());
    client.on("close", () => inner.destroy());
    inner.on("close", () => client.destroy());
  });
  // A machine without IPv6 has nothing to forward from.
  entrance.on("error", (error) => console.error(`not listening on ::1: ${error.message}`));
  entrance.listen({ port, host: "::1", ipv6Only: true });
}
