import { limits, type ToolOutput } from "@todo/contract";
import type { Command, NewTask, Reference, ToolCall } from "./commands.ts";
import type { Conversation } from "./conversation.ts";
import { interpret } from "./follow-up.ts";
import { changesFor, needsRows } from "./patches.ts";
import { resolve } from "./resolve.ts";
import { listAll, listDeleted, listMatching, type Rows, remember } from "./rows.ts";
import { ask, listText, oneLine, outcomeText, taskLine, texts, topicText } from "./wording.ts";

export type Step = { is: "call"; call: ToolCall } | { is: "text"; text: string };

type Naming = Exclude<Extract<Command, { what: Reference }>, { do: "restore" }>;

/** Gives the calls that it wants, one by one, is given what came back, and ends with the lines of the answer. */
type Talk = Generator<ToolCall, string[], ToolOutput>;

// A run has so many turns; one is for the answer, and a command may take three calls.
const mostCalls = limits.run.turns - 4;

/**
 * The next step of a run: a tool call or the answer. The whole talk is played again from the start each time, with the
 * run's results so far, so that nothing has to be remembered between calls or over a crash.
 */
export function nextStep(conversation: Conversation): Step {
  const talk = answer(interpret(conversation));
  let step = talk.next();
  for (const round of conversation.rounds) {
    if (step.done) break;
    // Only when a new version of the grammar takes over a run in its middle: then tell what was done, and do no more.
    if (round.tool !== step.value.tool) return { is: "text", text: tellAll(conversation) };
    step = talk.next(round.output);
  }
  if (!step.done) return { is: "call", call: step.value };
  const first = !conversation.earlier.some((spoken) => spoken.role === "assistant");
  return { is: "text", text: step.value.join("\n") + (first ? `\n\n${texts.noModel}` : "") };
}

function* answer(commands: readonly Command[]): Talk {
  const rows: Rows = { tasks: null, more: false };
  const lines: string[] = [];
  let calls = 0;
  if (commands.every((command) => command.do === "unknown")) return [texts.notUnderstood, texts.howTo];
  for (const command of commands) {
    if (calls >= mostCalls) return [...lines, texts.tooLong];
    const part = perform(command, rows);
    let step = part.next();
    while (!step.done) {
      calls += 1;
      const output: ToolOutput = yield step.value;
      remember(rows, step.value, output);
      step = part.next(output);
    }
    lines.push(...step.value);
  }
  return lines;
}

function* perform(command: Command, rows: Rows): Talk {
  if (command.do === "say") return [topicText(command.topic)];
  if (command.do === "unknown") return [`I did not understand "${oneLine(command.text)}" and changed nothing for it.`];
  if (command.do === "add") return yield* add(command.tasks);
  if (command.do === "list") {
    const output = yield { tool: "list_tasks", input: command.filter };
    if (output.error !== undefined) return [outcomeText("list_tasks", output)];
    return [listText(output.tasks ?? [], command.filter.status, command.about, output.more === true)];
  }
  if (command.do === "undo") return yield* undo(command);
  if (command.do === "restore") return yield* restore(command.what);
  return yield* changeNamed(command, rows);
}

function* undo({ numbers, redo, anyway }: Extract<Command, { do: "undo" }>): Talk {
  const tasks = numbers === null ? null : [...numbers];
  return [outcomeText("undo_changes", yield { tool: "undo_changes", input: { tasks, redo, anyway } })];
}

/** By number at once; by title it is looked for among the deleted ones. */
function* restore(what: Reference): Talk {
  if (what.by === "missing") return [texts.whichMissing];
  if (what.by === "numbers") return [outcomeText("restore_tasks", yield restoring(what.numbers))];
  if (what.by !== "title") return [texts.whichMissing];
  const output = yield listDeleted(what.title);
  if (output.error !== undefined) return [outcomeText("list_tasks", output)];
  const resolved = resolve(what, output.tasks ?? [], "show");
  if (resolved.is === "several") return [ask(resolved.title, resolved.tasks)];
  if (resolved.is === "none" || resolved.numbers.length === 0) return [texts.notInTrash(what.title)];
  return [outcomeText("restore_tasks", yield restoring(resolved.numbers))];
}

function restoring(numbers: readonly number[]): ToolCall {
  return { tool: "restore_tasks", input: { tasks: [...numbers] } };
}

function* add(tasks: readonly NewTask[]): Talk {
  if (tasks.length > limits.run.changes) return [texts.tooMany(tasks.length)];
  return [outcomeText("add_tasks", yield { tool: "add_tasks", input: { tasks: [...tasks] } })];
}

function* changeNamed(command: Naming, rows: Rows): Talk {
  const { what } = command;
  if (what.by === "missing") return [texts.whichMissing];
  if (command.do === "delete" && what.by === "all") {
    return [outcomeText("delete_tasks", yield { tool: "delete_tasks", input: { tasks: null, all: what.scope } })];
  }
  if (command.do === "show" || needsRows(command)) {
    if (rows.tasks === null) {
      const output = yield listAll();
      if (output.error !== undefined) return [outcomeText("list_tasks", output)];
    }
    // Not all fit in one page: the wanted one is looked for by its longest word.
    if (rows.more && (what.by === "place" || what.by === "all")) return [texts.tooManyRows];
    if (rows.more && what.by === "title") yield listMatching(what.title);
  }
  if (command.do === "show") return show(command.what, rows);
  const known = rows.tasks ?? [];
  const resolved = resolve(what, known, command.do);
  if (resolved.is === "several") return [ask(resolved.title, resolved.tasks)];
  if (resolved.is === "none") return [nothingFits(command, resolved.title)];
  if (resolved.numbers.length === 0) return [nothingFits(command, "")];
  const call = callFor(command, resolved.numbers, rows);
  if (typeof call === "string") return [call];
  return [outcomeText(call.tool, yield call)];
}

function show(what: Reference, rows: Rows): string[] {
  const known = rows.tasks ?? [];
  const resolved = resolve(what, known, "show");
  if (resolved.is !== "found") return [texts.notUnderstood];
  return resolved.numbers.map((number) => {
    const task = known.find((row) => row.number === number);
    return task === undefined ? `I found no task #${number}.` : taskLine(task);
  });
}

function callFor(command: Naming, numbers: number[], rows: Rows): ToolCall | string {
  if (command.do === "complete") return { tool: "complete_tasks", input: { tasks: numbers } };
  if (command.do === "reopen") return { tool: "reopen_tasks", input: { tasks: numbers } };
  if (command.do === "delete") return { tool: "delete_tasks", input: { tasks: numbers, all: null } };
  if (command.do !== "update") return texts.notUnderstood;
  if (numbers.length > limits.run.changes) return texts.tooManyChanges(numbers.length);
  const changes = changesFor(command.patch, numbers, rows);
  return typeof changes === "string" ? changes : { tool: "update_tasks", input: { changes } };
}

function nothingFits(command: Naming, title: string): string {
  const { what } = command;
  if (what.by === "title" && what.strict) return texts.notSure;
  if (what.by === "title")
    return `No task fits "${oneLine(title)}", so I changed nothing. Say “show all my tasks” to see their numbers.`;
  return "There is no such task, so I changed nothing.";
}

/** What was committed, told from the results alone. */
function tellAll(conversation: Conversation): string {
  const changes = conversation.rounds.filter((round) => round.tool !== "list_tasks");
  const lines = changes.map((round) => outcomeText(round.tool, round.output));
  return [...lines, texts.tooLong].join("\n");
}
