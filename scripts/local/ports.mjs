import net from "node:net";
import { errorCode, UserError } from "./user-error.mjs";

/** The two addresses that `localhost` may mean. */
const LOOPBACKS = ["127.0.0.1", "::1"];

/** A port of this machine that nobody listens on now. */
export function freePort() {
  return tryPort(0, "127.0.0.1");
}

/**
 * Refuses a port that something else listens on, naming the variable that chooses another.
 * @param {number} port
 * @param {string} variable
 */
export async function assertPortFree(port, variable) {
  const example = `for example ${variable}=${variable === "PORT" ? 3100 : 8100} npm start`;
  for (const host of LOOPBACKS) {
    const fault = await portFault(port, host);
    if (fault === "EACCES") {
      throw new UserError(`port ${port} needs more rights than you have: choose one above 1023, ${example}`);
    }
    if (fault) {
      throw new UserError(`port ${port} is in use by another program: end that, or choose another port, ${example}`);
    }
  }
}

/**
 * @param {number} port
 * @param {string} host
 * @returns {Promise<string | undefined>} the system's error code, or undefined when the port is free
 */
async function portFault(port, host) {
  // Some systems let us listen beside a program that has taken all addresses: ask whether someone answers first.
  if (await answers(port, host)) return "EADDRINUSE";
  try {
    await tryPort(port, host);
    return undefined;
  } catch (error) {
    const code = errorCode(error);
    // No such address here: a machine without IPv6.
    if (code === "EADDRNOTAVAIL" || code === "EAFNOSUPPORT") return undefined;
    if (code === "EADDRINUSE" || code === "EACCES") return code;
    throw error;
  }
}

/**
 * @param {number} port
 * @param {string} host
 * @returns {Promise<boolean>}
 */
function answers(port, host) {
  return new Promise((resolve) => {
    const socket = net.connect({ port, host, timeout: 1000 });
    for (const event of ["connect", "error", "timeout"]) {
      socket.once(event, () => {
        socket.destroy();
        resolve(event === "connect");
      });
    }
  });
}

/**
 * Listens for a moment.
 * @param {number} port 0 takes any
 * @param {string} host
 * @returns {Promise<number>} the port that it was
 */
function tryPort(port, host) {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once("error", reject);
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(address && typeof address === "object" ? address.port : port));
    });
  });
}
