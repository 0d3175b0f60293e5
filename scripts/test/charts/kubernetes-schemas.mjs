import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

/** @typedef {{ [key: string]: unknown }} Schema */
/** @typedef {{ group: string, version: string, kind: string }} Kind */

const REFERENCE = "#/definitions/";
/** Types that the API takes in two forms and describes in one. @type {Record<string, Schema>} */
const TWO_FORMS = {
  "io.k8s.apimachinery.pkg.util.intstr.IntOrString": { type: ["string", "integer"] },
  "io.k8s.apimachinery.pkg.api.resource.Quantity": { type: ["string", "number"] },
};

/**
 * Writes one JSON schema for each kind of a Kubernetes version, where kubeconform looks for them. They allow only fields
 * that the API has.
 * @param {string} apiTypes the file `swagger.json` of that version
 * @param {string} version
 * @param {string} folder
 */
export function writeSchemas(apiTypes, version, folder) {
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

/**
 * @param {string} apiTypes
 * @returns {Record<string, Schema>}
 */
function readDefinitions(apiTypes) {
  const definitions = JSON.parse(readFileSync(apiTypes, "utf8")).definitions;
  for (const [name, definition] of Object.entries(definitions)) {
    definitions[name] = { ...definition, ...TWO_FORMS[name] };
    if (definition.properties !== undefined) definitions[name].additionalProperties = false;
  }
  return definitions;
}

/**
 * A schema with all that it refers to.
 * @param {string} name
 * @param {Record<string, Schema>} definitions
 */
function schemaOf(name, definitions) {
  /** @type {Record<string, Schema | undefined>} */
  const needed = {};
  const add = (/** @type {string} */ key) => {
    if (!(key in needed)) {
      needed[key] = definitions[key];
      referencesIn(definitions[key]).forEach(add);
    }
  };
  add(name);
  return { allOf: [{ $ref: `${REFERENCE}${name}` }], definitions: needed };
}

/**
 * @param {unknown} schema
 * @returns {string[]}
 */
function referencesIn(schema) {
  if (schema === null || typeof schema !== "object") return [];
  return Object.entries(schema).flatMap(([key, value]) =>
    key === "$ref" && typeof value === "string" ? [value.slice(REFERENCE.length)] : referencesIn(value),
  );
}

/**
 * The kinds of objects that a definition describes: none for the parts of objects, one for those that charts make.
 * Definitions that many kinds share (the options of a deletion) are nobody's.
 * @param {Schema} definition
 * @returns {Kind[]}
 */
function kindsOf(definition) {
  const kinds = definition["x-kubernetes-group-version-kind"];
  return Array.isArray(kinds) && kinds.length === 1 ? kinds : [];
}
