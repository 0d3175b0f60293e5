import { CLIENT_ADDRESS_HEADER, normalizeAddress } from "@todo/contract/client-address";
import { createMiddleware } from "hono/factory";
import type { AppEnv } from "../app-env.ts";
import type { Deps } from "../deps.ts";

/**
 * Finds out the caller's address: the browser's as the frontend signed it, else the connection's. No other header is
 * asked, since anyone can write them.
 */
export function clientAddress(deps: Pick<Deps, "verifyAddress">) {
  return createMiddleware<AppEnv>(async (c, next) => {
    const signed = c.req.header(CLIENT_ADDRESS_HEADER);
    const verified = signed === undefined ? undefined : deps.verifyAddress(signed);
    if (signed !== undefined && verified === undefined) {
      c.get("log")().warn(
        "x-client-address is forged or over a minute old, so the connection's address counts; if the frontend sent it, " +
          "compare its BETTER_AUTH_SECRET and clock with this server's",
      );
    }
    const address = verified ?? normalizeAddress(c.env.incoming?.socket.remoteAddress ?? "");
    c.set("clientAddress", address);
    // Who tries whose password from where is looked for in the log; no other line has an address.
    c.get("named").address = address;
    await next();
  });
}

/**
 * Who counts as one: an IPv4 address, or an IPv6 network of 64 bits, which is the least that a household gets: counted
 * one by one, its addresses would be as good as no limit.
 * @param address as `normalizeAddress` gives it
 */
export function networkOf(address: string): string {
  if (!address.includes(":")) return address;
  const [left = "", right] = address.split("::");
  const groups = left === "" ? [] : left.split(":");
  if (right !== undefined) {
    const tail = right === "" ? [] : right.split(":");
    groups.push(...Array.from({ length: 8 - groups.length - tail.length }, () => "0"), ...tail);
  }
  return `${groups.slice(0, 4).join(":")}::/64`;
}
