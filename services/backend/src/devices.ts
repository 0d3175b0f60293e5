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
      path: "/api/auth",
      httpOnly: true,
      secure: this.#secure,
      sameSite: "Lax",
      maxAge: MAX_AGE_SECONDS,
    });
  }

  /** One cookie an account; it does not tell which. */
  #cookieOf(email: string): string {
    const account = this.#sign("device cookie", email).toString("hex").slice(0, 16);
    return `${this.#secure ? "__Secure-" : ""}todo.device_${account}`;
  }

  #sign(...parts: string[]): Buffer {
    return createHmac("sha256", this.#secret).update(parts.join("\0")).digest();
  }
}
