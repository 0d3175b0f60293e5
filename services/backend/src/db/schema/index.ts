import type { ApiTokensTable } from "./api-tokens.ts";
import type { AuthTables } from "./auth.ts";
import type { ConversationsTable, MessagesTable } from "./conversations.ts";
import type { RateLimitsTable } from "./rate-limits.ts";
import type { ApprovalsTable, RunChunksTable, RunJournalTable, RunsTable, ToolEffectsTable } from "./runs.ts";
import type { TaskEventsTable, TasksTable, UserStatesTable } from "./tasks.ts";

/** Every table. Columns are camelCase in PostgreSQL too: one spelling from SQL to the page. */
export type Database = AuthTables & {
  tasks: TasksTable;
  taskEvents: TaskEventsTable;
  userStates: UserStatesTable;
  conversations: ConversationsTable;
  messages: MessagesTable;
  runs: RunsTable;
  runJournal: RunJournalTable;
  runChunks: RunChunksTable;
  toolEffects: ToolEffectsTable;
  approvals: ApprovalsTable;
  apiTokens: ApiTokensTable;
  rateLimits: RateLimitsTable;
};
