import { Transform } from "node:stream";

const EVERY_MS = 1_000;
/** Where lines can't be written over there is one less often. */
const PLAIN_MS = 10_000;

/** What goes through it is counted and told: "12.3 MB saved", of `total` bytes where that is known. */
export function counting(word: string, total?: number): Transform {
  let bytes = 0;
  let told = Date.now();
  const tty = process.stdout.isTTY;
  const tell = (end: boolean) => {
    const share = total === undefined ? "" : ` of ${megabytes(total)}`;
    const line = `${megabytes(bytes)}${share} MB ${word}`;
    if (tty) process.stdout.write(`\r${line}${end ? "\n" : ""}`);
    else console.log(line);
  };
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (Date.now() - told >= (tty ? EVERY_MS : PLAIN_MS)) {
        told = Date.now();
        tell(false);
      }
      done(null, chunk);
    },
    flush(done) {
      tell(true);
      done();
    },
  });
}

export function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
