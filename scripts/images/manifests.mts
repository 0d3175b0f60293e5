import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

// node manifests.mts <workspace> [build tool…]: makes, in the current folder, the package.json files from which npm
// installs what building one service needs: its dependencies, those of the workspaces it uses, and the tools that are
// named. It reads package-lock.json alone, so nothing but a change of that file installs anything again.

type Versions = Record<string, string>;
type Entry = { dependencies?: Versions; devDependencies?: Versions; link?: boolean; resolved?: string };

const [service = "", ...tools] = process.argv.slice(2);
const { packages }: { packages: Record<string, Entry> } = JSON.parse(readFileSync("package-lock.json", "utf8"));
const { devDependencies: ofRoot, ...root } = entry("");
const known = { ...ofRoot, ...entry(service).devDependencies };
const workspaces = withWorkspaces(service);

write("", { ...root, workspaces, devDependencies: Object.fromEntries(tools.map((tool) => [tool, versionOf(tool)])) });
for (const folder of workspaces) {
  const { devDependencies: _, ...manifest } = entry(folder);
  write(folder, manifest);
}

/** A workspace and all that it depends on, directly or not. */
function withWorkspaces(folder: string): string[] {
  const used = Object.keys(entry(folder).dependencies ?? {}).map((name) => packages[`node_modules/${name}`]);
  const linked = used.flatMap((dependency) => (dependency?.link === true ? (dependency.resolved ?? []) : []));
  return [...new Set([folder, ...linked.flatMap(withWorkspaces)])];
}

function versionOf(tool: string): string {
  const version = known[tool];
  if (version !== undefined) return version;
  throw new Error(`${tool} is a development dependency neither of the root nor of ${service}`);
}

function entry(folder: string): Entry {
  const found = packages[folder];
  if (found !== undefined) return found;
  throw new Error(`package-lock.json has no workspace "${folder}"`);
}

function write(folder: string, manifest: object): void {
  mkdirSync(folder || ".", { recursive: true });
  writeFileSync(path.join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
}
