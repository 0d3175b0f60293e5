import { AsyncLocalStorage } from "node:async_hooks";
import { subscribe } from "node:diagnostics_channel";
import { IncomingMessage } from "node:http";
import { normalizeAddress, signClientAddress } from "@todo/contract/client-address";

declare global {
  /** Global, since Next loads this file once for each entry: one that finds out addresses, others that ask. */
  var currentClientAddress: AsyncLocalStorage<string | undefined> | undefined;
}

globalThis.currentClientAddress ??= new AsyncLocalStorage();
/** Where the current request comes from; empty before `trackClientAddresses`, and for addresses that are not known. */
export const currentAddress = globalThis.currentClientAddress;

/** What the environment's variables ask for that can't be. */
export class SettingError extends Error {
  override readonly name = "SettingError";
}

/**
 * How many proxies of ours stand in front of the page: each writes the address that it sees at the right end of
 * `X-Forwarded-For`.
 * @throws SettingError
 */
export function readProxyHops(env: NodeJS.ProcessEnv): number {
  const value = env.TRUSTED_PROXY_HOPS?.trim() || "0";
  if (/^\d$/.test(value)) return Number(value);
  throw new SettingError(
    `TRUSTED_PROXY_HOPS is "${value}": give the number of proxies in front of the page, 0 to 9; 0 means none`,
  );
}

/**
 * The address of who sent a request: the connection's, or behind proxies the one that the outermost of them saw.
 * What stands further left anyone may have written. A request that did not come through all of them counts as its
 * connection.
 * @param connection the other end's address
 * @param forwarded the header `X-Forwarded-For`
 */
export function clientAddressOf(
  connection: string | undefined,
  forwarded: string | undefined,
  hops: number,
): string | undefined {
  const seen = hops === 0 ? undefined : forwarded?.split(",").at(-hops);
  return normalizeAddress(withoutPort(seen?.trim() ?? "")) ?? normalizeAddress(connection ?? "");
}

/** Some proxies write the port too: 203.0.113.7:4711, [2001:db8::7]:4711. */
function withoutPort(text: string): string {
  const [, inBrackets, dotted] = /^(?:\[(.*)\](?::\d+)?|([\d.]+):\d+)$/.exec(text) ?? [];
  return inBrackets ?? dotted ?? text;
}

/**
 * From now on each request's handler can tell where it comes from. Next shows it the headers alone, which the sender
 * writes; Node says which connection a request came on right before it hands it to Next, and what is kept here lasts
 * for all that the request sets off.
 * @throws SettingError
 */
export function trackClientAddresses(env: NodeJS.ProcessEnv): void {
  const hops = readProxyHops(env);
  subscribe("http.server.request.start", (message) => {
    const request = requestOf(message);
    const forwarded = request?.headers["x-forwarded-for"];
    const list = Array.isArray(forwarded) ? forwarded.join() : forwarded;
    currentAddress.enterWith(clientAddressOf(request?.socket.remoteAddress, list, hops));
  });
}

function requestOf(message: unknown): IncomingMessage | undefined {
  const request = typeof message === "object" && message !== null && "request" in message ? message.request : undefined;
  return request instanceof IncomingMessage ? request : undefined;
}

/** The current request's address, signed for the backend. Undefined when it is not known or there is no secret. */
export function signedClientAddress(env: NodeJS.ProcessEnv): string | undefined {
  const address = currentAddress.getStore();
  const secret = env.BETTER_AUTH_SECRET;
  return address && secret ? signClientAddress(secret, address, new Date()) : undefined;
}
