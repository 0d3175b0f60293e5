import { writeFileSync } from "node:fs";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { decidedAmong, volumeOf } from "../../stack/volume.ts";
import { tempFolder } from "../support/temp-folder.ts";
import type { KubeObject } from "./_objects.ts";
import { chartFolder, render } from "./_render.ts";
import { isMap, leavesOf, readSchema, readValues, schemaAt, type Values, withChanges } from "./_values.ts";

/** Fields that Kubernetes lets nobody change; whoever wants to, deletes the object and makes another. */
const IMMUTABLE: Record<string, string[]> = {
  Deployment: ["selector"],
  StatefulSet: ["selector", "serviceName", "podManagementPolicy", "volumeClaimTemplates"],
};

/** The names of all objects, with what must not change in them. */
async function fixedParts(chart: string, values: Values): Promise<unknown> {
  const file = path.join(tempFolder(), "values.yaml");
  writeFileSync(file, JSON.stringify(values));
  const documents = parseAllDocuments(await render({ chart: chartFolder(chart), values: [file] }));
  const objects = documents.map((document) => document.toJS() as KubeObject | null).filter((object) => object !== null);
  const workloads = objects.filter(({ kind }) => IMMUTABLE[kind] !== undefined);
  expect(workloads).toHaveLength(1);
  return workloads.map(({ kind, metadata, spec }) => [
    kind,
    metadata.name,
    (IMMUTABLE[kind] ?? []).map((field) => Object(spec)[field]),
  ]);
}

/** Another value of the same kind, as far as the schema goes. */
function another(chart: string, keys: string[], value: unknown): unknown {
  const schema = schemaAt(readSchema(chart), keys);
  const other = schema?.enum?.find((each) => each !== value);
  if (other !== undefined) return other;
  if (typeof value === "boolean") return !value;
  if (typeof value === "number") return value + 1;
  if (keys.at(-1) === "size" || keys.includes("resources")) return "7Gi";
  if (keys.at(-1) === "digest") return `sha256:${"0".repeat(64)}`;
  if (/^https?:/.test(String(value)) || keys.at(-1) === "baseUrl") return "http://another:1234";
  return typeof value === "string" ? "another" : undefined;
}

async function dangerous(chart: string): Promise<string[]> {
  const values = readValues(chart);
  const before = await fixedParts(chart, values);
  const found: string[] = [];
  for (const { keys, value } of leavesOf(values, () => false)) {
    const other = another(chart, keys, value);
    if (other === undefined || isMap(value)) continue;
    const after = await fixedParts(chart, withChanges(values, [{ keys, value: other }]));
    if (!isDeepStrictEqual(after, before)) found.push(keys.join("."));
  }
  return found;
}

it.each(["backend", "frontend"])("nothing but another name makes the objects of the %s anew", async (chart) => {
  expect(await dangerous(chart)).toEqual(["nameOverride", "fullnameOverride"]);
});

it("what would make the database's objects anew is decided by the program, or part of the volume that it remembers", async () => {
  const found = await dangerous("postgres");
  expect(found).toEqual([
    "persistence.enabled",
    "persistence.size",
    "persistence.storageClassName",
    "nameOverride",
    "fullnameOverride",
  ]);
  const values = readValues("postgres");
  for (const name of found) {
    const keys = name.split(".");
    const { value } = leavesOf(values, () => false).find((leaf) => leaf.keys.join(".") === name) ?? {};
    const change = keys.reduceRight<unknown>((inner, key) => ({ [key]: inner }), another("postgres", keys, value));
    const isRemembered = !isDeepStrictEqual(volumeOf(change as Values), volumeOf({}));
    expect([name, isRemembered || decidedAmong(change as Values).includes(name)]).toEqual([name, true]);
  }
});

it("the volume goes with the database's objects only where somebody says so", () => {
  expect(readValues("postgres")["persistence"]).toMatchObject({ whenDeleted: "Retain" });
});
