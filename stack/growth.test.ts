import { expect, it } from "vitest";
import type { Answer } from "../scripts/programs.ts";
import { recordingMachine } from "./_machine.ts";
import { runStack } from "./_mocks.ts";
import { readSettings } from "./config.ts";
import { deployedBy } from "./deployed.ts";
import { refuseGrowth } from "./growth.ts";

const REGISTRY = { imageRegistry: "ghcr.io/acme", context: "prod" };
const done = (object: object): Answer => ({ kind: "done", stdout: JSON.stringify(object) });
const claim = (storage: string) =>
  done({ kind: "PersistentVolumeClaim", spec: { storageClassName: "fast" }, status: { capacity: { storage } } });
const fast = (allowVolumeExpansion: boolean) => done({ kind: "StorageClass", allowVolumeExpansion });

/** What is said to a volume of 1Gi that is to have another size; empty when it goes through. */
async function saidTo(size: string, ...answers: Answer[]): Promise<string> {
  let said = "";
  const machine = recordingMachine(() => answers.shift() ?? { kind: "failed", code: 1, stderr: "" }, undefined);
  const config = { ...REGISTRY, chartValues: JSON.stringify({ postgres: { persistence: { size } } }) };
  await runStack(
    async () => {
      const settings = readSettings();
      const made = { enabled: true, size: "1Gi", storageClassName: "", data: "18" };
      const before = { ...deployedBy(settings, undefined), volume: made };
      await refuseGrowth(settings, before, machine).catch((error: Error) => {
        said = error.message;
      });
    },
    { config },
  );
  return said;
}

it("lets a volume grow where its class can", async () => {
  expect(await saidTo("5Gi", claim("1Gi"), fast(true))).toBe("");
});

it("refuses it where the class can't, with the cure", async () => {
  const said = await saidTo("5Gi", claim("1Gi"), fast(false));
  expect(said).toContain("its storage class fast lets none grow");
  expect(said).toContain("pulumi config set --path chartValues.postgres.persistence.size 1Gi");
});

it("refuses less than it has grown to", async () => {
  expect(await saidTo("2Gi", claim("5Gi"), fast(true))).toMatch(/volumes do not shrink[\s\S]*persistence\.size 5Gi$/);
});

it.each<[string, Answer[]]>([
  ["nobody can tell", [{ kind: "missing" }]],
  ["the claim is gone", [{ kind: "done", stdout: "" }]],
  ["nobody may read the class", [claim("1Gi"), { kind: "failed", code: 1, stderr: "forbidden" }]],
])("leaves it to Kubernetes where %s", async (_, answers) => {
  expect(await saidTo("5Gi", ...answers)).toBe("");
});
