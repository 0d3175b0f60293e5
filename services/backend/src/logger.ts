import { type DestinationStream, type Logger, pino } from "pino";

/**
 * JSON lines. What may hold a secret is never handed to it; the list is a second net under that.
 * Errors lose what drivers attach to them, since queries and requests hold people's words.
 */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: {
      paths: ["password", "token", "cookie", "authorization", "apiKey", "text", "*.password", "*.token", "*.cookie"],
      censor: "[redacted]",
    },
    serializers: { err: describeError },
  };
  return pino(options, destination ?? openStdout());
}

/** How much is kept of what could not be written, in bytes. */
const KEPT_BYTES = 1024 * 1024;

/**
 * Written at once, so that the last line before an exit is not lost. Where nothing can be written (a full disk behind it)
 * lines are lost, and nothing else: a request must not fail since it can't be logged. There is no place to say so.
 */
export function openStdout(fd = 1): DestinationStream {
  const stdout = pino.destination({ dest: fd, sync: true, maxLength: KEPT_BYTES });
  stdout.on("error", () => {});
  return stdout;
}

type ErrorDescription = {
  type: string;
  message: string;
  code?: unknown;
  status?: unknown;
  stack?: string;
  cause?: unknown;
};

function describeError(error: unknown): ErrorDescription | unknown {
  if (!(error instanceof Error)) return typeof error === "string" ? error : "not an error";
  const message = repeatsWhatItWasSent(error)
    ? `a server refused a request (${wordOf(error.type)}, ${wordOf(error.code)}); what it said may repeat what it was sent`
    : withoutSecrets(error.message);
  return {
    type: error.name,
    message,
    ...("code" in error && { code: error.code }),
    ...("status" in error && { status: error.status }),
    ...(error.stack && { stack: withoutSecrets(error.stack.replace(error.message, () => message)) }),
    ...(error.cause !== undefined && { cause: describeError(error.cause) }),
  };
}

type Refusal = Error & { type: unknown; code: unknown };

/** Whether it holds the body of a provider's refusal, as errors of OpenAI's client do: with people's words, at its worst. */
function repeatsWhatItWasSent(error: Error): error is Refusal {
  return "requestID" in error && "error" in error && error.error !== undefined && "type" in error && "code" in error;
}

/** A provider's own name for what went wrong, if it is one. */
function wordOf(name: unknown): string {
  return typeof name === "string" && /^[\w.-]{1,60}$/.test(name) ? name : "no name for it";
}

/** Providers repeat part of the key in their errors, drivers the whole address, and anything the token it was given. */
function withoutSecrets(text: string): string {
  return text
    .replace(/\bsk-[\w*-]{4,}/g, "[key]")
    .replace(/\btodo_[\w-]{43}/g, "[token]")
    .replace(/(postgres(?:ql)?:\/\/[^:@\s]*):[^@\s]*@/g, "$1:[password]@");
}
