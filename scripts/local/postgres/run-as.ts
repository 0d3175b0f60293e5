import { readFileSync, statSync } from "node:fs";
import { execaSync } from "execa";
import { UserError } from "../user-error.mjs";
import { noBinaries } from "./binaries.ts";

type Owner = { uid: number; gid: number };
type Command = { program: string; args: string[]; options: Partial<Owner> };

/** How to run a PostgreSQL program: as the user who called, or, since PostgreSQL refuses root, as another one. */
export type RunAs = {
  /** Whom the data must belong to; undefined: the caller. */
  owner: Owner | undefined;
  command: (program: string, args: string[]) => Command;
};

/**
 * Lets a program read through closed parent folders (/root, `mktemp -d`), and nothing else that its user may not do.
 * The secure bit makes access(2), by which initdb looks for its fellow programs, heed that right as well.
 */
const PASS_THROUGH = [
  "--securebits=+no_setuid_fixup",
  "--inh-caps=+dac_read_search",
  "--ambient-caps=+dac_read_search",
];

const asCaller: RunAs = { owner: undefined, command: (program, args) => ({ program, args, options: {} }) };

/**
 * Chooses how to run PostgreSQL and tries it.
 * @param folder must be reachable; it need not exist
 * @param postgres the server's program
 */
export function chooseRunAs(folder: string, postgres: string): RunAs {
  if (process.getuid?.() !== 0) {
    const fault = whyNot(asCaller, folder, postgres);
    if (fault !== undefined) throw new UserError(noBinaries(`does not run here (${fault})`));
    return asCaller;
  }
  const owner = unprivilegedUser(folder);
  const plain = switchUser(owner);
  if (whyNot(plain, folder, postgres) === undefined) return plain;
  const withCapability = setpriv(owner);
  const fault = whyNot(withCapability, folder, postgres);
  if (fault === undefined) return withCapability;
  throw new UserError(
    `PostgreSQL must not run as root, and user ${owner.uid} can't reach ${folder} or ${postgres} (${fault}): ` +
      "run npm start as a normal user, or set DATA_DIR to a folder that every user may enter",
  );
}

/** Why programs can't run this way, or undefined when all is well. */
function whyNot(runAs: RunAs, folder: string, postgres: string): string | undefined {
  const fault = tryOut(runAs, postgres, ["--version"]);
  if (fault !== undefined || runAs.owner === undefined) return fault;
  return tryOut(runAs, "/bin/sh", ["-c", 'cd "$1"', "sh", folder]);
}

function tryOut(runAs: RunAs, program: string, args: string[]): string | undefined {
  const command = runAs.command(program, args);
  const result = execaSync(command.program, command.args, { ...command.options, cwd: rootFolder(), reject: false });
  if (!result.failed) return undefined;
  return result.stderr?.trim().split("\n")[0] || result.originalMessage || "it failed";
}

/** A folder that any user may stand in: the caller's own may be closed to the user whom PostgreSQL runs as. */
export function rootFolder(): string {
  return process.platform === "win32" ? (process.env.SystemRoot ?? "C:\\") : "/";
}

function switchUser(owner: Owner): RunAs {
  // macOS writes nobody as -2, which a spawn wants signed and a chown unsigned.
  return {
    owner: { uid: owner.uid >>> 0, gid: owner.gid >>> 0 },
    command: (program, args) => ({ program, args, options: { uid: owner.uid | 0, gid: owner.gid | 0 } }),
  };
}

function setpriv(owner: Owner): RunAs {
  const switches = [`--reuid=${owner.uid}`, `--regid=${owner.gid}`, "--clear-groups", ...PASS_THROUGH];
  return {
    owner,
    command: (program, args) => ({ program: "setpriv", args: [...switches, program, ...args], options: {} }),
  };
}

/** The owner of what is there, else who called sudo, else nobody. */
function unprivilegedUser(folder: string): Owner {
  const existing = statSync(folder, { throwIfNoEntry: false });
  if (existing && existing.uid !== 0) return { uid: existing.uid, gid: existing.gid };
  const uid = Number(process.env.SUDO_UID);
  if (Number.isInteger(uid) && uid > 0) return { uid, gid: Number(process.env.SUDO_GID ?? uid) };
  const users = readFileSync("/etc/passwd", "utf8").split("\n");
  const nobody = users.find((line) => line.startsWith("nobody:"))?.split(":");
  if (nobody) return { uid: Number(nobody[2]), gid: Number(nobody[3]) };
  throw new UserError(
    "PostgreSQL must not run as root, and this machine has no user nobody: run npm start as a normal user",
  );
}
