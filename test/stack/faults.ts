import { renameSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { podsOf } from "../support/stack/cluster.ts";
import { previewed, setConfig, unsetConfig } from "../support/stack/pulumi.ts";
import { COPY, change, LONG, npm, npmWell, STACK, start } from "../support/stack/world.ts";

/** Makes a fault; what comes back mends it. */
type Fault = () => Promise<() => Promise<void> | void>;

/** The script's own code; some versions of npm make 1 of it when they are interrupted themselves. */
const INTERRUPTED = [130, 1];
const PLAIN_KEY = "sk-plain-61d0c4";
/** Written before the first line of the last stage, so that nothing of the cache helps. */
const inLastStage = (line: string) => (text: string) => text.replace(/(.*)(^FROM .*$)/ms, `$1$2\n${line}`);

const FULL_DISK = "RUN --mount=type=tmpfs,target=/full,size=1m dd if=/dev/zero of=/full/file bs=1M count=2";

export function faults(): void {
  it.each<[string, RegExp, Fault]>([
    [
      "a secret in plain text",
      /openaiApiKey stands as plain text[\s\S]*pulumi config set --secret openaiApiKey/,
      plainKey,
    ],
    ["a missing file", /Dockerfile\.backend is missing[\s\S]*git restore Dockerfile\.backend/, missingFile],
    [
      "a Dockerfile with a fault",
      /The image todo-backend could not be built[\s\S]*these are the last words[\s\S]*exit code: 7/,
      dockerfile("RUN echo these are the last words >&2; exit 7"),
    ],
    ["a Dockerfile that can't be read", /could not be built[\s\S]*unknown instruction: RUNN/i, dockerfile("RUNN true")],
    ["a full disk", /The image todo-backend could not be built[\s\S]*No space left on device/i, dockerfile(FULL_DISK)],
    ["a value that a chart refuses", /logLevel/, chartValue],
  ])("%s is named, changes nothing, and the next up goes through", { timeout: LONG }, async (_what, expected, make) => {
    const before = await podsOf("backend");
    const mend = await make();
    try {
      const { code, output } = await npm("up");
      expect(output).toMatch(expected);
      expect(output).not.toContain(PLAIN_KEY);
      expect(code).toBe(1);
    } finally {
      await mend();
    }
    expect(await podsOf("backend")).toEqual(before);
    await npmWell("up");
    expect(await previewed()).toEqual([]);
    expect(await podsOf("backend")).toEqual(before);
  });

  it("Ctrl-C in the middle ends in order, and the next up goes through", { timeout: LONG }, async () => {
    const undo = change("services/backend/src/main.ts", (text) => `${text}\n// Interrupted.\n`);
    try {
      const up = start("npm", ["run", "--silent", "up", "--", STACK], LONG);
      await said(up, /todo-backend.*(creating|updating|replacing)/);
      process.kill(-(up.child.pid ?? Number.NaN), "SIGINT");
      const { code, output } = await up.done;
      expect(output).toContain("Stopped. What was begun is noted");
      expect(INTERRUPTED).toContain(code);
      await npmWell("up");
      expect(await previewed()).toEqual([]);
    } finally {
      undo();
    }
    await npmWell("up");
  });

  it("a second Ctrl-C ends at once, and the next up goes through all the same", { timeout: LONG }, async () => {
    const undo = change("services/backend/src/main.ts", (text) => `${text}\n// Killed.\n`);
    try {
      const up = start("npm", ["run", "--silent", "up", "--", STACK], LONG);
      await said(up, /todo-backend.*(creating|updating|replacing)/);
      // The second leaves Pulumi's lock behind.
      process.kill(-(up.child.pid ?? Number.NaN), "SIGINT");
      await new Promise((resolve) => setTimeout(resolve, 700));
      process.kill(-(up.child.pid ?? Number.NaN), "SIGINT");
      expect(INTERRUPTED).toContain((await up.done).code);
      await npmWell("up");
      expect(await previewed()).toEqual([]);
    } finally {
      undo();
    }
    await npmWell("up");
  });
}

async function plainKey() {
  await setConfig("openaiApiKey", PLAIN_KEY, "--plaintext");
  return () => unsetConfig("openaiApiKey");
}

async function missingFile() {
  const place = path.join(COPY, "Dockerfile.backend");
  renameSync(place, `${place}.away`);
  return () => renameSync(`${place}.away`, place);
}

function dockerfile(line: string): Fault {
  return async () => change("Dockerfile.backend", inLastStage(line));
}

async function chartValue() {
  await setConfig("chartValues.backend.logLevel", "loud", "--path");
  return () => unsetConfig("chartValues.backend.logLevel", "--path");
}

/** Waits until a program has said something; throws when it ends before. */
async function said(running: ReturnType<typeof start>, what: RegExp): Promise<void> {
  let ended = false;
  void running.done.then(() => {
    ended = true;
  });
  const look = async () => {
    const isSaid = what.test(running.output());
    if (ended && !isSaid)
      throw new Error(`it ended without saying ${what}:
${running.output()}`);
    return isSaid;
  };
  await eventually(`it says ${what}`, look, { timeoutMs: LONG });
}
