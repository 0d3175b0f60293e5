import type { Task } from "@todo/contract";
import { type Finding, found } from "./finding.ts";
import type { EventRow, Facts, TaskRow } from "./read-back.ts";

/**
 * The results of tool calls, the audit rows and the tasks tell the same: played from its first row on, the audit log of
 * each task leads to the task as it is, and each row of a run stands in the result of exactly that call.
 */
export function checkReplay({ tasks, events, effects }: Facts): Finding[] {
  const findings: Finding[] = [];
  const logs = Map.groupBy(events, ({ taskId }) => taskId);
  for (const task of tasks) {
    const why = replay(logs.get(task.id) ?? [], task);
    if (why !== undefined) findings.push(differs(`task ${task.id} "${task.title}": ${why}`));
    logs.delete(task.id);
  }
  for (const id of logs.keys()) findings.push(differs(`audit rows of a task ${id} that is not there`));

  const byCall = Map.groupBy(
    events.filter(({ runId }) => runId !== null),
    ({ runId, callId }) => `${runId} ${callId}`,
  );
  for (const { runId, callId, tool, events: told } of effects) {
    const call = `${runId} ${callId}`;
    const rows = (byCall.get(call) ?? []).map(({ id }) => id);
    byCall.delete(call);
    if (sorted(rows) !== sorted(told)) {
      findings.push(
        differs(`${tool} of run ${call} tells of changes ${sorted(told)}, its audit rows are ${sorted(rows)}`),
      );
    }
  }
  for (const call of byCall.keys()) findings.push(differs(`audit rows of a call without a result, run ${call}`));
  return findings;
}

/** Where a task's log breaks off or leads elsewhere; undefined where it leads to the task. */
function replay(log: readonly EventRow[], task: TaskRow): string | undefined {
  let state: string | undefined;
  for (const { id, kind, before, after } of log) {
    if ((before === null) !== (kind === "added"))
      return `audit row ${id} is ${kind} and has ${before ? "a" : "no"} state before`;
    const from = before ? short(before) : undefined;
    if (from !== state) return `audit row ${id} begins with ${from}, where ${state} was`;
    state = short(after);
  }
  const now = short({
    ...task,
    updatedAt: task.updatedAt.toISOString(),
    completedAt: task.completedAt?.toISOString() ?? null,
    deletedAt: task.deletedAt?.toISOString() ?? null,
  });
  return state === now ? undefined : `its log leads to ${state}, it is ${now}`;
}

function short(
  task: Pick<Task, "number" | "title" | "notes" | "status" | "priority" | "updatedAt" | "completedAt" | "deletedAt">,
) {
  const { number, title, notes, status, priority, updatedAt, completedAt, deletedAt } = task;
  return JSON.stringify([number, title, notes, status, priority, updatedAt, completedAt, deletedAt]);
}

function sorted(ids: readonly number[]): string {
  return ids.toSorted((a, b) => a - b).join();
}

function differs(what: string): Finding {
  return found("audit, result and state differ", what);
}
