import path from "node:path";
import { UserError } from "../scripts/local/user-error.mjs";
import type { Machine } from "./machine.ts";

/**
 * Docker's provider asks every helper that keeps logins before every build, also of an image that needs no login, and
 * fails with the helper's exec error when one is not there, as after a change between Docker Desktop and another Docker.
 * @throws UserError that names the line to remove
 */
export async function refuseMissingHelpers(machine: Machine): Promise<void> {
  for (const { key, helper } of helpersIn(machine.read(machine.dockerHome, "config.json"))) {
    const { kind } = await machine.run(`docker-credential-${helper}`, ["version"]);
    if (kind === "missing") {
      throw new UserError(
        `${path.join(machine.dockerHome, "config.json")} keeps logins with docker-credential-${helper}, which is not on PATH, ` +
          `and then no image can be built. Remove ${key} from that file, or install it`,
      );
    }
  }
}

function helpersIn(text: string | undefined): { key: string; helper: string }[] {
  const { credsStore, credHelpers } = parse(text ?? "{}");
  return [
    ...(typeof credsStore === "string" && credsStore !== "" ? [{ key: '"credsStore"', helper: credsStore }] : []),
    ...Object.entries(Object(credHelpers)).map(([host, helper]) => ({
      key: `"${host}" in "credHelpers"`,
      helper: String(helper),
    })),
  ];
}

/** A file that Docker itself can't read is Docker's to complain about. */
function parse(text: string): { credsStore?: unknown; credHelpers?: unknown } {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}
