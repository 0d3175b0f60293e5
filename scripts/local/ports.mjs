import net from "node:net";
import { errorCode, UserError } from "./user-error.mjs";

/** The two addresses that `localhost` may mean. */
const LOOPBACKS = ["127.0.0.1", "::1"];

/**
 * A port of this machine that nobody listens on now.
 * @returns {Promise<number>}
 */
export async function freePort() {
  const { server, port } = await listen(0, "127.0.0.1");
  await close(server);
  return port;
}

/**
 * Refuses a port that something else listens on, naming the variable that chooses another.
 * @param {number} port
 * @param {string} variable
 */
export async function assertPortFree(port, variable) {
  for (const host of LOOPBACKS) {
    const fault = await portFault(port, host);
    if (fault === "EACCES") {
      throw new UserError(`port ${port} needs more rights than you have: choose one above 1023, ${example(variable)}`);
    }
    if (fault) {
      throw new UserError(
        `port ${port} is in use by another program: end that, or choose another port, ${example(variable)}`,
      );
    }
  }
}

/** @param {string} variable */
function example(variable) {
  return `for example ${variable}=${variable === "PORT" ? 3100 : 8100} npm start`;
}

/**
 * @param {number} port
 * @param {string} host
 * @returns {Promise<string | undefined>} the system's error code, or undefined when the port is free
 */
async function portFault(port, host) {
  // Some systems let us listen beside a program that has taken all addresses: ask whether someone answers first.
  if (await answers(port, host)) {
    return "EADDRINUSE";
  }
  try {
    await close((await listen(port, host)).server);
  } catch (error) {
    const code = errorCode(error);
    if (code === "EADDRINUSE" || code === "EACCES") {
      return code;
    }
    // No such address here: a machine without IPv6.
    if (code !== "EADDRNOTAVAIL" && code !== "EAFNOSUPPORT") {
      throw error;
    }
  }
  return undefined;
}

/**
 * @param {number} port
 * @param {string} host
 * @returns {Promise<boolean>}
 */
function answers(port, host) {
  return new Promise((resolve) => {
    const socket = net.connect({ port, host, timeout: 1000 });
    const finish = (/** @type {boolean} */ result) => {
      socket.destroy();
      resolve(result);
    };
    socket.once("connect", () => finish(true));
    socket.once("error", () => finish(false));
    socket.once("timeout", () => finish(false));
  });
}

/**
 * @param {number} port
 * @param {string} host
 * @returns {Promise<{ server: net.Server, port: number }>}
 */
function listen(port, host) {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once("error", reject);
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address();
      resolve({ server, port: address && typeof address === "object" ? address.port : port });
    });
  });
}

/** @param {net.Server} server */
function close(server) {
  return new Promise((resolve) => server.close(resolve));
}
