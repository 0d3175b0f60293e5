import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { baseArgs } from "../../stack/base-images.ts";
import { contextFiles, readRules } from "../../stack/content-tag.ts";
import { tempFolder } from "../../test/support/temp-folder.ts";
import { ROOT } from "../local/paths.mjs";

const MAX_CONTEXT_BYTES = 3_000_000;
const MAIN_FILES = new Map([
  ["frontend", "services/frontend/app/api/[...path]/route.ts"],
  ["backend", "services/backend/src/main.ts"],
]);
/** What each is made of besides its own service. */
const USED = { frontend: ["services/contract"], backend: ["services/contract", "services/language"] };
const read = (file: string) => readFileSync(path.join(ROOT, file), "utf8");

/** What a Dockerfile copies from the build context. */
function copiedBy(dockerfile: string): string[] {
  const sources = [...read(dockerfile).matchAll(/^COPY (?!--from)(.+) \S+$/gm)];
  return sources.flatMap(([, names = ""]) => names.split(" "));
}

describe.each(["frontend", "backend"])("the build context of Dockerfile.%s", (name) => {
  const rules = readRules(ROOT, path.join(ROOT, `Dockerfile.${name}`));
  const files = contextFiles(ROOT, rules);

  it(`holds what is built, in less than ${MAX_CONTEXT_BYTES} bytes`, () => {
    expect(files).toContain("package-lock.json");
    expect(files).toContain(MAIN_FILES.get(name));
    const bytes = files.reduce((sum, file) => sum + statSync(path.join(ROOT, file)).size, 0);
    expect(bytes).toBeLessThan(MAX_CONTEXT_BYTES);
  });
});

describe.each(["frontend", "backend"] as const)("Dockerfile.%s", (name) => {
  const text = read(`Dockerfile.${name}`);
  const lastStage = text.slice(text.lastIndexOf("\nFROM "));

  it("builds where nothing but its base is at hand", () => {
    expect(text).not.toMatch(/^#\s*syntax=/m);
    expect(text).not.toMatch(/\b(apk|apt|apt-get) /);
    expect(text).toMatch(/^ARG NODE_VERSION=24$/m);
    const bases = [...text.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base);
    const own = [...text.matchAll(/^FROM \S+ AS (\S+)/gm)].map(([, stage]) => stage);
    const [base, ...others] = new Set(bases.filter((found) => !own.includes(found)));
    // By its tag, unless a digest is given: so it builds where only the tag is at hand.
    const variant = /^node:\$\{NODE_VERSION\}-(slim|alpine)\$\{NODE_DIGEST:\+@\$\{NODE_DIGEST\}\}$/.exec(
      base ?? "",
    )?.[1];
    expect(text).toMatch(/^ARG NODE_DIGEST=""$/m);
    expect(others).toEqual([]);
    const pinned = baseArgs(name, true);
    const digests = JSON.parse(read("security/base-images.json")) as Record<string, string>;
    expect(pinned).toEqual({ NODE_DIGEST: digests[`node:24-${variant}`] });
    expect(pinned["NODE_DIGEST"]).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(baseArgs(name, false)).toEqual({});
  });

  it("runs as a numeric user, tells its health, and has the version of package.json", () => {
    expect(lastStage).toMatch(/^USER 1001:1001$/m);
    expect(lastStage).toMatch(/^HEALTHCHECK .*\n.*\/api\/health/m);
    const { version } = JSON.parse(read("package.json")) as { version: string };
    expect(lastStage).toContain(`org.opencontainers.image.version="${version}"`);
  });

  it("runs in production mode", () => {
    expect(lastStage).toMatch(/^ENV NODE_ENV=production /m);
  });

  it("copies nothing of the other service", () => {
    const others = copiedBy(`Dockerfile.${name}`).filter((source) => source.startsWith("services"));
    expect(others.sort()).toEqual([`services/${name}`, ...USED[name]].sort());
  });
});

describe("manifests.mts", () => {
  function makeManifests(...args: string[]): string {
    const folder = tempFolder();
    copyFileSync(path.join(ROOT, "package-lock.json"), path.join(folder, "package-lock.json"));
    const script = path.join(ROOT, "scripts/images/manifests.mts");
    execFileSync(process.execPath, [script, ...args], { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
    return folder;
  }

  it("names what one service needs, in the versions of its package.json, and no other service", () => {
    const folder = makeManifests("services/backend", "esbuild");
    const manifest = (file: string) => JSON.parse(readFileSync(path.join(folder, file), "utf8"));
    const { dependencies } = JSON.parse(read("services/backend/package.json"));
    const { devDependencies } = JSON.parse(read("package.json"));
    expect(manifest("services/backend/package.json").dependencies).toEqual(dependencies);
    expect(manifest("services/backend/package.json").devDependencies).toBeUndefined();
    expect(manifest("package.json").devDependencies).toEqual({ esbuild: devDependencies.esbuild });
    expect(manifest("package.json").workspaces).toEqual(["services/backend", ...USED.backend]);
    expect(existsSync(path.join(folder, "services/frontend"))).toBe(false);
  });

  it("refuses a tool that the lockfile does not know", () => {
    expect(() => makeManifests("services/backend", "webpack")).toThrow("webpack is a development dependency neither");
  });
});
