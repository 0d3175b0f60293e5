/**
 * A fault that the person at the keyboard can mend: its message is one line that says what is wrong and what to do.
 */
export class UserError extends Error {
  /** @override */
  name = "UserError";
}

/**
 * Prints an error on stderr: one line for a fault that the user can mend, the whole stack for one that is ours.
 * @param {unknown} error
 */
export function printError(error) {
  const code = errorCode(error);
  if (error instanceof UserError) {
    console.error(`Error: ${error.message}`);
  } else if (code === "ENOSPC" || code === "EDQUOT") {
    console.error(`Error: the disk is full (${errorMessage(error)}): free some space and start again`);
  } else {
    console.error(error);
  }
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
  if (error instanceof AggregateError && error.message === "") {
    return errorMessage(error.errors[0]);
  }
  return error instanceof Error ? error.message : String(error);
}
