import type { AgentInputItem, ModelRequest } from "@openai/agents";
import type { Task, TaskChange, ToolOutput } from "@todo/contract";
import type { ShownTasks } from "../../domain/model-context.ts";
import type { ListInput } from "./calls.ts";
import { RuleModel } from "./rule-model.ts";

/** For the tests: the user's tasks, and a runner that hands each call's result back to the model. */
export function task(number: number, title: string, more: Partial<Task> = {}): Task {
  const at = "2026-11-20T08:00:00.000Z";
  return {
    id: `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`,
    number,
    title,
    notes: "",
    status: "open",
    priority: "none",
    tags: [],
    due: null,
    createdAt: at,
    updatedAt: at,
    completedAt: null,
    deletedAt: null,
    ...more,
  };
}

export const tasks: readonly Task[] = [
  task(1, "Call mom"),
  task(2, "Meeting with Ann", { tags: ["work"], notes: "Room 4" }),
  task(3, "Buy groceries", { tags: ["shop"], priority: "high", due: { date: "2026-11-24", time: null, zone: "UTC" } }),
  task(4, "Pay rent", { due: { date: "2026-11-27", time: "17:00", zone: "UTC" } }),
  task(5, "Team meeting"),
  task(6, "Book the dentist"),
  task(7, "Write report", { status: "done" }),
  task(8, "Water plants", { status: "done" }),
  task(9, "Buy oat milk"),
];

export type Call = {
  readonly tool: string;
  readonly input: unknown;
};

export const user = (text: string): AgentInputItem => ({ role: "user", content: text });
export const assistant = (text: string): AgentInputItem => ({
  role: "assistant",
  status: "completed",
  content: [{ type: "output_text", text }],
});

export function request(input: AgentInputItem[] | string): ModelRequest {
  return { input, modelSettings: {}, tools: [], outputType: "text", handoffs: [], tracing: false };
}

/** When and where all of it is said: a Wednesday, 18:20. */
export const clock = { now: new Date("2026-11-25T17:20:00Z"), zone: "Europe/Berlin" };
const nothing: ShownTasks = { changed: [], listed: [] };

export type Tool = (call: Call) => ToolOutput | string;

/** Plays one turn: what was said, each call's result, until the model answers with text. */
export async function turn(
  input: AgentInputItem[],
  tool: Tool = pretend,
  rows: readonly Task[] = tasks,
  shown: ShownTasks = nothing,
) {
  const model = new RuleModel({ ...clock, shown, text: textOf(input.at(-1)) });
  const items = [...input];
  const calls: Call[] = [];
  for (let round = 0; round < 10; round += 1) {
    const { output } = await model.getResponse(request(items));
    const [item] = output;
    if (item?.type === "message" && item.role === "assistant") {
      const text = item.content.map((part) => (part.type === "output_text" ? part.text : "")).join("");
      return { calls, text, changing: calls.filter((call) => call.tool !== "list_tasks"), items };
    }
    if (item?.type !== "function_call") throw new Error("neither text nor a call");
    const call = { tool: item.name, input: JSON.parse(item.arguments) as unknown };
    calls.push(call);
    const result =
      call.tool === "list_tasks" ? { changes: [], tasks: filtered(call.input, rows), more: false } : tool(call);
    const text = typeof result === "string" ? result : JSON.stringify(result);
    items.push(item, {
      type: "function_call_result",
      name: item.name,
      callId: item.callId,
      status: "completed",
      // Both forms occur: the journal stores the first, the SDK gives the second.
      output: round % 2 === 0 ? { type: "text", text } : text,
    });
  }
  throw new Error("more than ten turns");
}

/** The text of a message as these tests write them. */
export function textOf(item: AgentInputItem | undefined): string {
  return item && "content" in item && typeof item.content === "string" ? item.content : "";
}

/** What the list gives for this input, as far as these tests look. */
function filtered(input: unknown, rows: readonly Task[]): Task[] {
  const { status, tag, query, dueBefore, dueAfter } = input as ListInput;
  return rows.filter((row) => {
    if (status !== "all" && status !== "deleted" && row.status !== status) return false;
    if (tag !== null && !row.tags.includes(tag)) return false;
    if (query !== null && !row.title.toLowerCase().includes(query.toLowerCase())) return false;
    if (dueBefore !== null && !(row.due && row.due.date < dueBefore)) return false;
    return dueAfter === null || (row.due !== null && row.due.date > dueAfter);
  });
}

/** Commits nothing in particular: for tests that look at the calls only. */
export function pretend(): ToolOutput {
  return { changes: [] };
}

export function changed(kind: TaskChange["kind"], after: Task, before: Task | null = null): ToolOutput {
  return { changes: [{ kind, before, after }] };
}
