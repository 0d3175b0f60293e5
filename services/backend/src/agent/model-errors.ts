import { MaxTurnsExceededError } from "@openai/agents-core";
import type { RunErrorCode } from "@todo/contract";
import { APIConnectionError, APIError } from "openai";
import { ModelFault } from "./model-fault.ts";

/** Which kind of failure an error of a run is. Imported when one happens: it knows the client's errors, so it loads it. */
export function classify(error: unknown): RunErrorCode {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof ModelFault) return cause.code;
    if (cause instanceof MaxTurnsExceededError) return "turn_limit";
    if (cause instanceof APIConnectionError) return "model_unavailable";
    if (cause instanceof APIError) return fromStatus(cause.status);
  }
  return "internal";
}

function fromStatus(status: number | undefined): RunErrorCode {
  if (status === 401 || status === 403) return "model_unauthorized";
  if (status === 429) return "model_rate_limited";
  if (status === undefined || status >= 500) return "model_unavailable";
  return "model_rejected";
}
