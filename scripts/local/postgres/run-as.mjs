import { spawnSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { UserError } from "../user-error.mjs";
import { noBinaries } from "./binaries.mjs";

/**
 * How to run a PostgreSQL program: as the user who called, or, since PostgreSQL refuses root, as another one.
 * @typedef {object} RunAs
 * @property {{ uid: number, gid: number } | undefined} owner whom the data must belong to; undefined: the caller
 * @property {(program: string, args: string[]) => Command} command
 * @typedef {{ program: string, args: string[], options: { uid?: number, gid?: number } }} Command
 */

/**
 * Lets a program read through closed parent folders (/root, `mktemp -d`), and nothing else that its user may not do.
 * The secure bit makes access(2), by which initdb looks for its fellow programs, heed that right as well.
 */
const PASS_THROUGH = [
  "--securebits=+no_setuid_fixup",
  "--inh-caps=+dac_read_search",
  "--ambient-caps=+dac_read_search",
];

/** @type {RunAs} */
const asCaller = { owner: undefined, command: (program, args) => ({ program, args, options: {} }) };

/**
 * Chooses how to run PostgreSQL and tries it.
 * @param {string} folder the folder that must be reachable; it need not exist
 * @param {string} postgres the server's program
 * @returns {RunAs}
 */
export function chooseRunAs(folder, postgres) {
  if (process.getuid?.() !== 0) {
    probe(asCaller, folder, postgres, (reason) => new UserError(noBinaries("this platform", reason)));
    return asCaller;
  }
  const owner = unprivilegedUser(folder);
  const plain = switchUser(owner);
  if (reaches(plain, folder, postgres) === undefined) {
    return plain;
  }
  const withCapability = setpriv(owner);
  probe(withCapability, folder, postgres, (reason) => {
    const who = `user ${owner.uid}`;
    return new UserError(
      `PostgreSQL must not run as root, and ${who} can't reach ${folder} or ${postgres} (${reason}): ` +
        "run npm start as a normal user, or set DATA_DIR to a folder that every user may enter",
    );
  });
  return withCapability;
}

/**
 * @param {RunAs} runAs
 * @param {string} folder
 * @param {string} postgres
 * @param {(reason: string) => Error} fail
 */
function probe(runAs, folder, postgres, fail) {
  const reason = reaches(runAs, folder, postgres);
  if (reason !== undefined) {
    throw fail(reason);
  }
}

/**
 * @param {RunAs} runAs
 * @param {string} folder
 * @param {string} postgres
 * @returns {string | undefined} why not, or undefined when all is well
 */
function reaches(runAs, folder, postgres) {
  const version = run(runAs, postgres, ["--version"]);
  if (version !== undefined || runAs.owner === undefined) {
    return version;
  }
  return run(runAs, "/bin/sh", ["-c", 'cd "$1"', "sh", folder]);
}

/**
 * @param {RunAs} runAs
 * @param {string} program
 * @param {string[]} args
 */
function run(runAs, program, args) {
  const command = runAs.command(program, args);
  const result = spawnSync(command.program, command.args, { ...command.options, cwd: rootFolder(), encoding: "utf8" });
  if (result.error) {
    return result.error.message;
  }
  return result.status === 0 ? undefined : (result.stderr.trim().split("\n")[0] ?? "it failed");
}

/** A folder that any user may stand in: the caller's own may be closed to the user whom PostgreSQL runs as. */
export function rootFolder() {
  return process.platform === "win32" ? (process.env.SystemRoot ?? "C:\\") : "/";
}

/**
 * @param {{ uid: number, gid: number }} owner
 * @returns {RunAs}
 */
function switchUser(owner) {
  // macOS writes nobody as -2, which a spawn wants signed and a chown unsigned.
  return {
    owner: { uid: owner.uid >>> 0, gid: owner.gid >>> 0 },
    command: (program, args) => ({ program, args, options: { uid: owner.uid | 0, gid: owner.gid | 0 } }),
  };
}

/**
 * @param {{ uid: number, gid: number }} owner
 * @returns {RunAs}
 */
function setpriv(owner) {
  const switches = [`--reuid=${owner.uid}`, `--regid=${owner.gid}`, "--clear-groups", ...PASS_THROUGH];
  return {
    owner,
    command: (program, args) => ({ program: "setpriv", args: [...switches, program, ...args], options: {} }),
  };
}

/**
 * The owner of what is there, else who called sudo, else nobody.
 * @param {string} folder
 */
function unprivilegedUser(folder) {
  const existing = statSync(folder, { throwIfNoEntry: false });
  if (existing && existing.uid !== 0) {
    return { uid: existing.uid, gid: existing.gid };
  }
  const uid = Number(process.env.SUDO_UID);
  if (Number.isInteger(uid) && uid > 0) {
    return { uid, gid: Number(process.env.SUDO_GID ?? uid) };
  }
  const nobody = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"))
    .find((fields) => fields[0] === "nobody");
  if (!nobody) {
    throw new UserError(
      "PostgreSQL must not run as root, and this machine has no user nobody: run npm start as a normal user",
    );
  }
  return { uid: Number(nobody[2]), gid: Number(nobody[3]) };
}
