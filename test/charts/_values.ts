import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { tempFolder } from "../support/temp-folder.ts";
import { chartFolder, render } from "./_render.ts";

export type Values = { [key: string]: unknown };
export type Schema = {
  type?: string | string[];
  properties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
  items?: Schema;
  definitions?: Record<string, Schema>;
  enum?: unknown[];
  minimum?: number;
  maximum?: number;
  $ref?: string;
};
/** A value of a chart: the keys that lead to it. */
export type Place = { keys: string[]; value: unknown };

export function readValues(chart: string): Values {
  return parse(read(chart, "values.yaml"));
}

/** The chart's schema; `$ref`s are replaced by what they name. */
export function readSchema(chart: string): Schema {
  const root = JSON.parse(read(chart, "values.schema.json")) as Schema;
  const resolve = (schema: Schema): Schema => {
    const named = schema.$ref ? root.definitions?.[schema.$ref.replace("#/definitions/", "")] : schema;
    if (!named) throw new Error(`${schema.$ref} is not defined`);
    const properties = Object.entries(named.properties ?? {}).map(([key, value]) => [key, resolve(value)]);
    return named.properties ? { ...named, properties: Object.fromEntries(properties) } : named;
  };
  return resolve(root);
}

/** The part of a schema that is about the value at some keys. */
export function schemaAt(schema: Schema, keys: string[]): Schema | undefined {
  return keys.reduce<Schema | undefined>((part, key) => part?.properties?.[key], schema);
}

export function isMap(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** All maps among the values, the outermost first. */
export function mapsOf(value: unknown, keys: string[] = []): Place[] {
  if (!isMap(value)) return [];
  return [{ keys, value }, ...Object.entries(value).flatMap(([key, inner]) => mapsOf(inner, [...keys, key]))];
}

/** All values that hold no further ones of the chart's: texts, numbers, lists, and the maps that `isLeaf` names. */
export function leavesOf(value: unknown, isLeaf: (keys: string[]) => boolean, keys: string[] = []): Place[] {
  if (!isMap(value) || isLeaf(keys)) return [{ keys, value }];
  return Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, isLeaf, [...keys, key]));
}

/** Values with other ones in some places. */
export function withChanges(values: Values, changes: Place[]): Values {
  const changed = structuredClone(values);
  for (const { keys, value } of changes) {
    let map: Values = changed;
    for (const key of keys.slice(0, -1)) map = map[key] as Values;
    map[keys.at(-1) ?? ""] = value;
  }
  return changed;
}

/** What helm says about values, or an empty text when it takes them. */
export async function refusal(chart: string, values: Values): Promise<string> {
  const file = path.join(tempFolder(), "values.yaml");
  writeFileSync(file, JSON.stringify(values));
  try {
    await render({ chart: chartFolder(chart), values: [file] });
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

/** The keys in `values.yaml` right below a comment that begins with `# --`, which helm-docs puts into the README. */
export function documentedKeys(chart: string): string[] {
  const documented: string[] = [];
  const keys: string[] = [];
  let hasComment = false;
  for (const line of read(chart, "values.yaml").split("\n")) {
    const [, indent = "", key] = /^( *)([\w.-]+):/.exec(line) ?? [];
    if (key !== undefined) {
      keys.splice(indent.length / 2, Number.POSITIVE_INFINITY, key);
      if (hasComment) documented.push(keys.join("."));
    }
    hasComment = /^ *# -- \S/.test(line) || (hasComment && /^ *#/.test(line));
  }
  return documented;
}

function read(chart: string, file: string): string {
  return readFileSync(path.join(chartFolder(chart), file), "utf8");
}
