import { randomUUID } from "node:crypto";
import { RunFault } from "../runs/run-fault.ts";
import type { Done } from "./model-stream.ts";
import { storable } from "./storable.ts";

type Output = Done["response"]["output"];

/**
 * What a model gave in one turn, as we keep it and go on with it: what goes on is what a replay would give.
 * `callIds` are those of the run's earlier turns; the new ones are added.
 * @throws RunFault when the run's first turn holds nothing
 */
export function mendOutput(output: Output, callIds: Set<string>, turn: number): Output {
  // Some providers count their calls anew in each answer, or give them no ids; what a call did is kept under its id.
  const earlier = new Set(callIds);
  const mended = storable(output).map((item) => {
    if (item.type !== "function_call") return item;
    const callId = item.callId === "" || earlier.has(item.callId) ? `call_${randomUUID()}` : item.callId;
    callIds.add(callId);
    return { ...item, callId };
  });
  if (mended.some((item) => item.type === "function_call") || textIn(mended).trim() !== "") return mended;
  if (turn === 1) throw new RunFault("model_cut_off", "The model said nothing.");
  // After its tools a model may have nothing to add. Without a message the SDK would ask it again and again.
  const nothing = { type: "output_text" as const, text: "" };
  return [...mended, { type: "message", role: "assistant", status: "completed", content: [nothing] }];
}

/** The words of an answer, those in which it declines included. */
export function textIn(output: Output): string {
  return output
    .flatMap((item) => (item.type === "message" && item.role === "assistant" ? item.content : []))
    .map((part) => {
      if (part.type === "output_text") return part.text;
      return part.type === "refusal" ? part.refusal : "";
    })
    .join("");
}
