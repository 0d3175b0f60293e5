import type { Chunk } from "@todo/contract/message";

const known: Record<Chunk["type"], true> = {
  start: true,
  "start-step": true,
  "finish-step": true,
  "reset-step": true,
  "text-start": true,
  "text-delta": true,
  "text-end": true,
  "tool-input-available": true,
  "tool-approval-request": true,
  "tool-approval-response": true,
  "tool-output-available": true,
  "tool-output-denied": true,
  "data-notice": true,
  error: true,
  abort: true,
  finish: true,
};

/** One chunk of an answer, or null for a kind that this version does not know and may leave out. */
export function parseChunk(data: string): Chunk | null {
  const value: unknown = JSON.parse(data);
  return isChunk(value) ? value : null;
}

/** Our own backend wrote it and its tests check each kind's shape; here it is enough to know the kind. */
function isChunk(value: unknown): value is Chunk {
  return (
    typeof value === "object" &&
    value !== null &&
    "type" in value &&
    typeof value.type === "string" &&
    Object.hasOwn(known, value.type)
  );
}
