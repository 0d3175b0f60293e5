import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { API, kubectl, PAGE, podsOf } from "../support/stack/cluster.ts";
import { previewed, setConfig, unsetConfig } from "../support/stack/pulumi.ts";
import { COPY, change, LONG, must, npmWell, STACK, tell } from "../support/stack/world.ts";
import { underLoad } from "./_load.ts";

const PARTS = ["backend", "frontend", "postgres"];
/** Must be found nowhere but in the Secret that pods read. */
const CANARY = "sk-canary-7f3a9c51e6";

/** Makes a change; what comes back takes it away again. */
type Change = { make: () => Promise<() => Promise<void>> };

export function changes(): void {
  it("npm run up again changes nothing", { timeout: LONG }, async () => {
    const before = await objectVersions();
    expect(await previewed()).toEqual([]);
    const { seconds } = await npmWell("up");
    tell(`npm run up without a change: ${seconds.toFixed(1)} s`);
    expect(await objectVersions()).toEqual(before);
  });

  it("pulumi up alone does the same", { timeout: LONG }, async () => {
    const before = await objectVersions();
    await must("pulumi", ["up", "--yes", "--stack", STACK, "--non-interactive", "--expect-no-changes"]);
    expect(await objectVersions()).toEqual(before);
  });

  it.each<[string, string[], string[], Change]>([
    [
      "one line of the backend",
      ["update Deployment backend", "update Image todo-backend"],
      ["backend"],
      file("services/backend/src/main.ts", (text) => `${text}\n// One line more.\n`),
    ],
    [
      "one line of the page",
      ["update Deployment frontend", "update Image todo-frontend"],
      ["frontend"],
      file("services/frontend/app/layout.tsx", (text) => `${text}\n// One line more.\n`),
    ],
    [
      "a chart's value",
      ["update Deployment backend"],
      ["backend"],
      config("chartValues.backend.logLevel", "debug", "--path"),
    ],
    ["a chart's template", ["create ConfigMap more"], [], template()],
    [
      "a secret",
      ["replace Secret backend-secrets", "update Deployment backend"],
      ["backend"],
      config("openaiApiKey", CANARY, "--secret"),
    ],
    ["a key of the configuration", ["update Deployment backend"], ["backend"], config("openaiModel", "another")],
  ])(
    "%s changes exactly that, without a failed request",
    { timeout: LONG },
    async (what, expected, rolled, { make }) => {
      const before = await podNames();
      const undo = await make();
      try {
        expect(await previewed()).toEqual(expected);
        const addresses = { [`${PAGE}/api/tasks`]: 401, [`${API}/api/health`]: 200 };
        const { asked, failures } = await underLoad(addresses, async () => {
          const { seconds } = await npmWell("up");
          tell(`${what}, until npm run up ends: ${seconds.toFixed(1)} s`);
        });
        expect(failures).toEqual([]);
        expect(asked).toBeGreaterThan(50);
        const after = await podNames();
        expect(PARTS.filter((part) => before[part]?.join() !== after[part]?.join())).toEqual(rolled);
        expect(await previewed()).toEqual([]);
        if (what === "a secret") await expectNoCanary();
      } finally {
        await undo();
      }
      await npmWell("up");
      expect(await previewed()).toEqual([]);
    },
  );
}

function file(name: string, edit: (text: string) => string): Change {
  return {
    make: async () => {
      const undo = change(name, edit);
      return async () => undo();
    },
  };
}

function config(key: string, value: string, ...flags: string[]): Change {
  return {
    make: async () => {
      await setConfig(key, value, ...flags);
      return () => unsetConfig(key, ...flags.filter((flag) => flag === "--path"));
    },
  };
}

function template(): Change {
  return {
    make: async () => {
      const place = path.join(COPY, "helm/backend/templates/more.yaml");
      writeFileSync(place, "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: more\ndata:\n  a: b\n");
      return async () => rmSync(place);
    },
  };
}

async function podNames(): Promise<Record<string, string[]>> {
  return Object.fromEntries(await Promise.all(PARTS.map(async (part) => [part, await podsOf(part)] as const)));
}

/** What the API server has of ours; each write makes another version. Of pods only their names count. */
async function objectVersions(): Promise<string[]> {
  const kinds = "deployments,statefulsets,services,configmaps,secrets,serviceaccounts,persistentvolumeclaims";
  const row = '{range .items[*]}{.kind} {.metadata.name} {.metadata.uid} {.metadata.generation}{"\\n"}{end}';
  const rows = await kubectl("get", kinds, "-o", `jsonpath=${row}`);
  return [...rows.split("\n").filter(Boolean), ...Object.values(await podNames()).flat()].sort();
}

/** The key is in its Secret and nowhere else that anybody may read: not in the state, objects, outputs, logs. */
async function expectNoCanary(): Promise<void> {
  const encoded = Buffer.from(CANARY).toString("base64");
  const secrets = await kubectl("get", "secrets", "-o", "jsonpath={.items[*].data}");
  expect(secrets).toContain(encoded);
  const others = "deployments,statefulsets,replicasets,services,configmaps,pods,events";
  const logs = PARTS.map((part) =>
    kubectl("logs", "-l", `app.kubernetes.io/name=${part}`, "--all-containers", "--tail=-1"),
  );
  const said = {
    objects: await kubectl("get", others, "-o", "json"),
    logs: (await Promise.all(logs)).join("\n"),
    state: await must("pulumi", ["stack", "export", "--stack", STACK]),
    outputs: await must("pulumi", ["stack", "output", "--json", "--stack", STACK]),
    history: await must("pulumi", ["stack", "history", "--json", "--stack", STACK]),
  };
  for (const [place, text] of Object.entries(said)) {
    expect([text.includes(CANARY), text.includes(encoded)], `the key in ${place}`).toEqual([false, false]);
  }
}
