import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { ROOT } from "../local/paths.mjs";

/** A package as package-lock.json has it. */
export type Locked = {
  version: string;
  integrity?: string;
  resolved?: string;
  link?: boolean;
  license?: string;
  hasInstallScript?: boolean;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
};

/** All of package-lock.json, by the folder where npm lays it. */
export function lockedPackages(): Record<string, Locked> {
  return JSON.parse(readFileSync(path.join(ROOT, "package-lock.json"), "utf8")).packages;
}

/** The package's name, from the folder where npm lays it. */
export function nameOf(folder: string): string {
  return folder.slice(folder.lastIndexOf("node_modules/") + "node_modules/".length);
}

/** Not in the page's server: Next's compiler, and what only `next/image` needs (next.config.ts leaves it out). */
const NOT_IN_THE_PAGE = /node_modules\/(@next\/swc-[^/]+|sharp|@img\/[^/]+|detect-libc|semver)$/;

/** The folders of the packages whose code is in the backend's bundle, by what esbuild tells of it. */
export function packagesOfBackend(): string[] {
  const folder = mkdtempSync(path.join(tmpdir(), "todo-sbom-"));
  try {
    const metafile = path.join(folder, "meta.json");
    const build = path.join(ROOT, "services/backend/build.mjs");
    execFileSync(process.execPath, [build, "--no-source-maps", `--out=${folder}/dist`, `--metafile=${metafile}`]);
    const { outputs } = JSON.parse(readFileSync(metafile, "utf8")) as {
      outputs: Record<string, { inputs: Record<string, { bytesInOutput: number }> }>;
    };
    const files = Object.values(outputs).flatMap(({ inputs }) =>
      Object.entries(inputs).flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? [file] : [])),
    );
    // The page that describes the API is copied beside the bundle.
    return [...new Set(["node_modules/swagger-ui-dist", ...files.flatMap((file) => folderOf(file) ?? [])])].sort();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The folder of the package that a file of the bundle is from: the last `node_modules/…` of its path. */
function folderOf(file: string): string | undefined {
  return /(node_modules\/(?:.*node_modules\/)?(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1];
}

/** The folders of all packages that are installed to run the page's server: a few more than it loads. */
export function packagesOfPage(): string[] {
  const packages = lockedPackages();
  const found = new Set<string>();
  const follow = (folder: string) => {
    const { dependencies = {}, optionalDependencies = {} } = packages[folder] ?? {};
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const place = placeOf(packages, folder, name);
      const target = place && packages[place]?.link ? packages[place].resolved : place;
      if (target === undefined || found.has(target) || NOT_IN_THE_PAGE.test(target)) continue;
      found.add(target);
      follow(target);
    }
  };
  follow("services/frontend");
  return [...found].filter((folder) => folder.startsWith("node_modules/")).sort();
}

/** Where Node finds a package that is asked for from a folder: in the nearest `node_modules` above it. */
function placeOf(packages: Record<string, Locked>, from: string, name: string): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("/")))) {
    const place = `${folder === "" ? "" : `${folder}/`}node_modules/${name}`;
    if (packages[place]) return place;
    if (folder === "") return undefined;
  }
}
