import { z } from "zod";
import { limits } from "./limits.ts";
import { text } from "./text.ts";

const email = z
  .email("Give an email address, such as ann@example.com.")
  .max(limits.emailCharacters, `An email address has ${limits.emailCharacters} characters at most.`);

/** A password that is there already, right or wrong. */
const givenPassword = z
  .string()
  .min(1, "Give your password.")
  .max(limits.passwordCharacters.max, `A password has ${limits.passwordCharacters.max} characters at most.`);

/** A password to be; whether many people have it is for the backend to say. */
const newPassword = z
  .string()
  .min(limits.passwordCharacters.min, `Use at least ${limits.passwordCharacters.min} characters.`)
  .max(limits.passwordCharacters.max, `Use at most ${limits.passwordCharacters.max} characters.`)
  .refine((value) => /[^\p{Z}\p{C}]/u.test(value), "Use letters, digits or signs, not blanks alone.");

export const newAccountSchema = z.strictObject({
  name: text()
    .trim()
    .min(1, "Give your name, or what you want to be called.")
    .max(limits.nameCharacters, `A name has ${limits.nameCharacters} characters at most.`),
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
export const sessionEndSchema = z.strictObject({ token: z.string().min(1).max(200) });
