import type { RunErrorCode } from "@todo/contract";

/** A failure of the model that we noticed ourselves. */
export class ModelFault extends Error {
  override readonly name = "ModelFault";
  readonly code: RunErrorCode;

  constructor(code: RunErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
