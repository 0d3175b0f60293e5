import { limits } from "@todo/contract";
import { CLIENT_ADDRESS_HEADER } from "@todo/contract/client-address";
import { betterAuth } from "better-auth";
import type { Db } from "./domain/context.ts";
import { SESSION_UPDATE_SECONDS } from "./domain/sessions.ts";
import { hashPassword, verifyPassword } from "./password.ts";

export type AuthOptions = {
  db: Db;
  secret: string;
  /** The address that people open. */
  url: string;
  trustedOrigins: string[];
  /** Deletes a user with all that is theirs, once the password was right. */
  leave: (userId: string) => Promise<void>;
};

const DAY_SECONDS = 24 * 60 * 60;

/** Accounts and sessions, on the same database. Loading it takes a while, so it is imported after listening. */
export function createAuth({ db, secret, url, trustedOrigins, leave }: AuthOptions) {
  const isSecure = url.startsWith("https:");
  return betterAuth({
    appName: "todo",
    baseURL: url,
    basePath: "/api/auth",
    secret,
    trustedOrigins,
    database: { db, type: "postgres" },
    emailAndPassword: {
      enabled: true,
      autoSignIn: true,
      minPasswordLength: limits.passwordCharacters.min,
      // The contract counts characters; here an emoji is two.
      maxPasswordLength: 2 * limits.passwordCharacters.max,
      revokeSessionsOnPasswordReset: true,
      password: { hash: hashPassword, verify: verifyPassword },
    },
    // In steps, where it would do it in one statement; what it deletes itself afterwards is gone by then.
    user: { deleteUser: { enabled: true, beforeDelete: ({ id }) => leave(id) } },
    // A revoked session must end at once on every replica, so no copy of it is kept in a cookie. Use prolongs it; the
    // migration `session-lifetime` ends it after 30 days all the same.
    session: {
      expiresIn: 7 * DAY_SECONDS,
      updateAge: SESSION_UPDATE_SECONDS,
      cookieCache: { enabled: false },
      // Otherwise the list of sessions would be refused a day after signing in; what is dangerous asks for the password.
      freshAge: 0,
    },
    // Ours counts in the database, for all replicas together; see middleware/rate-limit.ts.
    rateLimit: { enabled: false },
    advanced: {
      // Browsers take a cookie of the name __Host-… over https alone, for this host alone, and for all of its paths, so no
      // neighbour on a subdomain can plant one. better-auth's own prefix says less.
      cookiePrefix: isSecure ? "__Host-todo" : "todo",
      useSecureCookies: false,
      defaultCookieAttributes: { secure: isSecure },
      // Written by `routes/auth.ts`, whatever the request brought; whole, since it is there to be recognised.
      ipAddress: { ipAddressHeaders: [CLIENT_ADDRESS_HEADER], ipv6Subnet: 128 },
      // A session comes with its user in one query.
      database: { joins: true },
    },
    telemetry: { enabled: false },
    logger: { disabled: true },
    // Its own faults go to `errors.ts` like all others, instead of to the console.
    onAPIError: { throw: true },
  });
}
export type Auth = ReturnType<typeof createAuth>;
