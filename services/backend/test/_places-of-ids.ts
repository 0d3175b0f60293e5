import { example, type Schema } from "./_openapi.ts";
import { Random } from "./_random.ts";

/** A place in an input where something is named: by an id, by a number, or by a word such as a call's. */
export type Place = {
  /** Such as `changes[].task`. */
  path: string;
  names: "id" | "number" | "word";
  /** An input with that value there, and nothing else but what must be. */
  fill: (value: unknown) => unknown;
};

/** Numbers and words name something only under these names. */
const NUMBERED = new Set(["task", "tasks", "changes", "before"]);
const WORDS = new Set(["call", "token"]);

/** Every place of an input where something of somebody else could be named. */
export function placesOfIds(schema: Schema): Place[] {
  return placesIn(schema, "", (value) => value);
}

function placesIn(schema: Schema, path: string, fill: (value: unknown) => unknown): Place[] {
  if (schema.anyOf) return schema.anyOf.flatMap((each) => placesIn(each, path, fill));
  if (schema.properties) {
    return Object.entries(schema.properties).flatMap(([key, inner]) => {
      const around = (value: unknown) => fill({ ...besides(schema, key), [key]: value });
      return placesIn(inner, path ? `${path}.${key}` : key, around);
    });
  }
  if (schema.items) return placesIn(schema.items, `${path}[]`, (value) => fill([value]));
  const names = namedBy(schema, /(\w+)(\[\])?$/.exec(path)?.[1] ?? "");
  return names ? [{ path, names, fill }] : [];
}

export function namedBy({ type, format }: Schema, name: string): Place["names"] | undefined {
  if (format === "uuid") return "id";
  if (type === "integer" && NUMBERED.has(name)) return "number";
  return type === "string" && WORDS.has(name) ? "word" : undefined;
}

/** What must stand beside a place, and a title where there can be one: an input that would change something. */
function besides({ properties = {}, required = [] }: Schema, key: string): Record<string, unknown> {
  const wanted = [...required, "title"].filter((name) => name !== key && properties[name]);
  return Object.fromEntries(wanted.map((name) => [name, example(properties[name] ?? {}, new Random(1), name)]));
}
