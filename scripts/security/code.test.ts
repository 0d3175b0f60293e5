import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { repositoryFiles } from "../../test/support/repository.ts";
import { ROOT } from "../local/paths.mjs";

const read = (file: string) => readFileSync(path.join(ROOT, file), "utf8");

/** What runs while the app is used: the services' code without its tests and what builds them. */
const app = repositoryFiles().filter(
  (file) =>
    /^services\/(contract\/src|language\/src|backend\/src|frontend\/(app|components|lib))\/.*\.tsx?$/.test(file) &&
    !/\.test\.tsx?$|(^|\/)_[^/]+$/.test(file),
);

/** Each place where the app's code has the pattern, as `file: what it has`. */
function found(pattern: RegExp): string[] {
  return app.flatMap((file) => [...withoutComments(read(file)).matchAll(pattern)].map(([text]) => `${file}: ${text}`));
}

function withoutComments(code: string): string {
  return code.replace(/\/\*[\s\S]*?\*\/|(?<![:"'`\w])\/\/.*$/gm, "");
}

/** The files among those places. */
function filesOf(places: string[]): string[] {
  return [...new Set(places.map((place) => place.slice(0, place.indexOf(":"))))].sort();
}

describe("the app's code", () => {
  it("is what is read here", () => {
    expect(app.length).toBeGreaterThan(200);
    expect(found(/from "kysely"/g).length).toBeGreaterThan(10);
  });

  it("never turns text into code, markup or SQL", () => {
    expect(found(/\beval\(|\bnew Function\(|from "node:vm"|\bsetTimeout\(["'`]/g)).toEqual([]);
    expect(found(/dangerouslySetInnerHTML|\b(inner|outer)HTML\b|insertAdjacentHTML|document\.write/g)).toEqual([]);
    expect(
      found(/\bpostMessage\(/g).filter((place) => !/\/api\.|lib\/api\/|lib\/chat\/session\.ts/.test(place)),
    ).toEqual([]);
    // `sql.lit` writes constants of the code; `raw`, and what stands between quotes, would write any text.
    expect(found(/\bsql\.raw\b/g)).toEqual([]);
    expect(found(/'\$\{[^}]*\}'/g).filter((place) => place.includes("/db/queries/"))).toEqual([]);
    expect(
      found(/\bsql\.lit\(([^)]*)\)/g).filter((place) => !/sql\.lit\(([A-Z_]+|"[^"]*"|\d+)\)$/.test(place)),
    ).toEqual([]);
  });

  it("starts no program and opens no file that a request names", () => {
    expect(found(/"(node:)?(child_process|cluster|worker_threads)"|"execa"/g)).toEqual([]);
    expect(filesOf(found(/"(node:)?fs(\/promises)?"/g))).toEqual([
      "services/backend/src/common-passwords.ts",
      "services/backend/src/routes/docs.ts",
    ]);
    // The only two that read: a file beside the bundle, and those of a fixed list.
    expect(found(/\b(readFile|createReadStream)\(.*/g).map((place) => place.replace(/^.*?: /, ""))).toEqual([
      "readFile(file).catch((error: unknown) => {",
      "readFile(new URL(name, assets));",
    ]);
  });

  it("makes regular expressions of its own words alone", () => {
    const outside = filesOf(found(/\bRegExp\(/g)).filter((file) => !file.startsWith("services/language/"));
    expect(outside).toEqual([
      // Of the routes' own paths.
      "services/backend/src/middleware/method-not-allowed.ts",
      "services/contract/src/client-address.ts",
      "services/contract/src/text.ts",
    ]);
    expect(found(/\bRegExp\((?!`|"|\/|[A-Z_]+[,)]|\s*$)[^)]*/gm)).toEqual([]);
  });

  it("takes what must not be guessed from the system's random numbers", () => {
    // How long a reader waits before its next try is no secret.
    expect(filesOf(found(/Math\.random/g))).toEqual(["services/frontend/lib/stream/backoff.ts"]);
    expect(filesOf(found(/\brandomBytes\(/g))).toEqual([
      "services/backend/src/devices.ts",
      "services/backend/src/domain/api-tokens.ts",
      "services/backend/src/password.ts",
    ]);
  });

  it("hashes with SHA-256 and argon2id, and enciphers nothing by itself", () => {
    const algorithms = found(/\b(createHash|createHmac|hkdfSync|argon2)\(\s*"[^"]+"/g).map(
      (place) => /"([^"]+)"/.exec(place)?.[1],
    );
    expect(new Set(algorithms)).toEqual(new Set(["sha256", "argon2id"]));
    expect(found(/\b(createHash|createHmac|hkdfSync|argon2)\((?!\s*")/g)).toEqual([]);
    expect(found(/createCipher|createDecipher|publicEncrypt|\bsubtle\b|generateKeyPair|"crypto-js"|"bcrypt/g)).toEqual(
      [],
    );
    expect(found(/rejectUnauthorized|NODE_TLS_REJECT_UNAUTHORIZED/g)).toEqual([]);
  });
});
