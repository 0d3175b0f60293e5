import { hostname } from "node:os";
import { isAlive } from "../local/processes.mjs";

/**
 * Whether Pulumi refused to work because of a lock whose holder was killed on this machine. A holder that lives, or one
 * elsewhere, keeps its lock.
 * @param {string} output what Pulumi wrote on its error channel
 * @param {{ host: string, alive: (pid: number) => boolean }} [machine]
 */
export function isLockedByTheDead(output, { host, alive } = { host: hostname(), alive: isAlive }) {
  if (!/currently locked by \d+ lock/.test(output)) {
    return false;
  }
  const holders = [...output.matchAll(/created by [^@\s]+@(\S+) \(pid (\d+)\)/g)];
  return holders.length > 0 && holders.every(([, where, pid]) => where === host && !alive(Number(pid)));
}
