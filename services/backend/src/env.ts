import { SECRET_CHARACTERS } from "@todo/contract/client-address";
import { z } from "zod";

/** Named explicitly: the Agents SDK's own default changes between releases. */
const DEFAULT_MODEL = "gpt-5.6-luna";

/** The places where the fault tests kill a backend: before and after each commit that matters. */
export const failpoints = [
  "message:before",
  "message:after",
  "journal:before",
  "journal:after",
  "tool:before",
  "tool:after",
  "chunk:before",
  "chunk:after",
  "finish:before",
  "finish:after",
] as const;

/** Empty means unset, as in `OPENAI_API_KEY= npm start`. */
const optional = <T extends z.ZodType>(schema: T) => z.preprocess((v) => (v === "" ? undefined : v), schema.optional());
const port = z.coerce.number().int().min(1).max(65_535);
/** A number of something that there is at least one of. */
const amount = (fallback: number) =>
  z.preprocess(
    (v) => (v === "" ? undefined : v),
    z.coerce
      .number()
      .int()
      .min(1)
      .max(2 ** 31 - 1)
      .default(fallback),
  );
/** As `amount`, or 0 for as much as one likes. */
const ceiling = (fallback: number) =>
  z.preprocess(
    (v) => (v === "" ? undefined : v),
    z.coerce
      .number()
      .int()
      .min(0)
      .max(2 ** 31 - 1)
      .default(fallback),
  );
const httpUrl = z.url({ protocol: /^https?$/, error: "must be an http or https address" });

const envSchema = z.object({
  PORT: port.default(8000),
  HOST: z.string().default("0.0.0.0"),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: "must be postgres://user:password@host:port/name" }),
  /** Past a transaction pooler, for migrations only. */
  DATABASE_DIRECT_URL: optional(z.url({ protocol: /^postgres(ql)?$/ })),
  BETTER_AUTH_SECRET: z
    .string()
    .min(
      SECRET_CHARACTERS,
      `must have ${SECRET_CHARACTERS} characters at least; make one with: openssl rand -base64 32`,
    ),
  /** The address that people open, which decides about cookies and allowed origins. */
  BETTER_AUTH_URL: httpUrl.default("http://localhost:3000"),
  OPENAI_API_KEY: optional(z.string().min(1)),
  OPENAI_BASE_URL: optional(httpUrl),
  OPENAI_MODEL: z.preprocess((v) => (v === "" ? undefined : v), z.string().min(1).default(DEFAULT_MODEL)),
  /** What one answer of a model may hold at most, all of its turns together: what it says, thinks and calls tools with. */
  ANSWER_MAX_BYTES: amount(1_048_576),
  ANSWER_MAX_TOKENS: amount(128_000),
  /** The pieces in which it comes. */
  ANSWER_MAX_CHUNKS: amount(100_000),
  /** What one user, and all users together, may use of a model in 24 hours; 0 for as much as they like. */
  DAILY_USER_TOKENS: ceiling(2_000_000),
  DAILY_TOKENS: ceiling(0),
  /** `off`: nobody is answered, and no tool is called; all else works. */
  ASSISTANT: z.preprocess((v) => (v === "" ? undefined : v), z.enum(["on", "off"]).default("on")),
  LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "silent"]).default("info"),
  /** For the fault tests: the place where the process kills itself. */
  FAILPOINT: optional(z.enum(failpoints)),
});
export type Env = z.infer<typeof envSchema>;

export class EnvError extends Error {
  override readonly name = "EnvError";
}

/**
 * The settings of the process; the only reader of its environment.
 * @throws EnvError with one line a broken variable, never with its value
 */
export function readEnv(source: NodeJS.ProcessEnv = process.env): Env {
  const parsed = envSchema.safeParse(source);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => `${issue.path.join(".")} ${reason(issue)}`);
  throw new EnvError(lines.join("; "));
}

/** Where migrations go: past a pooler, where one is named. */
export function migrationUrl(env: Pick<Env, "DATABASE_URL" | "DATABASE_DIRECT_URL">): string {
  return env.DATABASE_DIRECT_URL ?? env.DATABASE_URL;
}

function reason(issue: z.core.$ZodIssue): string {
  return issue.code === "invalid_type" && issue.message.includes("undefined") ? "must be set" : issue.message;
}

/** The version of this build. */
export const version = process.env.APP_VERSION ?? "dev";
