import { z } from "zod";

type Json = z.core.JSONSchema.BaseSchema;

/**
 * An operation's input as JSON Schema for models: without what is for programs, and without the lengths of texts, which
 * not every provider takes; the operation checks them all. `strict`: every field must be there, as strict function
 * calling wants it; otherwise a field with a default may be left out.
 */
export function inputForModels(input: z.ZodType, { strict }: { strict: boolean }): Json {
  const { $schema: _, ...json } = z.toJSONSchema(input, { io: "input" });
  return simplify(json, strict);
}

/** Keys that go: marks of our own, and what a model can't act on. */
const DROPPED = new Set(["forPrograms", "minLength", "maxLength", "pattern", "default", "maximum"]);

function simplify(schema: Json, strict: boolean): Json {
  const { anyOf, properties, items, required, ...rest } = schema;
  const kept = Object.fromEntries(Object.entries(rest).filter(([key]) => !DROPPED.has(key)));
  if (anyOf) return { ...kept, ...union(anyOf.filter(isForModels), strict) };
  if (properties) {
    const shown = Object.entries(properties).filter((entry): entry is [string, Json] => isForModels(entry[1]));
    const names = shown.map(([name]) => name);
    return {
      ...kept,
      properties: Object.fromEntries(shown.map(([name, property]) => [name, simplify(property, strict)])),
      required: strict ? names : names.filter((name) => required?.includes(name)),
    };
  }
  if (isSchema(items)) return { ...kept, items: simplify(items, strict) };
  return kept;
}

/** What is left of a union: one alternative needs no union around it, and unions of unions are one. */
function union(alternatives: readonly Json[], strict: boolean): Json {
  const simple = alternatives.map((each) => simplify(each, strict));
  const flat = simple
    .flatMap((each) => (each.anyOf && Object.keys(each).length === 1 ? each.anyOf : [each]))
    .filter(isSchema);
  const [only] = flat;
  return flat.length === 1 && only ? only : { anyOf: flat };
}

function isSchema(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isForModels(schema: unknown): schema is Json {
  return isSchema(schema) && !("forPrograms" in schema);
}
