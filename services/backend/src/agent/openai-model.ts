import {
  getDefaultModelSettings,
  gpt5ReasoningSettingsRequired,
  type Model,
  type ModelRequest,
  type ModelSettings,
  OpenAIChatCompletionsModel,
  OpenAIResponsesModel,
} from "@openai/agents";
import { OpenAI } from "openai";
import { RunFault } from "../runs/run-fault.ts";
import { withMendedChat } from "./chat-stream.ts";

export type OpenAiOptions = {
  apiKey: string | undefined;
  /** Any server that speaks Chat Completions; without it, OpenAI's Responses API. */
  baseUrl: string | undefined;
  name: string;
  /** How requests are sent; tests lead them elsewhere. */
  fetch?: typeof fetch | undefined;
  /** Longest time in milliseconds until an answer begins. */
  timeoutMs: number;
};

type StreamEvent = ReturnType<Model["getStreamedResponse"]> extends AsyncIterable<infer E> ? E : never;

/** A model behind OpenAI's client. Loaded at its first use, since that client is large. */
export function createOpenAiModel(options: OpenAiOptions): Model {
  const { apiKey, baseUrl, name, timeoutMs: timeout } = options;
  const fetch = withBoundedBody(withoutLongWaits(withoutRedirects(options.fetch ?? globalThis.fetch)));
  if (baseUrl === undefined) {
    const client = new OpenAI({ apiKey: apiKey ?? "none", maxRetries: 1, timeout, fetch });
    return withSettings(new OpenAIResponsesModel(client, name), responsesSettings(name));
  }
  // Local servers want no key, but the client insists on one.
  const settings = { apiKey: apiKey ?? "none", baseURL: baseUrl, maxRetries: 1, timeout };
  const client = new OpenAI({ ...settings, fetch: withMendedChat(fetch) });
  return withCheckedEnd(new OpenAIChatCompletionsModel(client, name));
}

/**
 * Nothing stays at OpenAI: each request holds all that the model needs. A model that reasons then wants its earlier
 * reasoning back, encrypted; one that does not refuses to be asked for it.
 */
function responsesSettings(name: string): ModelSettings {
  const reasons = gpt5ReasoningSettingsRequired(name) || /^o\d/.test(name);
  const providerData = reasons ? { include: ["reasoning.encrypted_content"] } : {};
  return { ...getDefaultModelSettings(name), store: false, providerData };
}

/** A model that gets these settings with every request. */
function withSettings(model: Model, settings: ModelSettings): Model {
  const add = (request: ModelRequest) => ({ ...request, modelSettings: { ...settings, ...request.modelSettings } });
  return {
    getResponse: (request) => model.getResponse(add(request)),
    getStreamedResponse: (request) => model.getStreamedResponse(add(request)),
  };
}

/** Reasons for an end in the middle: out of tokens or resources, filtered, failed. Servers have their own words for it. */
const BROKEN_OFF = /length|max|error|filter|safety|abort|cancel|insufficient/i;

/**
 * The SDK takes a Chat Completions stream that just ends, or that was broken off, for a whole answer.
 * Only the last chunk tells them apart.
 */
function withCheckedEnd(model: Model): Model {
  return {
    getResponse: (request) => model.getResponse(request),
    async *getStreamedResponse(request) {
      let reason: string | undefined;
      for await (const event of model.getStreamedResponse(request)) {
        reason = finishReason(event) ?? reason;
        if (event.type === "response_done" && (reason === undefined || BROKEN_OFF.test(reason))) {
          throw new RunFault("model_cut_off", `The model's stream ended, reason: ${reason ?? "none given"}.`);
        }
        yield event;
      }
    },
  };
}

function finishReason(event: StreamEvent): string | undefined {
  if (event.type !== "model" || !("choices" in event.event)) return undefined;
  const { choices } = event.event;
  const reason: unknown = Array.isArray(choices) ? choices[0]?.finish_reason : undefined;
  return typeof reason === "string" && reason !== "" ? reason : undefined;
}

/** Follows nobody elsewhere: key and conversation are meant for the configured address alone. */
function withoutRedirects(send: typeof fetch): typeof fetch {
  return (input, init) => send(input, { ...init, redirect: "error" });
}

/** Longest pause in seconds before the client tries again. It would wait for up to a minute, unseen. */
const LONGEST_PAUSE = 5;

/** Passes a refusal on that asks for a long pause, instead of sitting it out. */
function withoutLongWaits(send: typeof fetch): typeof fetch {
  return async (input, init) => {
    const response = await send(input, init);
    const pause = Number(response.headers.get("retry-after") ?? 0);
    if (response.ok || pause <= LONGEST_PAUSE) return response;
    const headers = new Headers(response.headers);
    headers.set("x-should-retry", "false");
    return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
  };
}

/** Most bytes of one response: far more than an answer needs, and little enough to be held at once. */
const LONGEST_RESPONSE = 32 * 1024 * 1024;

/** Ends a response that grows too long, since the client collects an event, or a refusal, before it hands it on. */
function withBoundedBody(send: typeof fetch): typeof fetch {
  return async (input, init) => {
    const response = await send(input, init);
    let bytes = 0;
    const bounded = response.body?.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          bytes += chunk.byteLength;
          if (bytes <= LONGEST_RESPONSE) controller.enqueue(chunk);
          else controller.error(new RunFault("answer_limit", `The response has more than ${LONGEST_RESPONSE} bytes.`));
        },
      }),
    );
    const { status, statusText, headers } = response;
    return new Response(bounded ?? null, { status, statusText, headers });
  };
}
