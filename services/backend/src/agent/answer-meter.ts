import { limits } from "@todo/contract";
import { z } from "zod";
import { RunFault } from "../runs/run-fault.ts";
import type { StreamEvent } from "./model-stream.ts";

/**
 * Measures a turn of the model while it comes in, so that one that has no measure is refused before it is collected,
 * stored or given to the SDK, which compares each call of a turn with each other.
 *
 * A turn with too many calls ends the run: none of it is done, and the user is told. Its model is not asked for less
 * instead: no sensible answer needs so many, so it would be asked again, at the user's cost, until the turns run out.
 */
export class AnswerMeter {
  /** The calls of the turn that have begun, by how the provider tells them apart. */
  readonly #calls = new Set<unknown>();

  /** Takes in one more event. @throws RunFault `call_limit` */
  read(event: StreamEvent): void {
    if (event.type === "response_done") this.end(event.response.output);
    if (event.type !== "model") return;
    for (const call of callsIn(event.event)) {
      this.#calls.add(call);
      assertFew(this.#calls.size);
    }
  }

  /** Takes in a whole turn. @throws RunFault `call_limit` */
  end(output: readonly { type?: unknown }[]): void {
    assertFew(output.filter(({ type }) => isCall(type)).length);
  }
}

function assertFew(calls: number): void {
  if (calls <= limits.run.callsPerTurn) return;
  throw new RunFault("call_limit", `The model made more than ${limits.run.callsPerTurn} calls in one turn.`);
}

/** A piece of Chat Completions. */
const chatSchema = z.object({
  choices: z.array(
    z.object({ delta: z.object({ tool_calls: z.array(z.object({ index: z.unknown() })).nullish() }).nullish() }),
  ),
});
/** The event of Responses that begins an item. */
const itemSchema = z.object({
  type: z.literal("response.output_item.added"),
  output_index: z.unknown(),
  item: z.object({ type: z.string() }),
});

/** What tells the calls apart that a provider's own event speaks of. */
function callsIn(event: unknown): unknown[] {
  const chat = chatSchema.safeParse(event).data;
  if (chat) return chat.choices.flatMap(({ delta }) => (delta?.tool_calls ?? []).map(({ index }) => index));
  const added = itemSchema.safeParse(event).data;
  return added && isCall(added.item.type) ? [added.output_index] : [];
}

/** Providers have several kinds of calls, and the next release of the SDK may know another. */
function isCall(type: unknown): boolean {
  return type !== "message" && type !== "reasoning";
}
