import { MaxTurnsExceededError, ModelBehaviorError } from "@openai/agents";
import type { RunErrorCode } from "@todo/contract";
import { APIConnectionError, APIError } from "openai";
import { RunFault } from "../runs/run-fault.ts";

/** Which kind of failure an error of a run is. Imported when one happens: it knows the client's errors, so it loads it. */
export function classify(error: unknown): RunErrorCode {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof RunFault) return cause.code;
    if (cause instanceof MaxTurnsExceededError) return "turn_limit";
    if (cause instanceof APIConnectionError) return "model_unavailable";
    if (cause instanceof APIError) return fromStatus(cause.status);
    if (cause instanceof ModelBehaviorError || isBrokenStream(cause)) return "model_cut_off";
  }
  return "internal";
}

function fromStatus(status: number | undefined): RunErrorCode {
  if (status === 401 || status === 403) return "model_unauthorized";
  if (status === 429) return "model_rate_limited";
  // Told in the middle of a stream.
  if (status === undefined) return "model_cut_off";
  if (status >= 500) return "model_unavailable";
  return "model_rejected";
}

/** What the client throws when the connection breaks in the middle of an answer, or when what comes is no JSON. */
function isBrokenStream(error: Error): boolean {
  if ("code" in error && /^(UND_ERR_|ECONN|EPIPE|ETIMEDOUT)/.test(String(error.code))) return true;
  return error instanceof SyntaxError && error.message.includes("server-sent event");
}
