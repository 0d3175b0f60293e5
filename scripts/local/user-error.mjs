/** A fault that the person at the keyboard can mend: its message is one line that says what is wrong and what to do. */
export class UserError extends Error {
  /** @override */
  name = "UserError";
  /** Pulumi's own mark of errors whose message alone it shows. Its class would take Pulumi's SDK to load. */
  __pulumiRunError = true;
}

/**
 * Prints an error on stderr: one line for a fault that the user can mend, the whole stack for one that is ours.
 * @param {unknown} error
 */
export function printError(error) {
  const code = errorCode(error);
  const full = code === "ENOSPC" || code === "EDQUOT";
  const line = full ? `the disk is full (${errorMessage(error)}): free some space and start again` : undefined;
  const words = error instanceof UserError ? error.message : line;
  console.error(words === undefined ? error : `Error: ${words}`);
}

/**
 * The `code` of a system error (`ENOENT`), or undefined for any other value.
 * @param {unknown} error
 * @returns {string | undefined}
 */
export function errorCode(error) {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/**
 * The message of anything that was thrown. Errors that only wrap others (a refused connection to two addresses) have
 * an empty one: their first cause speaks for them.
 * @param {unknown} error
 * @returns {string}
 */
export function errorMessage(error) {
  if (error instanceof AggregateError && error.message === "") return errorMessage(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}
