import pg from "pg";

/** PostgreSQL's codes for characters that it can't store. */
const BAD_CHARACTERS = new Set(["22021", "22P05"]);

/** True when the error says that the input holds characters that can't be stored: the input is wrong, not we. */
export function isUnstorable(error: unknown): boolean {
  return error instanceof pg.DatabaseError && BAD_CHARACTERS.has(error.code ?? "");
}
