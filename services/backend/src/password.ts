import { argon2, randomBytes, timingSafeEqual } from "node:crypto";
import { HashQueue } from "./hash-queue.ts";

/** OWASP ASVS 5.0, appendix C: argon2id with 19 MiB, two passes, one lane is enough. */
const PARAMETERS = { memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 };

/**
 * Two at once leave two of the four threads on which Node also looks up hosts and reads files: with four at once
 * reading a file took 150 ms instead of 0.2. Threads of our own took 26 MB and were no faster. The longest wait in the
 * line is about a second: 32 before one, two at a time, at 25 to 50 ms each.
 */
const queue = new HashQueue({ atOnce: 2, waiting: 32, retryAfter: 2 });

/** Refuses work before it has begun that would end at a full line. @throws AppError `rate_limited` */
export function assertRoomToHash(): void {
  queue.assertRoom();
}

/** The password's hash in the PHC string format, `$argon2id$v=19$m=…,t=…,p=…$salt$hash`. @throws AppError `rate_limited` */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(password, salt, PARAMETERS);
  const { memory, passes, parallelism } = PARAMETERS;
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${encode(salt)}$${encode(hash)}`;
}

/** Whether the password has that hash. False for a hash of a form that we do not make. @throws AppError `rate_limited` */
export async function verifyPassword({ hash, password }: { hash: string; password: string }): Promise<boolean> {
  const parts = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([\w+/]+)\$([\w+/]+)$/.exec(hash);
  if (!parts?.[4] || !parts[5]) return false;
  const expected = Buffer.from(parts[5], "base64");
  const actual = await derive(password, Buffer.from(parts[4], "base64"), {
    memory: Number(parts[1]),
    passes: Number(parts[2]),
    parallelism: Number(parts[3]),
    tagLength: expected.length,
  });
  return timingSafeEqual(actual, expected);
}

function derive(password: string, nonce: Buffer, parameters: typeof PARAMETERS): Promise<Buffer> {
  // The same characters typed on another keyboard may come as other code points.
  const message = password.normalize("NFKC");
  const hash = () =>
    new Promise<Buffer>((resolve, reject) => {
      argon2("argon2id", { message, nonce, ...parameters }, (error, key) => (error ? reject(error) : resolve(key)));
    });
  return queue.run(hash);
}

function encode(bytes: Buffer): string {
  return bytes.toString("base64").replace(/=+$/, "");
}
