import { createHmac, createSecretKey, hkdfSync, type KeyObject, timingSafeEqual } from "node:crypto";

// For servers alone: HMAC by the web's own means is asynchronous, and would hold back each request for a moment.

/** The header in which the frontend tells the backend the browser's address. Nothing else does. */
export const CLIENT_ADDRESS_HEADER = "x-client-address";

/** The fewest characters of the secret that both sides have; it signs the session cookies, too. */
export const SECRET_CHARACTERS = 32;

/** How far the two clocks may be apart, and how long a value that somebody got hold of is worth anything. */
const TOLERANCE_MS = 60_000;
const SIGNED = /^(v1;(\d{1,15});([\d.:a-f]{2,45}));([\da-f]{64})$/;

/**
 * The header's value: the address, when it was signed, and a signature that only who has the secret can make.
 * @param address as `normalizeAddress` gives it
 */
export function signClientAddress(secret: string, address: string, at: Date): string {
  const text = `v1;${at.getTime()};${address}`;
  return `${text};${signatureOf(secret, text).toString("hex")}`;
}

/** The address in the header's value; undefined for one that is forged, damaged, or over a minute away from `now`. */
export function verifyClientAddress(secret: string, value: string, now: Date): string | undefined {
  const [, text, at, address, signature] = SIGNED.exec(value) ?? [];
  if (text === undefined || signature === undefined) return undefined;
  if (Math.abs(now.getTime() - Number(at)) > TOLERANCE_MS) return undefined;
  return timingSafeEqual(Buffer.from(signature, "hex"), signatureOf(secret, text)) ? address : undefined;
}

const OCTET = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const IPV4 = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}$`);
const IPV6 = /^[\da-f.]*:[\da-f.:]*$/i;
/** How the URL standard writes an IPv4 address within an IPv6 one. */
const MAPPED = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/;

/**
 * The one form in which an address is compared and counted: IPv4 with dots, also when it comes mapped into IPv6; IPv6
 * in lower case, shortened, without its zone. Undefined for what is no address.
 */
export function normalizeAddress(text: string): string | undefined {
  if (IPV4.test(text)) return text;
  const withoutZone = text.replace(/%.*$/, "");
  const url = `http://[${withoutZone}]`;
  if (!IPV6.test(withoutZone) || !URL.canParse(url)) return undefined;
  const address = new URL(url).hostname.slice(1, -1);
  const [, high, low] = MAPPED.exec(address) ?? [];
  if (high === undefined || low === undefined) return address;
  return [high, low].flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255]).join(".");
}

const keys = new Map<string, KeyObject>();

function signatureOf(secret: string, text: string): Buffer {
  const key = keys.get(secret) ?? deriveKey(secret);
  // A process has one secret, so this holds one key.
  keys.set(secret, key);
  return createHmac("sha256", key).update(text).digest();
}

/** A key for this purpose alone, so that no signature made here is one for a session, nor the other way round. */
function deriveKey(secret: string): KeyObject {
  return createSecretKey(new Uint8Array(hkdfSync("sha256", secret, "", "client address v1", 32)));
}
