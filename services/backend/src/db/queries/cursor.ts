import type { z } from "zod";

/**
 * A page's end as an opaque string: the sort values of its last row, in JSON, base64url. Cursors come back from
 * clients, so they are parsed like any input.
 */
export function encodeCursor(values: readonly (string | number | null)[]): string {
  return Buffer.from(JSON.stringify(values)).toString("base64url");
}

/** The values of a cursor that `schema` accepts, or undefined when it was not made by us. */
export function decodeCursor<T>(cursor: string, schema: z.ZodType<T>): T | undefined {
  try {
    return schema.safeParse(JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"))).data;
  } catch {
    return undefined;
  }
}

/** `like` pattern for rows that contain `text`, its wildcards taken literally. */
export function containing(text: string): string {
  return `%${text.replace(/[\\%_]/g, "\\$&")}%`;
}
