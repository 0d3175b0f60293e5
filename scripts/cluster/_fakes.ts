import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { tempFolder } from "../../test/support/temp-folder.ts";

/** What the programs of a test say, as JavaScript that runs with `args`, `say` and `fs` at hand. */
export type Fakes = Record<string, string>;

/** Programs that are all there and good: no Minikube yet, a stack that exists, an update that ends well. */
export const GOOD: Fakes = {
  docker: `say("26.1.5")`,
  "pulumi-language-nodejs": "",
  kubectl: `say("{}")`,
  minikube: `
    const running = fs.existsSync(process.env.FOLDER + "/started");
    if (args[0] === "version") say("v1.38.1");
    if (args[0] === "start") { fs.writeFileSync(process.env.FOLDER + "/started", ""); profile("{}"); }
    if (args[0] === "status") say(JSON.stringify(running ? { Host: "Running", Kubelet: "Running", APIServer: "Running" } : {}));`,
  pulumi: `
    if (args[0] === "version") say("v3.270.0");
    if (args[0] === "config") say(fs.existsSync(process.env.FOLDER + "/config") ? fs.readFileSync(process.env.FOLDER + "/config", "utf8") : "{}");
    if (args[0] === "up") log({ resOutputsEvent: { metadata: { type: "pulumi:pulumi:Stack", new: { outputs: {} } } } });`,
};

const PREAMBLE = `#!${process.execPath}
const fs = require("node:fs");
const args = process.argv.slice(2);
const say = (text) => process.stdout.write(text + "\\n");
const complain = (text, code) => { process.stderr.write(text + "\\n"); process.exit(code); };
const profile = (config) => {
  const folder = process.env.HOME + "/.minikube/profiles/minikube";
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(folder + "/config.json", config);
  fs.writeFileSync(folder + "/apiserver.crt", "");
};
const halfMade = () => {
  profile("{}");
  fs.rmSync(process.env.HOME + "/.minikube/profiles/minikube/apiserver.crt");
};
const log = (event) => fs.appendFileSync(args[args.indexOf("--event-log") + 1], JSON.stringify(event) + "\\n");
fs.appendFileSync(process.env.FOLDER + "/calls", [require("node:path").basename(__filename), ...args].join(" ") + "\\n");
`;

/** As Docker takes them: any that are free. */
export const ANY_PORTS = "127.0.0.1:0:30000,127.0.0.1:0:30001";

export type Machine = {
  folder: string;
  /** Starts one of the commands; its output is gathered. */
  start: (command: string, args?: string[], env?: NodeJS.ProcessEnv) => Running;
  /** What the programs were asked, one a line. */
  calls: () => string[];
};

export type Running = {
  child: ChildProcess;
  output: () => string;
  ended: Promise<{ code: number | null; output: string }>;
};

/** A machine on whose PATH there are these programs and no others. */
export function machine(fakes: Fakes): Machine {
  const folder = tempFolder();
  const bin = path.join(folder, "bin");
  mkdirSync(bin);
  for (const [name, script] of Object.entries(fakes)) {
    writeFileSync(path.join(bin, name), `${PREAMBLE}${script}\n`);
    chmodSync(path.join(bin, name), 0o755);
  }
  const start = (command: string, args: string[] = [], env: NodeJS.ProcessEnv = {}): Running => {
    const child = spawn(process.execPath, [path.join(import.meta.dirname, `${command}.ts`), ...args], {
      // The real programs must not be found, nor the tester's own login.
      // Nor do the ports matter that something here has.
      env: {
        MINIKUBE_PORTS: ANY_PORTS,
        PATH: bin,
        FOLDER: folder,
        HOME: folder,
        PULUMI_HOME: folder,
        TMPDIR: folder,
        ...env,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk) => {
        output += chunk;
      });
    }
    const ended = new Promise<{ code: number | null; output: string }>((resolve) => {
      child.on("close", (code) => resolve({ code, output }));
    });
    return { child, output: () => output, ended };
  };
  const file = path.join(folder, "calls");
  const calls = () => (existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : []);
  return { folder, start, calls };
}
