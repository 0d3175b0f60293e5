import type { TaskPriority } from "@todo/contract";
import { sql } from "kysely";
import type { Trx } from "../database.ts";

/** What a model is told of a conversation besides the message that it answers. */
export type ModelContext = {
  /** What is long past, see `domain/summary.ts`. */
  summary: string;
  /** The newest messages before, oldest first; long ones cut. */
  history: { role: "user" | "assistant"; text: string }[];
  /** What the last answer was about. */
  shown: ShownTasks;
  /** The open tasks, what is due first first; one more than asked for when there are more. */
  tasks: TaskSnapshot[];
};
/** Numbers of the tasks that an answer changed and listed, in its order, by the stored results of its calls. */
export type ShownTasks = { readonly changed: readonly number[]; readonly listed: readonly number[] };
export type TaskSnapshot = {
  number: number;
  title: string;
  dueDate: string | null;
  dueTime: string | null;
  priority: TaskPriority;
  tags: string[];
};

export type ModelContextBounds = { messages: number; messageCharacters: number; tasks: number };

/** The model's context of a message, and the message's text; undefined when there is no such message. */
export async function findModelContext(
  trx: Trx,
  userId: string,
  messageId: string,
  bounds: ModelContextBounds,
): Promise<(ModelContext & { asked: string }) | undefined> {
  const { rows } = await sql<ModelContext & { asked: string }>`
    select "question"."text" as "asked", "conversations"."summary",
      coalesce((
        select json_agg(
          json_build_object('role', "role", 'text', left("text", ${bounds.messageCharacters})) order by "seq"
        ) from (
          select "seq", "role", "text" from "messages"
          where "userId" = ${userId} and "conversationId" = "question"."conversationId"
            and "seq" < "question"."seq"
          order by "seq" desc limit ${bounds.messages}
        ) as "newest"
      ), '[]') as "history",
      coalesce((
        select json_build_object(
          'changed', jsonb_path_query_array("parts", '$[*].output.changes[*].after.number'),
          'listed', jsonb_path_query_array("parts", '$[*].output.tasks[*].number')
        ) from "messages"
        where "userId" = ${userId} and "conversationId" = "question"."conversationId"
          and "seq" < "question"."seq" and "role" = 'assistant'
        order by "seq" desc limit 1
      ), '{"changed":[],"listed":[]}') as "shown",
      coalesce((
        select json_agg("open") from (
          select "number", "title", "dueDate"::text, "dueTime", "priority", "tags" from "tasks"
          where "userId" = ${userId} and "status" = 'open' and "deletedAt" is null
          -- The words of the index "openTasksByDueKey".
          order by case when "tasks"."dueDate" is null then '9999-12-31'::date else "tasks"."dueDate" end,
            case when "tasks"."dueTime" is null then '99' else "tasks"."dueTime" end, "number"
          limit ${bounds.tasks + 1}
        ) as "open"
      ), '[]') as "tasks"
    from "messages" as "question" join "conversations" on "conversations"."id" = "question"."conversationId"
    where "question"."userId" = ${userId} and "question"."id" = ${messageId}`.execute(trx);
  return rows[0];
}
