import * as queries from "../db/queries/user-states.ts";
import type { Db } from "./context.ts";

/** How often the tasks and the conversations of these users have changed; absent for who never changed anything. */
export function listVersions(
  db: Db,
  userIds: readonly string[],
): Promise<{ userId: string; tasksVersion: number; conversationsVersion: number }[]> {
  return queries.listVersions(db, userIds);
}
