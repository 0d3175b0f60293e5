import { textOf } from "@todo/contract";
import { scriptFor } from "../faults/asks.ts";
import { checkReplay } from "./check-replay.ts";
import { type Finding, found } from "./finding.ts";
import type { Op } from "./history.ts";
import type { Facts, MessageRow, RunRow, Totals } from "./read-back.ts";

/** Compares what one person's clients were told with what is there. Empty when all is well. */
export function checkPerson(ops: readonly Op[], facts: Facts): Finding[] {
  return [
    ...checkChanges(ops, facts),
    ...checkMessages(ops, facts),
    ...checkOrder(ops, facts),
    ...checkReplay(facts),
    ...checkApi(facts),
  ];
}

export function checkTotals({ foreign, leftChunks, activeRuns }: Totals): Finding[] {
  return [
    ...foreign.map(({ table, userId }) => found("somebody else's", `a row of ${table} of ${userId}`)),
    ...(leftChunks > 0 ? [found("left over", `${leftChunks} chunks of runs that ended long ago`)] : []),
    ...(activeRuns > 0 ? [found("without its one answer", `${activeRuns} runs have not ended`)] : []),
  ];
}

/** Each change by REST once, as often as its answer said, or not at all: by its audit rows and by what it wrote. */
function checkChanges(ops: readonly Op[], { tasks, events }: Facts): Finding[] {
  const byCall = Map.groupBy(
    events.filter(({ runId }) => runId === null),
    ({ callId }) => callId,
  );
  const titles = Map.groupBy(tasks, ({ title }) => title);
  const findings: Finding[] = [];
  for (const op of ops) {
    if (op.write === "message") continue;
    const times = byCall.get(op.op)?.length ?? 0;
    byCall.delete(op.op);
    // All of a call or nothing.
    const whole = "taskIds" in op ? op.taskIds.length : 1;
    const most = Math.max(whole, op.changes ?? 1);
    // An answer to what was sent again may say that all was so already.
    const least = op.outcome === "ok" ? (op.changes ?? 1) : 0;
    findings.push(...count(`${op.write} ${op.op}`, op.outcome, times, { least, most }));
    if (op.outcome === "info" && times > 0 && times < whole) {
      findings.push(found("acknowledged and lost", `${op.write} ${op.op}: done in part, ${times} of ${whole}`));
    }
    if (op.write !== "add") continue;
    const added = titles.get(op.title) ?? [];
    findings.push(
      ...count(`task of ${op.op}`, op.outcome, added.length, { least: op.outcome === "ok" ? 1 : 0, most: 1 }),
    );
    const isOther = op.outcome === "ok" && added.length > 0 && added.every(({ id }) => id !== op.taskId);
    if (isOther) findings.push(found("acknowledged and lost", `task ${op.taskId} of ${op.op} has become another one`));
  }
  for (const call of byCall.keys()) findings.push(found("done twice", `a change by ${call}, which nobody sent`));
  return findings;
}

/** Each message once, with its one finished answer and what the model did about it; or nothing of all that. */
function checkMessages(ops: readonly Op[], { messages, runs, tasks, effects }: Facts): Finding[] {
  const questions = Map.groupBy(
    messages.filter(({ role }) => role === "user"),
    ({ id }) => id,
  );
  const answers = Map.groupBy(
    messages.filter(({ role }) => role === "assistant"),
    ({ runId }) => runId,
  );
  const runsOf = Map.groupBy(runs, ({ messageId }) => messageId);
  const tools = Map.groupBy(effects, ({ runId }) => runId);
  const titles = Map.groupBy(tasks, ({ title }) => title);
  const findings: Finding[] = [];
  for (const op of ops) {
    if (op.write !== "message") continue;
    const { texts, titles: wanted } = scriptFor(op);
    const asked = questions.get(op.op) ?? [];
    questions.delete(op.op);
    const isThere = asked.length > 0;
    findings.push(
      ...count(`message ${op.op}`, op.outcome, asked.length, { least: op.outcome === "ok" ? 1 : 0, most: 1 }),
    );
    for (const title of wanted) {
      const times = titles.get(title)?.length ?? 0;
      findings.push(
        ...count(`task "${title}"`, isThere ? "ok" : op.outcome, times, {
          least: isThere ? 1 : 0,
          most: isThere ? 1 : 0,
        }),
      );
    }
    if (!isThere) continue;
    const [run, ...others] = runsOf.get(op.op) ?? [];
    if (!run || others.length > 0)
      findings.push(found("without its one answer", `${others.length + (run ? 1 : 0)} runs of ${op.op}`));
    if (!run) continue;
    const calls = (tools.get(run.id) ?? []).map(({ tool }) => tool).sort();
    const expected = "add_tasks,complete_tasks";
    if (calls.join() !== expected) {
      const kind = calls.length > 2 ? "done twice" : "acknowledged and lost";
      findings.push(found(kind, `calls of ${op.op}: ${calls.join() || "none"} instead of ${expected}`));
    }
    findings.push(...checkAnswer(op.op, run, answers.get(run.id) ?? [], texts.join("\n\n")));
  }
  for (const id of questions.keys()) findings.push(found("done twice", `a message ${id} that nobody sent`));
  return findings;
}

function checkAnswer(op: string, run: RunRow, answers: readonly MessageRow[], text: string): Finding[] {
  const [answer] = answers;
  const isOne = answers.length === 1 && answer?.id === run.answerId;
  const isWhole = run.status === "done" && answer?.status === "complete" && answer.text === text;
  if (isOne && isWhole) return [];
  const states = answers.map(
    ({ status, text: said, notices }) => `${status} ${notices} (${said.length} of ${text.length} characters)`,
  );
  return [found("without its one answer", `${op}: a run that is ${run.status}, answers: ${states.join() || "none"}`)];
}

/** What was acknowledged before something else was begun stands before it: messages of a conversation, tasks of a list. */
function checkOrder(ops: readonly Op[], { messages, tasks }: Facts): Finding[] {
  const byOp = new Map(ops.map((op) => [op.op, op]));
  const seqs = Map.groupBy(
    messages.filter(({ role }) => role === "user"),
    ({ conversationId }) => conversationId,
  );
  const conversations = [...seqs.values()].map((rows) =>
    rows.toSorted((a, b) => a.seq - b.seq).map(({ id }) => byOp.get(id)),
  );
  const adds = ops.filter(({ write }) => write === "add");
  const byTask = new Map(adds.flatMap((op) => (op.taskId === undefined ? [] : [[op.taskId, op] as const])));
  const list = tasks.toSorted((a, b) => a.number - b.number).map(({ id }) => byTask.get(id));
  return [...conversations, list].flatMap((rows) => {
    const findings: Finding[] = [];
    // The earliest end of all that stand later.
    let earliest = Number.POSITIVE_INFINITY;
    for (const op of rows.toReversed()) {
      if (op?.outcome !== "ok") continue;
      if (op.at > earliest)
        findings.push(found("out of order", `${op.op} stands before what was acknowledged before it`));
      earliest = Math.min(earliest, op.over);
    }
    return findings;
  });
}

/** The API shows what the database has. */
function checkApi({ tasks, messages, listedTasks, listedMessages }: Facts): Finding[] {
  const kept = tasks.map(({ id, title, status, notes }) => [id, title, status, notes].join("\n"));
  const shown = listedTasks.map(({ id, title, status, notes }) => [id, title, status, notes].join("\n"));
  const stored = messages.map(({ id, role, status, text }) => [id, role, status, text].join("\n"));
  const told = listedMessages.map(({ id, role, status, parts }) => [id, role, status, textOf(parts)].join("\n"));
  return [...differ("tasks", kept, shown), ...differ("messages", stored, told)];
}

function differ(what: string, stored: string[], shown: string[]): Finding[] {
  const [a, b] = [stored.sort(), shown.sort()];
  if (a.join() === b.join()) return [];
  const at = a.find((row, i) => row !== b[i]) ?? b[a.length];
  return [found("audit, result and state differ", `the API shows other ${what} than there are: ${at?.slice(0, 200)}`)];
}

/** Sorts how often something is there into what that breaks. */
function count(
  what: string,
  outcome: Op["outcome"],
  times: number,
  { least, most }: { least: number; most: number },
): Finding[] {
  if (outcome === "fail") return times === 0 ? [] : [found("refused and done", `${what}: ${times} times`)];
  if (times < least) return [found("acknowledged and lost", `${what}: ${times} times instead of ${least}`)];
  if (times > most) return [found("done twice", `${what}: ${times} times instead of ${most}`)];
  return [];
}
