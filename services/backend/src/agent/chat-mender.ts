import { randomUUID } from "node:crypto";

type Json = Record<string, unknown>;
type Call = { place: number; theirIndex: unknown; id: string; name: string; argumentsText: string };

const OPENING = "<think>";
const CLOSING = "</think>";

/**
 * Makes the chunks of one Chat Completions answer what the client expects, where servers that speak the protocol differ:
 * calls without an index or all with the same, names repeated in each chunk, arguments as objects or none at all, a reason
 * for the end that is empty or never comes, thoughts between the words. Each was seen of a server that people run.
 */
export class ChatMender {
  readonly #calls: Call[] = [];
  #reason: string | undefined;
  /** What may be the beginning of a mark around thoughts. */
  #held = "";
  #place: "before" | "thinking" | "behind" | "after" = "before";

  /** The answer has said why it ends. */
  get finished(): boolean {
    return this.#reason !== undefined;
  }

  /** The chunk as the client expects it. */
  mend(chunk: Json): Json {
    const [choice, ...more] = list(chunk["choices"]);
    if (choice === undefined) return chunk;
    const delta = object(choice["delta"]);
    const reason = choice["finish_reason"];
    this.#reason = typeof reason === "string" && reason !== "" ? reason : this.#reason;
    const mended: Json = { ...delta };
    if (typeof delta["content"] === "string") mended["content"] = this.#withoutThoughts(delta["content"]);
    if (Array.isArray(delta["tool_calls"]))
      mended["tool_calls"] = list(delta["tool_calls"]).map((call) => this.#call(call));
    const ends = typeof reason === "string" && reason !== "";
    if (ends) this.#close(mended);
    return {
      ...chunk,
      choices: [{ ...choice, delta: mended, finish_reason: ends ? this.#endOf(reason) : null }, ...more],
    };
  }

  /** The end of an answer that has told none, where the stream itself has said that it is over. */
  end(): Json {
    const delta: Json = {};
    this.#close(delta);
    this.#reason = this.#calls.length > 0 ? "tool_calls" : "stop";
    return {
      id: "",
      object: "chat.completion.chunk",
      created: 0,
      model: "",
      choices: [{ index: 0, delta, finish_reason: this.#reason }],
    };
  }

  /** Some say "stop" after calls. */
  #endOf(reason: string): string {
    return reason === "stop" && this.#calls.length > 0 ? "tool_calls" : reason;
  }

  /** What was held back was no mark, and calls without arguments have none to give. */
  #close(delta: Json): void {
    if (this.#held !== "" && this.#place !== "thinking") delta["content"] = `${text(delta["content"])}${this.#held}`;
    this.#held = "";
    const empty = this.#calls.filter(({ argumentsText }) => argumentsText.trim() === "");
    for (const call of empty) call.argumentsText = "{}";
    const filled = empty.map(({ place }) => ({ index: place, function: { arguments: "{}" } }));
    if (filled.length > 0) delta["tool_calls"] = [...list(delta["tool_calls"]), ...filled];
  }

  #call(sent: Json): Json {
    const { name: sentName, arguments: sentArguments } = object(sent["function"]);
    const name = text(sentName);
    const given =
      typeof sentArguments === "object" && sentArguments !== null ? JSON.stringify(sentArguments) : text(sentArguments);
    const known = this.#known(sent, name);
    if (known) {
      known.argumentsText += given;
      return { index: known.place, function: { arguments: given } };
    }
    const id = text(sent["id"]) || `call_${randomUUID()}`;
    const call = { place: this.#calls.length, theirIndex: sent["index"], id, name, argumentsText: given };
    this.#calls.push(call);
    return { index: call.place, id, type: "function", function: { name, arguments: given } };
  }

  /** The call that a piece goes on with; undefined when it begins one. */
  #known(sent: Json, name: string): Call | undefined {
    const id = text(sent["id"]);
    const byId = id === "" ? undefined : this.#calls.find((call) => call.id === id);
    if (byId) return byId;
    const last = this.#calls.findLast(({ theirIndex }) => sent["index"] === undefined || theirIndex === sent["index"]);
    // A name with a new id, or with another name, or after arguments that are whole, begins a call.
    if (name === "" || last === undefined) return name === "" ? last : undefined;
    if (id !== "" || name !== last.name || isWhole(last.argumentsText)) return undefined;
    return last;
  }

  #withoutThoughts(said: string): string {
    let rest = this.#held + said;
    this.#held = "";
    if (this.#place === "before") {
      const start = rest.trimStart();
      if (OPENING.startsWith(start) && start.length < OPENING.length) return this.#hold(rest);
      this.#place = start.startsWith(OPENING) ? "thinking" : "after";
      if (this.#place === "thinking") rest = start.slice(OPENING.length);
    }
    if (this.#place === "thinking") {
      const end = rest.indexOf(CLOSING);
      if (end < 0) return this.#hold(rest.slice(-(CLOSING.length - 1)));
      this.#place = "behind";
      rest = rest.slice(end + CLOSING.length);
    }
    if (this.#place === "behind") rest = rest.trimStart();
    if (rest !== "") this.#place = "after";
    return rest;
  }

  #hold(part: string): string {
    this.#held = part;
    return "";
  }
}

/** A whole answer that came in place of a stream, as the chunks of one. */
export function chunksOf(answer: Json): Json[] {
  const [choice = {}] = list(answer["choices"]);
  const { tool_calls, ...message } = object(choice["message"]);
  const calls = list(tool_calls).map((call, index) => ({ ...call, index }));
  const delta = { ...message, ...(calls.length > 0 && { tool_calls: calls }) };
  const { choices: _, usage, ...rest } = answer;
  const chunk = { ...rest, object: "chat.completion.chunk" };
  return [
    { ...chunk, choices: [{ index: 0, delta, finish_reason: choice["finish_reason"] ?? "stop" }] },
    ...(usage ? [{ ...chunk, choices: [], usage }] : []),
  ];
}

function isWhole(argumentsText: string): boolean {
  try {
    JSON.parse(argumentsText);
    return true;
  } catch {
    // Still being written.
    return false;
  }
}

function list(value: unknown): Json[] {
  return Array.isArray(value) ? value.map(object) : [];
}

function object(value: unknown): Json {
  return isObject(value) ? value : {};
}

export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
