import { verifyClientAddress } from "@todo/contract/client-address";
import { describe, expect, it } from "vitest";
import { clientAddressOf, currentAddress, readProxyHops, SettingError, signedClientAddress } from "./client-address.ts";

const SECRET = "a secret that both sides have, of 32 characters or more";
const FORWARDED = "198.51.100.1, 203.0.113.2,203.0.113.3";

describe("where a request comes from", () => {
  it.each([
    ["no proxy: the connection, whatever is claimed", 0, "192.0.2.9", FORWARDED, "192.0.2.9"],
    ["no proxy, IPv4 in the dress of IPv6", 0, "::ffff:192.0.2.9", undefined, "192.0.2.9"],
    ["one proxy: what it wrote, at the right", 1, "10.0.0.1", FORWARDED, "203.0.113.3"],
    ["two proxies: what the outer one wrote", 2, "10.0.0.1", FORWARDED, "203.0.113.2"],
    ["all that is there is ours", 3, "10.0.0.1", FORWARDED, "198.51.100.1"],
    ["past a proxy: the connection", 4, "10.0.0.1", FORWARDED, "10.0.0.1"],
    ["past the only proxy: the connection", 1, "10.0.0.1", undefined, "10.0.0.1"],
    ["a proxy that does not tell", 1, "10.0.0.1", "203.0.113.2, unknown", "10.0.0.1"],
    ["a proxy that wrote nothing", 1, "10.0.0.1", "203.0.113.2, ", "10.0.0.1"],
    ["a proxy that writes IPv6", 1, "10.0.0.1", "203.0.113.2, 2001:DB8:0:0::7", "2001:db8::7"],
    ["a proxy that writes the port", 1, "10.0.0.1", "203.0.113.2:4711", "203.0.113.2"],
    ["a proxy that writes the port of IPv6", 1, "10.0.0.1", "[2001:db8::7]:4711", "2001:db8::7"],
    ["a proxy that writes brackets", 1, "10.0.0.1", "[2001:db8::7]", "2001:db8::7"],
    ["a connection that is gone", 0, undefined, FORWARDED, undefined],
  ])("%s", (_name, hops, connection, forwarded, address) => {
    expect(clientAddressOf(connection, forwarded, hops)).toBe(address);
  });
});

describe("TRUSTED_PROXY_HOPS", () => {
  it.each([
    [undefined, 0],
    ["", 0],
    [" ", 0],
    ["0", 0],
    [" 2 ", 2],
  ])("%j means %i", (value, hops) => {
    expect(readProxyHops({ NODE_ENV: "test", TRUSTED_PROXY_HOPS: value })).toBe(hops);
  });

  it.each(["-1", "1.5", "10", "one", "true", "1 2", "0x1"])("%j is refused", (value) => {
    const read = () => readProxyHops({ NODE_ENV: "test", TRUSTED_PROXY_HOPS: value });
    expect(read).toThrow(SettingError);
    expect(read).toThrow(`TRUSTED_PROXY_HOPS is "${value}": give the number of proxies`);
  });
});

describe("the address for the backend", () => {
  const env = { NODE_ENV: "test", BETTER_AUTH_SECRET: SECRET } as const;
  const signed = (address: string | undefined, from: NodeJS.ProcessEnv = env) =>
    currentAddress.run(address, () => signedClientAddress(from));

  it("is signed with the secret that the backend has", () => {
    const value = signed("203.0.113.7");
    expect(verifyClientAddress(SECRET, value ?? "", new Date())).toBe("203.0.113.7");
  });

  it("is not told when there is no secret, or no address", () => {
    expect(signed("203.0.113.7", { NODE_ENV: "test" })).toBeUndefined();
    expect(signed("203.0.113.7", { NODE_ENV: "test", BETTER_AUTH_SECRET: "" })).toBeUndefined();
    expect(signed(undefined)).toBeUndefined();
    expect(signedClientAddress(env)).toBeUndefined();
  });
});
