import { randomUUID } from "node:crypto";
import { type Model, type ModelRequest, type ModelResponse, type protocol, Usage } from "@openai/agents";
import type { Asked } from "../model.ts";
import { readConversation } from "./conversation.ts";
import { nextStep } from "./plan.ts";

type OutputItem = protocol.AssistantMessageItem | protocol.FunctionCallItem;

/**
 * The assistant for when no language model is configured. To the runner it is a model like any other, so tools, journal
 * and approvals are the same; it reads the request's input and what was asked about, and keeps nothing.
 */
export class RuleModel implements Model {
  readonly #asked: Asked;

  /** @param asked when and where the message was sent, and what its words may refer to */
  constructor(asked: Asked) {
    this.#asked = asked;
  }

  async getResponse(request: ModelRequest): Promise<ModelResponse> {
    return { usage: new Usage(), output: [respond(request, this.#asked)], responseId: responseId() };
  }

  async *getStreamedResponse(request: ModelRequest): AsyncIterable<protocol.StreamEvent> {
    const item = respond(request, this.#asked);
    yield { type: "response_started" };
    for (const delta of deltas(item)) yield { type: "output_text_delta", delta };
    const usage = { requests: 0, inputTokens: 0, outputTokens: 0, totalTokens: 0 };
    yield { type: "response_done", response: { id: responseId(), usage, output: [item] } };
  }
}

function respond(request: ModelRequest, asked: Asked): OutputItem {
  const step = nextStep(readConversation(asked.text, request.input), asked);
  if (step.is === "text") {
    return {
      type: "message",
      role: "assistant",
      status: "completed",
      content: [{ type: "output_text", text: step.text }],
    };
  }
  const { tool, input } = step.call;
  return {
    type: "function_call",
    callId: `call_${randomUUID()}`,
    name: tool,
    status: "completed",
    arguments: JSON.stringify(input),
  };
}

/** Word by word with the space behind it, so that the parts add up to the text. */
function deltas(item: OutputItem): string[] {
  if (item.type === "function_call") return [];
  return item.content.flatMap((part) => (part.type === "output_text" ? (part.text.match(/\s*\S+\s*/g) ?? []) : []));
}

function responseId(): string {
  return `rules_${randomUUID()}`;
}
