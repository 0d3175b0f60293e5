import { rmSync } from "node:fs";
import { ROOT } from "../../scripts/local/paths.mjs";
import { machine, type Row, table } from "../support/figures.ts";
import { findDocker } from "./docker.ts";
import { copyContext, measureBuilds } from "./image-builds.ts";
import { measureRuns } from "./image-runs.ts";

/**
 * `npm run bench:images`: builds both images in Minikube's Docker or in this machine's, runs them, and prints a table.
 * Removes what it has made; fails when an aim is missed.
 */
const interrupted = new AbortController();
for (const name of ["SIGINT", "SIGTERM"] as const) {
  process.once(name, () => interrupted.abort(new Error(`stopped by ${name}`)));
}

async function measure(): Promise<void> {
  const docker = await findDocker(interrupted.signal);
  const folder = copyContext(ROOT, docker);
  const rows: Row[] = [];
  try {
    process.stderr.write(`Building in ${docker.engine}…\n`);
    rows.push(...(await measureBuilds(docker, folder)));
    process.stderr.write("Starting containers…\n");
    rows.push(...(await measureRuns(docker)));
    console.log(`\n${machine()}, ${docker.engine}\n`);
    console.log(table(rows));
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await docker.clean();
  }
  if (rows.some((line) => line.met === false)) process.exitCode = 1;
}

try {
  await measure();
} catch (error) {
  console.error(`Error: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
