/** A JSON object of a request, not looked into yet. */
export type Json = Record<string, unknown>;

/**
 * What is wrong with a request, in the way that the real API refuses it with a 400 or 404; undefined when nothing is.
 * Only the rules that an application breaks by itself are here, none about models.
 */
export function problemOf(api: "chat" | "responses", body: Json): string | undefined {
  if (body["stream"] !== true) return "This server only streams.";
  if (typeof body["model"] !== "string") return "Missing required parameter: 'model'.";
  const tools = list(body["tools"]);
  for (const tool of tools) {
    const definition = api === "chat" ? object(tool["function"]) : tool;
    const problem = definition["strict"] === true && strictProblem(object(definition["parameters"]), []);
    if (problem) return `Invalid schema for function '${String(definition["name"])}': ${problem}`;
  }
  return api === "chat" ? chatProblem(list(body["messages"])) : responsesProblem(body, list(body["input"]));
}

/** Every call is answered before anything else is said, and nothing else is answered. */
function chatProblem(messages: Json[]): string | undefined {
  let open: unknown[] = [];
  // Not a rule of OpenAI's, but of many chat templates of servers that speak its protocol.
  if (messages.some(({ role }, i) => role === "system" && i > 0)) return "System message must be at the beginning.";
  const spoken = messages.map(({ role }) => role).filter((role) => role === "user" || role === "assistant");
  if (spoken.some((role, i) => role === "user" && spoken[i - 1] === "user"))
    return "Roles must alternate user/assistant.";
  for (const message of messages) {
    if (message["role"] === "tool") {
      if (!open.includes(message["tool_call_id"])) return "'tool_call_id' does not name a call of the message before.";
      open = open.filter((id) => id !== message["tool_call_id"]);
    } else {
      if (open.length > 0) return "An assistant message with 'tool_calls' must be followed by tool messages.";
      open = list(message["tool_calls"]).map((call) => call["id"]);
      if (new Set(open).size < open.length) return "Duplicate tool call id.";
    }
  }
  return open.length > 0 ? "An assistant message with 'tool_calls' must be followed by tool messages." : undefined;
}

/** Nothing is stored here, so everything that an item refers to must be in the request. */
function responsesProblem(body: Json, input: Json[]): string | undefined {
  if (body["previous_response_id"] || body["conversation"]) return "Nothing is stored here.";
  const calls = new Set<unknown>();
  const outputs = new Set<unknown>();
  for (const item of input) {
    if (item["type"] === "item_reference") return `Item with id '${String(item["id"])}' not found.`;
    if (item["type"] === "reasoning" && typeof item["encrypted_content"] !== "string") {
      return `Item with id '${String(item["id"])}' not found. Items are not persisted when 'store' is set to false.`;
    }
    if (item["type"] === "function_call") {
      if (calls.has(item["call_id"])) return "Duplicate 'call_id'.";
      calls.add(item["call_id"]);
    }
    if (item["type"] === "function_call_output") {
      if (!calls.has(item["call_id"])) return "No tool call found for function call output.";
      outputs.add(item["call_id"]);
    }
  }
  return calls.size > outputs.size ? "No tool output found for function call." : undefined;
}

/** What strict function calling does not take. */
function strictProblem(schema: Json, path: string[]): string | undefined {
  const context = `In context=(${path.join(", ")}),`;
  for (const key of ["$schema", "minLength", "maxLength", "default", "oneOf", "allOf", "not"]) {
    if (key in schema) return `${context} '${key}' is not permitted.`;
  }
  if (schema["type"] === "object") {
    const names = Object.keys(object(schema["properties"]));
    const required = schema["required"];
    if (schema["additionalProperties"] !== false) return `${context} 'additionalProperties' must be false.`;
    if (!Array.isArray(required) || names.some((name) => !required.includes(name))) {
      return `${context} 'required' must include every key in properties.`;
    }
  }
  const inner: [string, Json][] = [
    ...Object.entries(object(schema["properties"])).map(([name, value]): [string, Json] => [name, object(value)]),
    ...list(schema["anyOf"]).map((value, i): [string, Json] => [String(i), value]),
    ...(schema["items"] ? [["items", object(schema["items"])] satisfies [string, Json]] : []),
  ];
  for (const [name, value] of inner) {
    const problem = strictProblem(value, [...path, name]);
    if (problem) return problem;
  }
  return undefined;
}

/** The value as an object, an empty one when it is none. */
export function object(value: unknown): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

/** The objects of a list. */
export function list(value: unknown): Json[] {
  return Array.isArray(value) ? value.map(object) : [];
}
