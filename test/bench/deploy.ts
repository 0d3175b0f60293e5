import { cpus, totalmem } from "node:os";
import { startArgs } from "../../stack/minikube-profile.ts";
import { untilItAnswers } from "../support/eventually.ts";
import { median, type Row, row, table } from "../support/figures.ts";
import { docker, minikube, ownImages, PAGE } from "../support/stack/cluster.ts";
import { NODE_PORTS, PROFILE } from "../support/stack/profile.ts";
import { setConfig } from "../support/stack/pulumi.ts";
import { change, ENV, LONG, makeCopy, must, npmWell, removeCopy, run, STACK } from "../support/stack/world.ts";
import { byHand, type Deployer } from "./deploy-by-hand.ts";

// npm run bench:deploy: the program beside the same five steps as a script, on a Minikube of their own, in one run. Prints
// a table; fails when an aim is missed.

const REPEATED = 3;
const AIMS = { "from nothing": 180, "no change": 4, "one line of the backend": 12, "one line of the page": 40 };

type Work =
  | "from nothing"
  | "no change"
  | "one line of the backend"
  | "one line of the page"
  | "one value"
  | "teardown";

const program: Deployer = {
  name: "pulumi up",
  deploy: () => must("pulumi", ["up", "--yes", "--skip-preview", "--stack", STACK, "--non-interactive"], LONG),
  setLogLevel: (level) => setConfig("chartValues.backend.logLevel", level, "--path"),
  remove: () => npmWell("down"),
};

let lines = 0;

async function measure(deployer: Deployer): Promise<Record<Work, number>> {
  await clean();
  const timed = async (work: Work, what: () => Promise<unknown>): Promise<number> => {
    process.stderr.write(`${deployer.name}: ${work}… `);
    const began = performance.now();
    await what();
    const seconds = (performance.now() - began) / 1_000;
    process.stderr.write(`${seconds.toFixed(1)} s\n`);
    return seconds;
  };
  const several = async (work: Work, before: () => unknown): Promise<number> => {
    const seconds: number[] = [];
    for (let i = 0; i < REPEATED; i++) {
      await before();
      seconds.push(await timed(work, deployer.deploy));
    }
    return median(seconds);
  };
  const add = (file: string) => change(file, (text) => `${text}\n// Line ${++lines}.\n`);
  return {
    "from nothing": await timed("from nothing", async () => {
      await deployer.deploy();
      await untilItAnswers(`${PAGE}/api/tasks`, 401, { timeoutMs: LONG, everyMs: 50 });
    }),
    "no change": await several("no change", () => {}),
    "one line of the backend": await several("one line of the backend", () => add("services/backend/src/main.ts")),
    "one line of the page": await several("one line of the page", () => add("services/frontend/app/layout.tsx")),
    "one value": await several("one value", () =>
      deployer.setLogLevel(["debug", "info", "warn"][++lines % 3] ?? "info"),
    ),
    teardown: await timed("teardown", deployer.remove),
  };
}

/** Takes away what the one before has left in Minikube's Docker; the base images stay. */
async function clean(): Promise<void> {
  const images = await ownImages();
  if (images.length > 0) await docker("image", "rm", "--force", ...images);
  await docker("builder", "prune", "--all", "--force");
}

function compare(ours: Record<Work, number>, theirs: Record<Work, number>): Row[] {
  const aims: Partial<Record<Work, number>> = AIMS;
  return Object.entries(ours).map(([work, value]) => {
    const limit = aims[work as Work];
    const aim = limit === undefined ? undefined : { at: "most" as const, limit };
    return row(work, { value, unit: "s", digits: 1 }, aim, { name: "by hand", value: theirs[work as Work] });
  });
}

makeCopy();
try {
  await run("minikube", ["delete", "-p", PROFILE]);
  process.stderr.write("Making a Minikube…\n");
  await must("minikube", startArgs(PROFILE, NODE_PORTS, ENV), LONG);
  await must("pulumi", ["stack", "init", STACK]);
  const ours = await measure(program);
  const theirs = await measure(byHand);
  const rows = compare(ours, theirs);
  const memory = Math.round(totalmem() / 2 ** 30);
  console.log(`\n${cpus().length} cores (${cpus()[0]?.model.trim()}), ${memory} GiB, Node ${process.version}\n`);
  console.log(table(rows));
  if (rows.some(({ met }) => met === false)) process.exitCode = 1;
} finally {
  await minikube("delete");
  removeCopy();
}
