import { createServer } from "node:http";
import { retireAtSigterm } from "./retire.ts";

// Test helper, a process of its own: a server that retires, and says where it listens. `/slow` takes a while.
retireAtSigterm(process.env);
const server = createServer((request, response) => {
  setTimeout(() => response.end("answered"), request.url === "/slow" ? 300 : 0);
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (address !== null && typeof address === "object") process.stdout.write(`${address.port}\n`);
});
