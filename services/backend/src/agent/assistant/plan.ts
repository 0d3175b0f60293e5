import { limits, type Task, type ToolOutput } from "@todo/contract";
import type { Clock, Draft, Filter, Frame, Selection } from "@todo/language";
import type { Asked } from "../model.ts";
import type { NewTask, ToolCall } from "./calls.ts";
import type { Conversation } from "./conversation.ts";
import { byTag, byWord, hasWord, listInput, narrow } from "./groups.ts";
import { interpret, type Order } from "./interpret.ts";
import { buildsOnRow, changesFor } from "./patches.ts";
import { choose, type Purpose, type Resolved, resolve } from "./resolve.ts";
import { listAll, listDeleted, listMatching, type Rows, remember } from "./rows.ts";
import { ask, listText, oneLine, outcomeText, questionText, taskLine, texts, topicText } from "./wording.ts";

export type Step = { is: "call"; call: ToolCall } | { is: "text"; text: string };

type Named = Extract<Frame, { what: Selection }>;
type State = { readonly rows: Rows; readonly clock: Clock };

/** Gives the calls that it wants, one by one, is given what came back, and ends with what it found out. */
type Talk<Result = string[]> = Generator<ToolCall, Result, ToolOutput>;

// A run has so many turns; one is for the answer, and an order may take three calls.
const MOST_CALLS = limits.run.turns - 4;

/**
 * The next step of a run: a tool call or the answer. The whole talk is played again from the start each time, with the
 * run's results so far, so that nothing has to be remembered between calls or over a crash.
 */
export function nextStep(conversation: Conversation, asked: Asked): Step {
  const talk = answer(interpret(conversation, asked), { now: asked.now, zone: asked.zone });
  let step = talk.next();
  for (const round of conversation.rounds) {
    if (step.done) break;
    // Only when a new version of the reader takes over a run in its middle: then tell what was done, and do no more.
    if (round.tool !== step.value.tool) return { is: "text", text: tellAll(conversation) };
    step = talk.next(round.output);
  }
  if (!step.done) return { is: "call", call: step.value };
  const first = !conversation.earlier.some((spoken) => spoken.role === "assistant");
  return { is: "text", text: step.value.join("\n") + (first ? `\n\n${texts.noModel}` : "") };
}

function* answer(orders: readonly Order[], clock: Clock): Talk {
  const state: State = { rows: { tasks: null, more: false }, clock };
  const lines: string[] = [];
  let calls = 0;
  if (orders.every((order) => order.do === "unknown")) return [texts.notUnderstood, texts.howTo];
  for (const order of orders) {
    if (calls >= MOST_CALLS) return [...lines, texts.tooLong];
    const part = perform(order, state);
    let step = part.next();
    while (!step.done) {
      calls += 1;
      const output: ToolOutput = yield step.value;
      remember(state.rows, step.value, output);
      step = part.next(output);
    }
    lines.push(...step.value);
  }
  return lines;
}

function* perform(order: Order, state: State): Talk {
  switch (order.do) {
    case "say":
      return [topicText(order.topic)];
    case "ask":
      return [questionText(order.question)];
    case "unknown":
      return [`I did not understand "${oneLine(order.words)}" and changed nothing for it.`];
    case "add":
      return yield* add(order.tasks, order.told);
    case "find":
      return yield* find(order.filter, order.said, state);
    case "undo":
      return yield* undo(order);
    case "restore":
      return yield* restore(order.what);
    case "reply":
      return yield* reply(order, state);
    default:
      return yield* changeNamed(order, state);
  }
}

function* add(drafts: readonly Draft[], told: readonly string[]): Talk {
  if (drafts.length > limits.run.changes) return [texts.tooMany(drafts.length)];
  const output = yield { tool: "add_tasks", input: { tasks: drafts.map(newTask) } };
  return [outcomeText("add_tasks", output), ...told];
}

function newTask({ title, notes, priority, tags, due }: Draft): NewTask {
  const when = due && (due.time === null ? due.day : `${due.day}T${due.time}`);
  return { title, notes, priority, tags: tags.length > 0 ? [...tags] : null, due: when };
}

function* find(filter: Filter, said: string, { clock }: State): Talk {
  const listed = yield* list(filter, clock);
  if (typeof listed === "string") return [listed];
  return [listText(listed.tasks, filter.status, said, listed.more)];
}

/** The tasks that a filter means, as far as they fit a page, or a sentence that says what went wrong. */
function* list(filter: Filter, clock: Clock): Talk<{ tasks: Task[]; more: boolean } | string> {
  const tagged = byTag(filter);
  const first = yield { tool: "list_tasks", input: tagged ?? listInput(filter) };
  if (first.error !== undefined) return outcomeText("list_tasks", first);
  const none = (first.tasks ?? []).length === 0;
  if (tagged === null || !none) {
    return { tasks: narrow(filter, first.tasks ?? [], clock), more: first.more === true };
  }
  const output = yield { tool: "list_tasks", input: byWord(filter) };
  if (output.error !== undefined) return outcomeText("list_tasks", output);
  const rows = (output.tasks ?? []).filter((task) => filter.label === undefined || hasWord(task, filter.label));
  return { tasks: narrow(filter, rows, clock), more: output.more === true };
}

function* undo({ numbers, redo, anyway }: Extract<Frame, { do: "undo" }>): Talk {
  const tasks = numbers === null ? null : [...numbers];
  return [outcomeText("undo_changes", yield { tool: "undo_changes", input: { tasks, redo, anyway } })];
}

/** By number at once; by name it is looked for among the deleted ones. */
function* restore(what: Selection): Talk {
  if (what.by === "numbers") return [outcomeText("restore_tasks", yield restoring(what.numbers))];
  if (what.by !== "name") return [texts.whichMissing];
  const output = yield listDeleted(what.name);
  if (output.error !== undefined) return [outcomeText("list_tasks", output)];
  const resolved = resolve(what.name, output.tasks ?? [], "restore");
  if (resolved.is === "several") return [ask(resolved.title, resolved.tasks)];
  if (resolved.is === "none" || resolved.numbers.length === 0) return [texts.notInTrash(what.name)];
  return [outcomeText("restore_tasks", yield restoring(resolved.numbers))];
}

function restoring(numbers: readonly number[]): ToolCall {
  return { tool: "restore_tasks", input: { tasks: [...numbers] } };
}

/** The answer to "Which one do you mean": of what was left open, the first that the choice fits. */
function* reply({ pending, choice }: Extract<Order, { do: "reply" }>, state: State): Talk {
  const failed = yield* lookUp(state);
  if (failed !== null) return [failed];
  for (const frame of pending) {
    if (frame.do === "restore") continue;
    if (frame.what.by === "missing" && choice.by !== "places") {
      return yield* changeNamed({ ...frame, what: choice }, state);
    }
    if (frame.what.by !== "name") continue;
    const named = resolve(frame.what.name, state.rows.tasks ?? [], frame.do, frame.what.strict);
    const chosen = named.is === "several" ? choose(choice, named.tasks, frame.do) : null;
    if (chosen?.is === "several") return [ask(chosen.title, chosen.tasks)];
    if (chosen?.is === "found") return yield* apply(frame, chosen.numbers, state);
  }
  return [texts.notUnderstood, texts.howTo];
}

function* changeNamed(frame: Exclude<Named, { do: "restore" }>, state: State): Talk {
  const { what } = frame;
  if (what.by === "missing") return [texts.whichMissing];
  if (what.by === "group" && frame.do === "delete" && isWhole(what.filter)) {
    const all = what.filter.status === "deleted" ? "all" : what.filter.status;
    return [outcomeText("delete_tasks", yield { tool: "delete_tasks", input: { tasks: null, all } })];
  }
  const resolved = yield* numbersOf(frame, what, state);
  if (typeof resolved === "string") return [resolved];
  if (resolved.is === "several") return [ask(resolved.title, resolved.tasks)];
  if (resolved.is === "none" || resolved.numbers.length === 0) return [nothingFits(frame, resolved)];
  return yield* apply(frame, resolved.numbers, state);
}

/** The numbers of the tasks that are meant; a sentence when they can't be looked through. */
function* numbersOf(frame: Exclude<Named, { do: "restore" }>, what: Selection, state: State): Talk<Resolved | string> {
  const { rows, clock } = state;
  if (what.by === "numbers" && frame.do !== "show" && !(frame.do === "change" && buildsOnRow(frame.patch))) {
    return { is: "found", numbers: [...what.numbers] };
  }
  if (what.by === "group") {
    const listed = yield* list({ ...what.filter, status: scopeFor(frame.do, what.filter.status) }, clock);
    if (typeof listed === "string") return listed;
    return listed.more ? texts.tooManyRows : { is: "found", numbers: listed.tasks.map(({ number }) => number) };
  }
  const failed = yield* lookUp(state);
  if (failed !== null) return failed;
  if (what.by === "numbers") return { is: "found", numbers: [...what.numbers] };
  if (what.by !== "name") return { is: "none", title: "" };
  // Not all fit in one page: the wanted one is looked for by its longest word.
  if (rows.more) yield listMatching(what.name);
  return resolve(what.name, rows.tasks ?? [], frame.do, what.strict);
}

/** Takes up the user's tasks, once; a sentence when that failed. */
function* lookUp({ rows }: State): Talk<string | null> {
  if (rows.tasks !== null) return null;
  const output = yield listAll();
  return output.error === undefined ? null : outcomeText("list_tasks", output);
}

function* apply(frame: Exclude<Named, { do: "restore" }>, numbers: number[], { rows, clock }: State): Talk {
  if (frame.do === "show") return show(numbers, rows);
  const call = callFor(frame, numbers, rows, clock);
  return typeof call === "string" ? [call] : [outcomeText(call.tool, yield call)];
}

function show(numbers: readonly number[], rows: Rows): string[] {
  return numbers.map((number) => {
    const task = rows.tasks?.find((row) => row.number === number);
    return task === undefined ? `I found no task #${number}.` : taskLine(task);
  });
}

function callFor(
  frame: Exclude<Named, { do: "restore" | "show" }>,
  numbers: number[],
  rows: Rows,
  clock: Clock,
): ToolCall | string {
  if (frame.do === "complete") return { tool: "complete_tasks", input: { tasks: numbers } };
  if (frame.do === "reopen") return { tool: "reopen_tasks", input: { tasks: numbers } };
  if (frame.do === "delete") return { tool: "delete_tasks", input: { tasks: numbers, all: null } };
  if (numbers.length > limits.run.changes) return texts.tooManyChanges(numbers.length);
  const changes = changesFor(frame.patch, numbers, rows, clock);
  return typeof changes === "string" ? changes : { tool: "update_tasks", input: { changes } };
}

/** Whether a group is all tasks, or all of one status, which the tool knows by name. */
function isWhole({ status: _, ...rest }: Filter): boolean {
  return Object.values(rest).every((value) => value === undefined);
}

function scopeFor(purpose: Purpose, said: Filter["status"]): Filter["status"] {
  if (purpose === "reopen") return "done";
  // "Make all tasks urgent" means those that are still to be done.
  return purpose === "complete" || (purpose === "change" && said === "all") ? "open" : said;
}

function nothingFits({ what }: Named, resolved: Resolved): string {
  if (what.by === "name" && what.strict) return texts.notSure;
  const title = resolved.is === "none" ? resolved.title : "";
  if (what.by === "name") {
    return `No task fits "${oneLine(title || what.name)}", so I changed nothing. Say “show all my tasks” to see their numbers.`;
  }
  if (what.by === "group")
    return `There are no such tasks${what.said === "" ? "" : ` (${what.said})`}, so I changed nothing.`;
  return "There is no such task, so I changed nothing.";
}

/** What was committed, told from the results alone. */
function tellAll(conversation: Conversation): string {
  const changes = conversation.rounds.filter((round) => round.tool !== "list_tasks");
  const lines = changes.map((round) => outcomeText(round.tool, round.output));
  return [...lines, texts.tooLong].join("\n");
}
