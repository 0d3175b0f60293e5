import type { ApprovalDescriptor } from "@todo/contract/message";
import { inWords } from "./receipts.ts";

/** What an approval is asked for, in words: "delete" "12 tasks", which then are "deleted". */
export function wishedIn({ action, tasks, more = 0 }: ApprovalDescriptor): {
  verb: string;
  participle: string;
  what: string;
} {
  const [verb, participle] = action === "update_tasks" ? ["change", "changed"] : ["delete", "deleted"];
  return { verb, participle, what: countOf(tasks.length + more) };
}

export function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}

/** "1 task", "12 tasks". */
export function countOf(tasks: number): string {
  return tasks === 1 ? "1 task" : `${inWords(tasks)} tasks`;
}
