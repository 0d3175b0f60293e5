import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";

/** Bytes that the list keeps of each password's hash: one good password of 43,000 has those of a common one. */
export const FINGERPRINT_BYTES = 4;

/**
 * The sorted fingerprints of 100,000 passwords, the most common ones that are long enough for us; made by
 * `scripts/common-passwords.ts`. The build lays it beside the bundle. Read when the first password is chosen.
 */
const file = new URL("./common-passwords.bin", import.meta.url);
let list: Promise<Buffer> | undefined;

/** Whether so many people have the password that it is among the first to be guessed, however it is spelled. */
export async function isCommonPassword(password: string): Promise<boolean> {
  // A list that could not be read is tried again.
  list ??= readFile(file).catch((error: unknown) => {
    list = undefined;
    throw error;
  });
  return includes(await list, fingerprintOf(password));
}

/** What the list keeps of a password: the head of its hash, without capitals and blanks around it. */
export function fingerprintOf(password: string): number {
  const plain = password.normalize("NFKC").trim().toLowerCase();
  return createHash("sha256").update(plain).digest().readUIntBE(0, FINGERPRINT_BYTES);
}

function includes(sorted: Buffer, wanted: number): boolean {
  let from = 0;
  let to = sorted.length / FINGERPRINT_BYTES;
  while (from < to) {
    const middle = (from + to) >>> 1;
    const found = sorted.readUIntBE(middle * FINGERPRINT_BYTES, FINGERPRINT_BYTES);
    if (found === wanted) return true;
    if (found < wanted) from = middle + 1;
    else to = middle;
  }
  return false;
}
