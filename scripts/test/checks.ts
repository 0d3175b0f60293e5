import path from "node:path";
import { FRONTEND, NODE_MODULES, ROOT } from "../local/paths.mjs";

/** What finds faults without running anything: each command is a program of Node's with its arguments. */
export type Check = {
  what: string;
  /** The files that it looks at, by their paths in the repository. */
  of: RegExp;
  commands: string[][];
};

const NEXT = path.join(NODE_MODULES, "next", "dist", "bin", "next");
const TSC = path.join(NODE_MODULES, "typescript", "bin", "tsc");
const BIOME = path.join(NODE_MODULES, "@biomejs", "biome", "bin", "biome");

export const STYLE = [BIOME, "ci", "--error-on-warnings", "--colors=off"];

/** The longest first. */
export const TYPES: readonly Check[] = [
  {
    what: "types of the backend",
    of: /^(services\/(backend|contract|language)|test\/support|scripts)\/.*\.m?[jt]s$/,
    commands: [tsc("backend", path.join(ROOT, "services", "backend"))],
  },
  {
    what: "types of scripts, tests and the stack",
    of: /^(?!services\/frontend\/).*\.[cm]?[jt]s$/,
    commands: [tsc("root", ROOT)],
  },
  {
    what: "types of the page",
    of: /^services\/(frontend|contract)\/.*\.(tsx?|css)$/,
    // Next writes the types of its routes and style sheets first; they are not kept in the repository.
    commands: [[NEXT, "typegen", FRONTEND], tsc("frontend", FRONTEND)],
  },
  ...["contract", "language"].map((name) => ({
    what: `types of the ${name}`,
    of: new RegExp(`^services/${name}/`),
    commands: [tsc(name, path.join(ROOT, "services", name))],
  })),
];

/** It keeps what it knows, so that the next time only changes take long. */
function tsc(name: string, folder: string): string[] {
  const known = path.join(NODE_MODULES, ".cache", "todo-types", `${name}.tsbuildinfo`);
  return [TSC, "-p", folder, "--incremental", "--tsBuildInfoFile", known];
}
