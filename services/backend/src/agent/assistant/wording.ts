import { countChanges, type Task, type TaskChange, type TaskRef, type ToolOutput } from "@todo/contract";
import type { Question, Topic } from "@todo/language";

/** All that the assistant says. Each line about a task begins with its number: `mentioned` reads them back. */
export const texts = {
  noModel: "No language model is configured, so I answer by fixed rules. Say “help” to see what I understand.",
  notUnderstood: "I did not understand that, so I changed nothing.",
  tooLong: "I stopped there: that was too much for one message. Please say the rest again.",
  tooMany: (count: number) =>
    `That is ${count} tasks, and I add at most 20 at once. Nothing was added: please send fewer.`,
  tooManyChanges: (count: number) => `That is ${count} tasks, and I change at most 20 at once. Nothing was changed.`,
  tooManyRows: "You have more tasks than I can look through at once, so I changed nothing. Please name them by number.",
  notSure: "I am not sure which task you mean, so I changed nothing. Say for example “mark task 3 as done”.",
  question: "Which one do you mean",
  whichMissing: "Which one do you mean? Say its number or part of its title.",
  titleQuestion: "What should the task be called?",
  dateQuestion: "To which day?",
  english: "Without a language model I understand English only, so I changed nothing. Say “help” for examples.",
  notInTrash: (title: string) => `No deleted task fits "${oneLine(title)}". Say “what did I delete?” to see them.`,
  undoAnyway: "Nothing was changed. Say “undo anyway” to lose that change.",
  undoRest: (left: number) => `${left} more changes are left of it: say “undo” again to go on.`,
  rejected: "You declined, so nothing was changed.",
  howTo: [
    "This is what I understand:",
    "Add: “add buy milk tomorrow at 5pm, high priority, #home”",
    "Show: “show all my tasks”, “what is pending?”, “what is due this week?”, “find milk”",
    "Complete: “mark task 3 as complete”, “done with groceries”, “reopen task 3”",
    "Change: “rename task 2 to call mum”, “move task 3 to friday”, “make task 4 urgent”, “tag task 2 with home”",
    "Delete: “delete the meeting task”, “delete all done tasks”, “what did I delete?”",
    "Take back: “undo”, “undo task 3”, “redo”, “restore the meeting task”",
  ].join("\n"),
} as const;

const topics: Readonly<Record<Topic, string>> = {
  help: texts.howTo,
  greeting: "Hello! Tell me what to add, show, complete, change or delete.",
  thanks: "You are welcome.",
  nothing: "All right, I changed nothing.",
  "never-mind": "All right, I changed nothing.",
  "other-language": texts.english,
};

/** The fixed answer to a topic. */
export function topicText(topic: Topic): string {
  return topics[topic];
}

/** What is asked, or what there is not. */
export function questionText(question: Question): string {
  switch (question.about) {
    case "title":
      return texts.titleQuestion;
    case "date":
      return texts.dateQuestion;
    case "words":
      return `I am not sure what "${oneLine(question.words)}" means here, so I changed nothing. Quotes make it a title.`;
    case "problem":
      return `${question.problem}, so I changed nothing.`;
  }
}

/** The question when several tasks fit. */
export function ask(title: string, tasks: readonly Task[]): string {
  const shown = tasks.slice(0, 10).map((task) => `#${task.number} ${oneLine(task.title)}`);
  const more = tasks.length > shown.length ? `, and ${tasks.length - shown.length} more` : "";
  const by = title === "" ? "" : ` by "${oneLine(title)}"`;
  return `${texts.question}${by}? ${shown.join(", ")}${more}`;
}

/** "#3 Buy milk (due Tuesday 24 November 2026, high, #shop)" */
export function taskLine(task: Task): string {
  const facts = [
    task.status === "done" ? "done" : "",
    task.due === null ? "" : `due ${dueText(task.due)}`,
    task.priority === "none" ? "" : task.priority,
    ...task.tags.map((tag) => `#${tag}`),
  ].filter((fact) => fact !== "");
  return `#${task.number} ${oneLine(task.title)}${facts.length > 0 ? ` (${facts.join(", ")})` : ""}`;
}

const kinds = { all: "", done: "completed ", open: "open ", deleted: "deleted " } as const;

/** A list under its heading. */
export function listText(
  tasks: readonly Task[],
  status: "open" | "done" | "all" | "deleted",
  about: string,
  more: boolean,
): string {
  const kind = kinds[status];
  const suffix = about === "" ? "" : ` ${about}`;
  if (tasks.length === 0) return `You have no ${kind}tasks${suffix}.`;
  const count = `${more ? "more than " : ""}${tasks.length} ${kind}${tasks.length === 1 && !more ? "task" : "tasks"}`;
  const end = more ? "\nThere are more than these; the task list shows them all." : "";
  return `You have ${count}${suffix}:\n${tasks.map(taskLine).join("\n")}${end}`;
}

/** What a changing tool gave back, told from its committed rows only. */
export function outcomeText(tool: string, output: ToolOutput): string {
  if (output.error !== undefined) {
    if (output.error.code === "rejected") return texts.rejected;
    // A failure without the contract's form says nothing of what was changed, so neither do we.
    if (output.error.code === "unreadable") return sentence(output.error.message);
    const message = sentence(output.error.message);
    if (output.error.code === "undo_conflict") return `${message} ${texts.undoAnyway}`;
    return /nothing was|not done/i.test(message) ? message : `${message} Nothing was changed.`;
  }
  const changed = countChanges(output);
  // The receipts stand beside it; so many lines would say the same again.
  const lines = changed > MANY ? [manyText(output.changes, changed)] : output.changes.map(changeText);
  const missing = output.notFound ?? [];
  if (missing.length > 0) {
    const names = numbersText(missing);
    lines.push(
      missing.length === 1
        ? `There is no task ${names}, so nothing was changed for it.`
        : `There are no tasks ${names}, so nothing was changed for them.`,
    );
  }
  const unchanged = output.unchanged ?? [];
  if (unchanged.length > 0)
    lines.push(`${numbersText(unchanged)} ${unchanged.length === 1 ? "was" : "were"} ${already(tool)}.`);
  if (output.left !== undefined) lines.push(texts.undoRest(output.left));
  return lines.length > 0 ? lines.join("\n") : "There was nothing to change.";
}

/** From here on changes are told in one sentence. */
const MANY = 20;

function manyText(changes: readonly TaskChange[], changed: number): string {
  const kinds = new Set(changes.map(({ kind }) => kind));
  const [kind = "updated"] = kinds;
  return `${kinds.size === 1 ? capital(kind) : "Changed"} ${changed} tasks.`;
}

function changeText({ kind, before, after }: TaskChange): string {
  const name = `#${after.number} "${oneLine(after.title)}"`;
  if (kind === "added" || kind === "restored") return `${capital(kind)} ${name}${facts(after)}.`;
  if (kind !== "updated") return `${capital(kind)} ${name}.`;
  if (before === null) return `Updated ${name}${facts(after)}.`;
  const told = differences(before, after);
  return `Updated ${name}${told.length > 0 ? `, ${told.join(", ")}` : ""}.`;
}

function differences(before: Task, after: Task): string[] {
  const told: string[] = [];
  if (before.title !== after.title) told.push(`was "${oneLine(before.title)}"`);
  if (dueText(before.due) !== dueText(after.due))
    told.push(after.due === null ? "no due date" : `due ${dueText(after.due)}`);
  if (before.priority !== after.priority)
    told.push(after.priority === "none" ? "no priority" : `${after.priority} priority`);
  if (before.tags.join() !== after.tags.join()) told.push(after.tags.length === 0 ? "no tags" : tagText(after.tags));
  if (before.notes !== after.notes) told.push(after.notes === "" ? "no notes" : `notes "${shorten(after.notes)}"`);
  return told;
}

function facts(task: Task): string {
  const told = [
    task.due === null ? "" : `due ${dueText(task.due)}`,
    task.priority === "none" ? "" : `${task.priority} priority`,
    task.tags.length === 0 ? "" : tagText(task.tags),
  ].filter((fact) => fact !== "");
  return told.map((fact) => `, ${fact}`).join("");
}

/** "Friday 27 November 2026 at 17:00" */
export function dueText(due: Task["due"]): string {
  if (due === null) return "";
  const day = new Intl.DateTimeFormat("en-GB", {
    weekday: "long",
    day: "numeric",
    month: "long",
    year: "numeric",
    timeZone: "UTC",
  });
  const date = day.format(new Date(`${due.date}T00:00:00Z`)).replace(",", "");
  return due.time === null ? date : `${date} at ${due.time}`;
}

function already(tool: string): string {
  if (tool === "complete_tasks") return "already done";
  if (tool === "reopen_tasks") return "already open";
  return "so already";
}

function numbersText(numbers: readonly TaskRef[]): string {
  return numbers.map((number) => `#${number}`).join(", ");
}

function tagText(tags: readonly string[]): string {
  return tags.map((tag) => `#${tag}`).join(" ");
}

function sentence(text: string): string {
  const one = oneLine(text).trim();
  return /[.!?]$/.test(one) ? one : `${one}.`;
}

function shorten(text: string): string {
  const one = oneLine(text);
  return one.length > 100 ? `${one.slice(0, 99)}…` : one;
}

/** A title on one line, so that it cannot pass for a line of ours. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, " ");
}

function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}
