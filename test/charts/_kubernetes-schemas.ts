import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

type Schema = { [key: string]: unknown };
type Kind = { group: string; version: string; kind: string };

const REFERENCE = "#/definitions/";
/** Types that the API takes in two forms and describes in one. */
const TWO_FORMS: Record<string, Schema> = {
  "io.k8s.apimachinery.pkg.util.intstr.IntOrString": { type: ["string", "integer"] },
  "io.k8s.apimachinery.pkg.api.resource.Quantity": { type: ["string", "number"] },
};

/**
 * Writes one JSON schema for each kind of a Kubernetes version, where kubeconform looks for them. They allow only fields
 * that the API has.
 * @param apiTypes the file `swagger.json` of that version
 */
export function writeSchemas(apiTypes: string, version: string, folder: string): void {
  const definitions = readDefinitions(apiTypes);
  const target = path.join(folder, `v${version}-standalone-strict`);
  mkdirSync(target, { recursive: true });
  for (const [name, definition] of Object.entries(definitions)) {
    for (const { group, version: apiVersion, kind } of kindsOf(definition)) {
      const file = [kind, group.split(".")[0], apiVersion].filter(Boolean).join("-").toLowerCase();
      writeFileSync(path.join(target, `${file}.json`), JSON.stringify(schemaOf(name, definitions)));
    }
  }
}

function readDefinitions(apiTypes: string): Record<string, Schema> {
  const { definitions } = JSON.parse(readFileSync(apiTypes, "utf8")) as { definitions: Record<string, Schema> };
  for (const [name, definition] of Object.entries(definitions)) {
    definitions[name] = { ...definition, ...TWO_FORMS[name] };
    if (definition.properties !== undefined) {
      definitions[name].additionalProperties = false;
    }
  }
  return definitions;
}

/** A schema with all that it refers to. */
function schemaOf(name: string, definitions: Record<string, Schema>): Schema {
  const needed: Record<string, Schema | undefined> = {};
  const add = (key: string) => {
    if (!(key in needed)) {
      needed[key] = definitions[key];
      for (const reference of referencesIn(definitions[key])) add(reference);
    }
  };
  add(name);
  return { allOf: [{ $ref: `${REFERENCE}${name}` }], definitions: needed };
}

function referencesIn(schema: unknown): string[] {
  if (schema === null || typeof schema !== "object") return [];
  return Object.entries(schema).flatMap(([key, value]) =>
    key === "$ref" && typeof value === "string" ? [value.slice(REFERENCE.length)] : referencesIn(value),
  );
}

/**
 * The kinds of objects that a definition describes: none for the parts of objects, one for those that charts make.
 * Definitions that many kinds share (the options of a deletion) are nobody's.
 */
function kindsOf(definition: Schema): Kind[] {
  const kinds = definition["x-kubernetes-group-version-kind"];
  return Array.isArray(kinds) && kinds.length === 1 ? kinds : [];
}
