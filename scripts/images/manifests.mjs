import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

// node manifests.mjs <workspace> [build tool…]: makes, in the current folder, the package.json files from which npm
// installs what building one service needs: its dependencies, those of the workspaces it uses, and the tools that are
// named. It reads package-lock.json alone, so nothing but a change of that file installs anything again.

const [service = "", ...tools] = process.argv.slice(2);
/** @type {{ packages: Record<string, any> }} */
const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8"));
const { devDependencies: ofRoot, ...root } = entry("");
const known = { ...ofRoot, ...entry(service).devDependencies };
const workspaces = withWorkspaces(service);

write("", { ...root, workspaces, devDependencies: Object.fromEntries(tools.map((tool) => [tool, versionOf(tool)])) });
for (const folder of workspaces) {
  const { devDependencies: _, ...manifest } = entry(folder);
  write(folder, manifest);
}

/**
 * A workspace and all that it depends on, directly or not.
 * @param {string} folder
 * @returns {string[]}
 */
function withWorkspaces(folder) {
  const used = Object.keys(entry(folder).dependencies ?? {})
    .map((name) => packages[`node_modules/${name}`])
    .filter((dependency) => dependency?.link === true)
    .flatMap(({ resolved }) => withWorkspaces(resolved));
  return [...new Set([folder, ...used])];
}

/** @param {string} tool */
function versionOf(tool) {
  const version = known[tool];
  if (version === undefined) {
    throw new Error(`${tool} is a development dependency neither of the root nor of ${service}`);
  }
  return version;
}

/** @param {string} folder */
function entry(folder) {
  const found = packages[folder];
  if (found === undefined) throw new Error(`package-lock.json has no workspace "${folder}"`);
  return found;
}

/**
 * @param {string} folder
 * @param {object} manifest
 */
function write(folder, manifest) {
  mkdirSync(folder || ".", { recursive: true });
  writeFileSync(path.join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
}
