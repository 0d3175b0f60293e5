import { z } from "zod";
import { limits } from "./limits.ts";
import { characters, someText } from "./text.ts";

/** As zod's own, with what DNS and mail servers take besides: parts of a host are 63 letters long and end with no hyphen. */
const EMAIL =
  /^(?=[^@]{1,64}@)(?:[A-Za-z0-9_'+-]+\.)*[A-Za-z0-9_'+-]*[A-Za-z0-9_+-]@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}$/;

const email = z
  .string()
  .max(limits.emailCharacters, `An email address has ${limits.emailCharacters} characters at most.`)
  .regex(EMAIL, "Give an email address, such as ann@example.com.")
  .meta({ format: "email" });

/** A password that is there already, right or wrong. */
const givenPassword = characters(
  limits.passwordCharacters.max,
  `A password has ${limits.passwordCharacters.max} characters at most.`,
).min(1, "Give your password.");

/** A password to be; whether many people have it is for the backend to say. */
const newPassword = characters(
  limits.passwordCharacters.max,
  `Use at most ${limits.passwordCharacters.max} characters.`,
)
  .refine(
    (value) => [...value].length >= limits.passwordCharacters.min,
    `Use at least ${limits.passwordCharacters.min} characters.`,
  )
  .refine((value) => /[^\p{Z}\p{C}]/u.test(value), "Use letters, digits or signs, not blanks alone.")
  .meta({ minLength: limits.passwordCharacters.min, pattern: String.raw`^[^\u0000]*[^\p{Z}\p{C}][^\u0000]*$` });

export const newAccountSchema = z.strictObject({
  name: someText(limits.nameCharacters, {
    tooLong: `A name has ${limits.nameCharacters} characters at most.`,
    empty: "Give your name, or what you want to be called.",
  }).trim(),
  email,
  password: newPassword,
});
export type NewAccount = z.infer<typeof newAccountSchema>;

export const credentialsSchema = z.strictObject({ email, password: givenPassword });
export type Credentials = z.infer<typeof credentialsSchema>;

export const passwordChangeSchema = z.strictObject({
  currentPassword: givenPassword,
  newPassword,
  /** Ends all sessions but the one that asks, which gets a new token. */
  revokeOtherSessions: z.boolean().optional(),
});
export type PasswordChange = z.infer<typeof passwordChangeSchema>;

/** Deletes the account for good. */
export const accountDeletionSchema = z.strictObject({ password: givenPassword });

/** One of the tokens that the list of sessions gives. */
export const sessionEndSchema = z.strictObject({ token: characters(200).min(1) });

/** Who has an account, as its own session tells. */
export const accountSchema = z.object({
  id: z.string(),
  name: z.string(),
  email: z.email(),
  emailVerified: z.boolean(),
  image: z.string().nullish(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});

/** A session. Its token is the secret that the cookie holds, signed there. */
export const sessionSchema = z.object({
  id: z.string(),
  token: z.string(),
  userId: z.string(),
  expiresAt: z.iso.datetime(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  ipAddress: z.string().nullish(),
  userAgent: z.string().nullish(),
});

/** What signing in and up give, beside the cookie. */
export const enteredSchema = z.object({ token: z.string().nullable(), user: accountSchema });

/** The session that the request came with, and whose it is; null without one. */
export const ownSessionSchema = z.object({ session: sessionSchema, user: accountSchema }).nullable();

/** How the account service itself refuses, of which the body has another form than that of other errors. */
export const accountRefusalSchema = z.object({ code: z.string(), message: z.string() });
