import { type Answer, callsOf, errorBody, piecesOf, slices, type TurnContext } from "./turn.ts";

/** Streams an answer as Chat Completions. False when the client has left before its end. */
export async function streamChat(answer: Answer, ctx: TurnContext): Promise<boolean> {
  const { ending = "complete" } = answer;
  const base = {
    id: `chatcmpl-${ctx.number}`,
    object: "chat.completion.chunk",
    created: 1_700_000_000,
    model: ctx.model,
  };
  const tell = (delta: object, finishReason: string | null = null) =>
    ctx.send({ ...base, choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }], usage: null });

  tell({ role: "assistant", content: "", refusal: null });
  if (answer.reasoning !== undefined) tell({ reasoning: answer.reasoning });
  for (const piece of piecesOf(answer)) {
    if (typeof piece === "string") tell({ content: piece });
    else if (!(await ctx.wait(piece))) return false;
  }
  if (answer.refusal !== undefined) tell({ refusal: answer.refusal });
  const calls = callsOf(answer, ctx.number);
  for (const [index, { id, name, args }] of calls.entries()) {
    tell({ tool_calls: [{ index, id, type: "function", function: { name, arguments: "" } }] });
    for (const part of slices(args)) tell({ tool_calls: [{ index, function: { arguments: part } }] });
  }

  if (ending === "error") ctx.send(errorBody(500, "The engine is overloaded."));
  if (ending !== "complete" && ending !== "length") return true;
  const normally = calls.length > 0 ? "tool_calls" : "stop";
  tell({}, ending === "length" ? "length" : normally);
  if (answer.usage !== false) ctx.send({ ...base, choices: [], usage: USAGE });
  ctx.sendRaw("data: [DONE]\n\n");
  return true;
}

const USAGE = {
  prompt_tokens: 120,
  completion_tokens: 12,
  total_tokens: 132,
  prompt_tokens_details: { cached_tokens: 100 },
  completion_tokens_details: { reasoning_tokens: 0 },
};
