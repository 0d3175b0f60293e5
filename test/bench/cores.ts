import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { onPath } from "../support/on-path.ts";

/** Whether processes can be kept on a core: where there are two, and `taskset`. */
export const canPin = availableParallelism() > 1 && onPath("taskset");

const SERVER_CORE = availableParallelism() - 1;
const OTHER_CORES = SERVER_CORE === 1 ? "0" : `0-${SERVER_CORE - 1}`;

/** The command for a server that has the last core for itself; as it is where nothing can be pinned. */
export function onServerCore(command: readonly string[]): string[] {
  return canPin ? ["taskset", "-c", String(SERVER_CORE), ...command] : [...command];
}

/** Keeps a process, and those that it starts from now on, off the server's core, until it is let go again. */
export function keepOffServerCore(pid: number): () => void {
  const allow = (cores: string) => {
    if (canPin) spawnSync("taskset", ["-a", "-c", "-p", cores, String(pid)]);
  };
  allow(OTHER_CORES);
  return () => allow(`0-${SERVER_CORE}`);
}
