import type { Model } from "@openai/agents";
import type { ShownTasks } from "../domain/model-context.ts";

/** A message, when and where it was sent, and the tasks that the answer before it was about. */
export type Asked = { readonly text: string; readonly now: Date; readonly zone: string; readonly shown: ShownTasks };

/** The model that answers, loaded at its first use. */
export type AssistantModel = {
  /** `rules` without a model, else the model's name. */
  name: string;
  load: (asked: Asked) => Promise<Model>;
  /** Whether its answers cost tokens. */
  costs: boolean;
  /** Longest silence of the model in milliseconds before its answer is given up. */
  silenceMs: number;
  /** The same before its first sign, where it may be longer: a server at home may have to load the model. */
  firstMs?: number;
  /** Whether the SDK may send traces to OpenAI. */
  tracing: boolean;
};

export type ModelSettings = {
  apiKey: string | undefined;
  /** Any server that speaks Chat Completions; without it, OpenAI's Responses API. */
  baseUrl: string | undefined;
  name: string;
  /** How requests are sent; tests lead them elsewhere. */
  fetch?: typeof fetch;
};

const SILENCE_MS = 20_000;
/** Within the time that an answer may take. */
const FIRST_MS = 50_000;

/** The configured model, or the rule-based assistant when neither a key nor an address is set. */
export function createModel({ apiKey, baseUrl, name, fetch }: ModelSettings): AssistantModel {
  if (!apiKey && !baseUrl) {
    const load = async (asked: Asked) => new (await import("./assistant/rule-model.ts")).RuleModel(asked);
    return { name: "rules", load, costs: false, silenceMs: SILENCE_MS, tracing: false };
  }
  const firstMs = baseUrl ? FIRST_MS : SILENCE_MS;
  let model: Promise<Model> | undefined;
  const load = async () => {
    const { createOpenAiModel } = await import("./openai-model.ts");
    return createOpenAiModel({ apiKey, baseUrl, name, fetch, timeoutMs: firstMs });
  };
  return { name, load: () => (model ??= load()), costs: true, firstMs, silenceMs: SILENCE_MS, tracing: false };
}
