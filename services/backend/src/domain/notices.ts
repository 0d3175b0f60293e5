import { type Chunk, limits, type Notice, type RunErrorCode } from "@todo/contract";

const sentences: Record<RunErrorCode, string> = {
  model_unauthorized:
    "The model refused the API key. Ask whoever runs this app to check OPENAI_API_KEY, then try again.",
  model_rate_limited: "The model is busy, or its quota is used up. Wait a minute, then try again.",
  model_unavailable: "The model can't be reached right now. Your message is kept; try again in a moment.",
  model_rejected:
    "The model did not accept the request. Ask whoever runs this app to check OPENAI_MODEL and OPENAI_BASE_URL.",
  model_cut_off: "The model's answer broke off. Try again; what was already done stays done.",
  model_silent: "The model stopped answering. Try again; what was already done stays done.",
  model_broken_tool_call: "The model asked for something that makes no sense, so nothing was done. Try again.",
  call_limit: `The model wanted more than ${limits.run.callsPerTurn} things at once, so none of them were done. Try again, or ask for less at once.`,
  answer_limit:
    "The answer grew longer than an answer may be, so I ended it here. What it says above is kept. Try again, or ask for less at once.",
  token_limit:
    "As much of the assistant is used up as may be in a day. Your message is kept; try again later, within 24 hours at the latest. The list beside the chat works as always.",
  assistant_off:
    "The assistant is switched off at the moment. Your message is kept; try again later. The list beside the chat works as always.",
  turn_limit: `I stopped after ${limits.run.turns} steps without an end. Ask for less at once.`,
  time_limit: `I stopped after ${limits.run.seconds} seconds. Try again, or ask for less at once.`,
  run_crashed: "Something here broke off several times while I was answering. Try again.",
  run_sealed:
    "This answer grew too large to be kept whole, so it ended here. What was done stays done; ask again in a new message.",
  internal: "Something went wrong here. Your message is kept; try again.",
};

/** What another try of the same answer would only lead to again. */
const final: ReadonlySet<RunErrorCode> = new Set(["turn_limit", "run_sealed"]);

/** What the user is told: what happened, and what to do. Never the provider's own words, which may hold secrets. */
export function noticeFor(code: RunErrorCode): Notice {
  return { code, message: sentences[code], retry: !final.has(code) };
}

/** The chunks that end the log of a run that failed. */
export function failedChunks(notice: Notice): Chunk[] {
  return [
    { type: "data-notice", data: notice },
    { type: "error", errorText: notice.message },
    { type: "finish", finishReason: "error" },
  ];
}
