import { type ApprovalDescriptor, limits, type Task, type TaskRef } from "@todo/contract";

/** What is counted over the calls of an answer, or of a token within a minute, and asked about when it is much. */
export type Counted = "deletes" | "texts";

/** From so many tasks on the user is asked first. */
export const asksFrom: Readonly<Record<Counted, number>> = {
  deletes: limits.run.deletesBeforeApproval,
  texts: limits.run.textsBeforeApproval,
};

/** What a call names to be deleted, or to be given other words: some tasks, or all of a kind. */
export type Named = readonly TaskRef[] | "all";

/** Which task it is, and no more. */
export type TaskId = Pick<Task, "id" | "number">;

/** What a call would do: each task that it would change, and what a card shows of it. */
export type Preview = { tasks: readonly TaskId[]; shown: Omit<ApprovalDescriptor, "action" | "more"> };

/** What is stored and shown of a question. */
export type Question = { descriptor: ApprovalDescriptor; tasks: readonly TaskId[] };

/** The question whether `action` may do that. */
export function toQuestion(action: string, { tasks, shown }: Preview): Question {
  const listed = shown.tasks.slice(0, limits.approvalTasks);
  const more = tasks.length - listed.length;
  const descriptor = {
    action,
    tasks: listed,
    ...(more > 0 && { more }),
    ...(shown.after && { after: shown.after.slice(0, limits.approvalTasks) }),
  };
  return { descriptor, tasks };
}

/** Whether that many tasks, all in all, must be asked about. Tasks that are named twice count once. */
export function isMuch(of: Counted, named: readonly Named[]): boolean {
  if (named.includes("all")) return true;
  return new Set(named.flatMap((refs) => (refs === "all" ? [] : refs))).size >= asksFrom[of];
}
