import { type Message, type MessagePart, type Task, type ToolPart, textOf } from "@todo/contract";
import type pg from "pg";
import { scriptFor } from "./asks.ts";
import { get, type Operation } from "./operation.ts";

export const faultKinds = ["lost", "doubled", "unfinished", "mismatched"] as const;
export type FaultKind = (typeof faultKinds)[number];
export type Finding = { kind: FaultKind; what: string };

/** Where the truth is asked for: the database as its owner, whom no policy hides anything from, and the API. */
export type Sources = { db: pg.Pool; url: string };

type RunFacts = { id: string; answerId: string; status: string; crashes: number };
type MessageFacts = { id: string; role: string; status: string; parts: MessagePart[] };
type Facts = {
  runs: RunFacts[];
  messages: (MessageFacts & { text: string })[];
  tasks: { title: string; status: string; deletedAt: Date | null }[];
  events: { kind: string; callId: string; count: number }[];
  effects: { tool: string; count: number }[];
  turns: number;
};

/** Compares what an operation was to do with what the database, the API and its readers have. Empty when all is well. */
export async function examine(sources: Sources, op: Operation): Promise<Finding[]> {
  const facts = await readFacts(sources.db, op);
  const { items } = await get<{ items: Message[] }>(
    `${sources.url}/api/conversations/${op.conversationId}/messages?limit=100`,
    op.user,
  );
  const tasks = await get<{ items: Task[] }>(`${sources.url}/api/tasks?limit=100&q=${op.ask.token}`, op.user);
  return [
    ...examineMessages(facts, op),
    ...examineEffects(facts, op),
    ...examineAnswer(facts, op),
    ...examineReaders(facts, op),
    ...examineApi(facts, items.toReversed(), tasks.items),
  ];
}

function examineMessages({ runs, messages }: Facts, op: Operation): Finding[] {
  const questions = messages.filter((message) => message.role === "user");
  const answers = messages.filter((message) => message.role === "assistant");
  return [
    ...compare("message", questions.filter(({ id, text }) => id === op.messageId && text === op.text).length, 1),
    ...compare("message of the conversation", questions.length, 1),
    ...compare("run", runs.length, 1),
    // An answer that is not there yet is not finished, which is told below; none but one of its own may be there.
    ...(answers.length > 1 ? compare("answer", answers.length, 1) : []),
  ];
}

function examineEffects({ tasks, events, effects, turns }: Facts, op: Operation): Finding[] {
  const { titles } = scriptFor(op.ask);
  const countOf = (kind: string) => events.filter((event) => event.kind === kind).reduce((n, e) => n + e.count, 0);
  const callsOf = (kind: string) => new Set(events.filter((event) => event.kind === kind).map((e) => e.callId)).size;
  const effectsOf = (tool: string) => effects.filter((e) => e.tool === tool).reduce((n, e) => n + e.count, 0);
  return [
    ...titles.flatMap((title) => compare(`task "${title}"`, tasks.filter((task) => task.title === title).length, 1)),
    ...compare("completed task", tasks.filter((task) => task.status === "done" && !task.deletedAt).length, 1),
    ...compare("task in all", tasks.length, 3),
    ...compare("event of an added task", countOf("added"), 2),
    ...compare("event of a completed task", countOf("completed"), 1),
    ...compare("call that added", callsOf("added"), 1),
    ...compare("call that completed", callsOf("completed"), 1),
    ...compare("stored result of add_tasks", effectsOf("add_tasks"), 1),
    ...compare("stored result of complete_tasks", effectsOf("complete_tasks"), 1),
    ...compare("journaled turn", turns, 2),
  ];
}

function examineAnswer({ runs, messages }: Facts, op: Operation): Finding[] {
  const [run] = runs;
  const answer = messages.find((message) => message.id === run?.answerId);
  if (run && run.status !== "done") return [{ kind: "unfinished", what: `the run is ${run.status}` }];
  if (answer?.status !== "complete")
    return [{ kind: "unfinished", what: `the answer is ${answer?.status ?? "missing"}` }];
  const texts = scriptFor(op.ask).texts.join("\n\n");
  const tools = answer.parts.filter((part): part is ToolPart => part.type === "dynamic-tool");
  const shape = answer.parts.map((part) => part.type).join(" ");
  return [
    ...differ("text of the answer", textOf(answer.parts), texts),
    ...differ("stored text", answer.text, texts),
    ...differ("parts of the answer", shape, "step-start text dynamic-tool dynamic-tool step-start text"),
    ...differ("state of its tools", tools.map((tool) => tool.state).join(), "output-available,output-available"),
  ];
}

function examineReaders({ runs, messages }: Facts, op: Operation): Finding[] {
  const stored = messages.find((message) => message.id === runs[0]?.answerId);
  return op.reads.flatMap(({ parts, done, refused }, i): Finding[] => {
    if (!done) return [{ kind: "unfinished", what: `reader ${i} was not told the end: ${refused ?? "time is up"}` }];
    return differ(`what reader ${i} saw`, canonical(parts), canonical(stored?.parts));
  });
}

function examineApi({ messages, tasks }: Facts, listed: Message[], listedTasks: Task[]): Finding[] {
  const short = ({ id, role, status, parts }: MessageFacts) => canonical({ id, role, status, parts });
  const shown = listedTasks.map(({ title, status }) => `${title} ${status}`).sort();
  const kept = tasks
    .filter((task) => !task.deletedAt)
    .map(({ title, status }) => `${title} ${status}`)
    .sort();
  return [
    ...differ("messages of the API", listed.map(short).join(), messages.map(short).join()),
    ...differ("tasks of the API", shown.join(), kept.join()),
  ];
}

function compare(what: string, found: number, wanted: number): Finding[] {
  if (found === wanted) return [];
  return [{ kind: found < wanted ? "lost" : "doubled", what: `${what}: ${found} instead of ${wanted}` }];
}

function differ(what: string, found: string, wanted: string): Finding[] {
  return found === wanted ? [] : [{ kind: "mismatched", what: `${what}: ${found} instead of ${wanted}` }];
}

/** JSON with sorted keys: `jsonb` keeps an order of its own. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, v: unknown) =>
    typeof v === "object" && v !== null && !Array.isArray(v)
      ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1)))
      : v,
  );
}

async function readFacts(db: pg.Pool, { conversationId, user, ask }: Operation): Promise<Facts> {
  const rows = async <Row extends pg.QueryResultRow>(text: string, values: unknown[]) =>
    (await db.query<Row>(text, values)).rows;
  const runs = await rows<RunFacts>(
    `select "id", "answerId", "status", "crashes" from "runs" where "conversationId" = $1`,
    [conversationId],
  );
  const ids = [runs.map((run) => run.id)];
  const [journal] = await rows<{ turns: number }>(
    `select count(*)::int as "turns" from "runJournal" where "runId" = any($1)`,
    ids,
  );
  return {
    runs,
    turns: journal?.turns ?? 0,
    messages: await rows(
      `select "id", "role", "status", "text", "parts" from "messages" where "conversationId" = $1 order by "seq"`,
      [conversationId],
    ),
    tasks: await rows(`select "title", "status", "deletedAt" from "tasks" where "userId" = $1 and "title" like $2`, [
      user.userId,
      `${ask.token}%`,
    ]),
    events: await rows(
      `select "kind", "callId", count(*)::int from "taskEvents" where "runId" = any($1) group by 1, 2`,
      ids,
    ),
    effects: await rows(`select "tool", count(*)::int from "toolEffects" where "runId" = any($1) group by 1`, ids),
  };
}
