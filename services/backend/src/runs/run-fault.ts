import type { RunErrorCode } from "@todo/contract";

/** A failure that ends a run, under the code that its user is told of. */
export class RunFault extends Error {
  override readonly name = "RunFault";
  readonly code: RunErrorCode;

  constructor(code: RunErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
