import type { ApiScope } from "@todo/contract";
import type { Selectable } from "kysely";

/** Tokens for programs that act for their owner. The token itself is not kept. */
export type ApiTokensTable = {
  id: string;
  userId: string;
  name: string;
  /** SHA-256 of the token, base64url: it is random, so nothing slower is needed. */
  hash: string;
  scope: ApiScope;
  /** The IANA zone that "tomorrow" is meant in when a program says it. */
  timeZone: string;
  createdAt: Date;
  lastUsedAt: Date | null;
};
export type ApiTokenRow = Selectable<ApiTokensTable>;
