import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { parse, serialize } from "hono/utils/cookie";

/** The longest that browsers keep a cookie. */
const MAX_AGE_SECONDS = 400 * 24 * 60 * 60;

/**
 * Browsers in which somebody was signed in to an account before: each keeps a signed cookie for each such account, which
 * lets nobody in, but is counted by itself when passwords are guessed. So strangers can't use up its owner's tries.
 */
export class Devices {
  readonly #secret: string;
  readonly #secure: boolean;

  /** `url`: the address that people open. */
  constructor(secret: string, url: string) {
    this.#secret = secret;
    this.#secure = url.startsWith("https:");
  }

  /** The device's own random name; undefined when the request's cookies hold none that we gave for this account. */
  recognise(cookies: string | undefined, email: string): string | undefined {
    const name = this.#cookieOf(email);
    const value = cookies === undefined ? undefined : parse(cookies, name)[name];
    const [, device, signature] = /^([\w-]{22})\.([\w-]{43})$/.exec(value ?? "") ?? [];
    if (!device || !signature) return undefined;
    const expected = this.#sign("device", email, device);
    return timingSafeEqual(Buffer.from(signature, "base64url"), expected) ? device : undefined;
  }

  /** A `Set-Cookie` line by which the device is recognised from now on, under a new name. */
  introduce(email: string): string {
    const device = randomBytes(16).toString("base64url");
    const value = `${device}.${this.#sign("device", email, device).toString("base64url")}`;
    return serialize(this.#cookieOf(email), value, {
      path: "/",
      httpOnly: true,
      secure: this.#secure,
      sameSite: "Lax",
      maxAge: MAX_AGE_SECONDS,
    });
  }

  /** A name for the account that does not tell which it is: the same each time, and of no use without the secret. */
  pseudonym(email: string): string {
    return this.#sign("device cookie", email).toString("hex").slice(0, 16);
  }

  /** One cookie an account. Browsers take `__Host-` over https alone, for this host alone. */
  #cookieOf(email: string): string {
    return `${this.#secure ? "__Host-" : ""}todo.device_${this.pseudonym(email)}`;
  }

  #sign(...parts: string[]): Buffer {
    return createHmac("sha256", this.#secret).update(parts.join("\0")).digest();
  }
}
