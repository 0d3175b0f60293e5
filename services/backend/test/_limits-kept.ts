import { limits, newTaskSchema, type Task } from "@todo/contract";
import { sql } from "./_harness.ts";

type Count = { what: string; found: number };

/**
 * What one user's answers and programs have done beyond what they may, from the audit log and the journal, whoever claims
 * what: changes, deletes and other words without a card that the user approved (an answer's one undo apart), tasks that were
 * deleted or changed but not on the card, calls and turns.
 */
export async function beyondLimits(databaseUrl: string, userId: string): Promise<string[]> {
  const { changes, deletesBeforeApproval, textsBeforeApproval, callsPerTurn, turns } = limits.run;
  const rows = await sql<Count>(
    databaseUrl,
    `with done as (
       select e.*, a.status, a.descriptor, a.tasks, e.operation = 'update_tasks'
         and (e.before -> 'title', e.before -> 'notes', e.before -> 'tags')
           is distinct from (e.after -> 'title', e.after -> 'notes', e.after -> 'tags') as "isText"
       from "taskEvents" e
       left join approvals a on a."userId" = e."userId" and a."runId" is not distinct from e."runId" and a."callId" = e."callId"
       where e."userId" = $1
     ), first_undo as (
       select distinct on ("runId") "runId", "callId" from done
       where operation = 'undo_changes' and "runId" is not null order by "runId", id
     ), unasked as (
       select d."runId", count(*)::int as changes, (count(*) filter (where kind = 'deleted'))::int as deletes,
         (count(distinct "taskId") filter (where "isText"))::int as texts
       from done d left join first_undo u on u."runId" = d."runId" and u."callId" = d."callId"
       where d."runId" is not null and d.status is null and u."runId" is null group by 1
     )
     select 'changes in one answer' as what, coalesce(max(changes), 0) as found from unasked having max(changes) > $2
     union all
     select 'deletes in one answer', max(deletes) from unasked having max(deletes) >= $3
     union all
     select 'tasks with other words in one answer', max(texts) from unasked having max(texts) >= $6
     union all
     select 'tasks with other words by a token in a minute', max(within) from (
       select (select count(distinct e."taskId") from done e where e."isText" and e."tokenId" = d."tokenId"
         and e.at > d.at - interval '1 minute' and e.at <= d.at) as within
       from done d where d."isText" and d."tokenId" is not null and d.status is null
     ) as minute having max(within) >= $6
     union all
     select 'deletes by a token in a minute', max(within) from (
       select count(*) over (partition by "tokenId" order by at range between interval '1 minute' preceding and current row) as within,
         status from done where "tokenId" is not null and kind = 'deleted'
     ) as minute where status is null having max(within) >= $3
     union all
     select 'changes that were declined or not decided', count(*) from done where status in ('rejected', 'pending') having count(*) > 0
     union all
     select 'changes that were not on the card', count(*) from done where status = 'approved' and (
       (kind = 'deleted') <> (descriptor ->> 'action' = 'delete_tasks') or operation <> descriptor ->> 'action'
       or not coalesce(tasks @> jsonb_build_array(jsonb_build_array("taskId")),
         descriptor -> 'tasks' @> jsonb_build_array(jsonb_build_object('id', "taskId")))) having count(*) > 0
     union all
     select 'calls in one turn', max(calls) from (
       select jsonb_array_length(jsonb_path_query_array(response, '$.output[*] ? (@.type == "function_call")')) as calls
       from "runJournal" where "userId" = $1) as each having max(calls) > $4
     union all
     select 'turns', max(turn) from "runJournal" where "userId" = $1 having max(turn) > $5`,
    [userId, changes, deletesBeforeApproval, callsPerTurn, turns, textsBeforeApproval],
  );
  return rows.map(({ what, found }) => `${found} ${what} of ${userId}`);
}

/** Changes, and those of them on an approved card. */
type Done = { changes: number; deleted: number; updated: number };

/** How much the user's answers and programs have done, so that nobody takes nothing for harmless. */
export async function doneBy(databaseUrl: string, userId: string): Promise<Done> {
  const [row] = await sql<Done>(
    databaseUrl,
    `select count(*)::int as changes, (count(*) filter (where kind = 'deleted' and "isApproved"))::int as deleted,
       (count(*) filter (where operation = 'update_tasks' and "isApproved"))::int as updated
     from (select *, exists (
       select 1 from approvals a where a."userId" = e."userId" and a."callId" = e."callId" and a.status = 'approved'
     ) as "isApproved" from "taskEvents" e where "userId" = $1) as each`,
    [userId],
  );
  return row ?? { changes: 0, deleted: 0, updated: 0 };
}

/** Tasks that came in by a tool and would not have come in by HTTP, at each of their changes. */
export async function unfitTasks(databaseUrl: string, userId: string): Promise<Task[]> {
  const rows = await sql<{ after: Task }>(databaseUrl, `select after from "taskEvents" where "userId" = $1`, [userId]);
  return rows
    .map(({ after }) => after)
    .filter(({ title, notes, priority, tags, due }) => {
      const task = { title, notes, priority, tags, due };
      const read = newTaskSchema.safeParse(task);
      return !read.success || JSON.stringify(sorted(read.data)) !== JSON.stringify(sorted(task));
    });
}

function sorted({ title, notes, priority, tags, due }: Partial<Task>) {
  return { title, notes, priority, tags, due: due && { date: due.date, time: due.time, zone: due.zone } };
}
