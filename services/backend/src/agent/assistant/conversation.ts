import type { AgentInputItem } from "@openai/agents";
import { type ToolOutput, toolOutputSchema } from "@todo/contract";

/** A tool call of this run with what came back: the contract's output, or the plain sentence of a failure. */
export type Round = {
  readonly tool: string;
  readonly output: ToolOutput;
};

export type Spoken = {
  readonly role: "user" | "assistant";
  readonly text: string;
};

export type Conversation = {
  /** The newest user message, as it was written. */
  readonly message: string;
  /** Messages before it, oldest first, without those of the system. */
  readonly earlier: readonly Spoken[];
  /** What this run has done so far, in the order of its calls. */
  readonly rounds: readonly Round[];
};

/** Sorts a model's input into what was said before the newest message, and what was done for that. */
export function readConversation(message: string, input: string | readonly AgentInputItem[]): Conversation {
  if (typeof input === "string") return { message, earlier: [], rounds: [] };
  const newest = input.findLastIndex((item) => "role" in item && item.role === "user");
  const spoken = input
    .slice(0, Math.max(newest, 0))
    .map(readSpoken)
    .filter((item) => item !== null);
  return { message, earlier: spoken, rounds: readRounds(input.slice(newest + 1)) };
}

function readSpoken(item: AgentInputItem): Spoken | null {
  if (!("role" in item) || item.role === "system") return null;
  const { role, content } = item;
  if (typeof content === "string") return { role, text: content };
  const texts: string[] = [];
  for (const part of content) if (part.type === "input_text" || part.type === "output_text") texts.push(part.text);
  return { role, text: texts.join("\n") };
}

function readRounds(items: readonly AgentInputItem[]): Round[] {
  const results = new Map<string, ToolOutput>();
  for (const item of items) {
    if (item.type === "function_call_result") results.set(item.callId, readOutput(outputText(item.output)));
  }
  const rounds: Round[] = [];
  for (const item of items) {
    if (item.type !== "function_call") continue;
    rounds.push({ tool: item.name, output: results.get(item.callId) ?? failure("No result came back.") });
  }
  return rounds;
}

function outputText(output: (AgentInputItem & { type: "function_call_result" })["output"]): string {
  if (typeof output === "string") return output;
  const parts = Array.isArray(output) ? output : [output];
  return parts.map((part) => ("text" in part && typeof part.text === "string" ? part.text : "")).join("");
}

function readOutput(text: string): ToolOutput {
  try {
    const parsed = toolOutputSchema.safeParse(JSON.parse(text));
    if (parsed.success) return parsed.data;
  } catch {
    // Not JSON: the runner's own sentence about a failure, shown as it is.
    return failure(text);
  }
  return failure("The tool gave back something that I cannot read.");
}

function failure(message: string): ToolOutput {
  return { changes: [], error: { code: "unreadable", message: message.slice(0, 500) } };
}
