import { z } from "zod";

/** Text that PostgreSQL can store: no NUL, no half of a surrogate pair. */
export function text() {
  return z.string().refine((value) => value.isWellFormed() && !value.includes("\0"), "must be well-formed text");
}
