import { randomUUID } from "node:crypto";
import { Random, strangeTexts } from "./_random.ts";

/** The part of JSON Schema that the description of our API uses. */
export type Schema = {
  type?: string | string[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  enum?: unknown[];
  anyOf?: Schema[];
  format?: string;
  pattern?: string;
  minimum?: number;
  additionalProperties?: unknown;
};
export type Parameter = { name: string; in: string; required?: boolean; schema: Schema };
export type Operation = {
  method: string;
  path: string;
  parameters: Parameter[];
  body: Schema | undefined;
  statuses: string[];
  /** Who may call it: `session`, `token`, or nothing for whoever comes. */
  callers: string[];
  /** Of the list of operations, where it stands there. */
  name: string | undefined;
};

type Described = {
  parameters?: Parameter[];
  requestBody?: { content: { "application/json": { schema: Schema } } };
  responses: Record<string, unknown>;
  security: Record<string, string[]>[];
  "x-operation"?: string;
};
export type Spec = {
  openapi: string;
  paths: Record<string, Record<string, Described>>;
  components: { securitySchemes: { session: { name: string } } };
};

export async function readSpec(server: { url: string }): Promise<Spec> {
  return (await fetch(`${server.url}/openapi.json`)).json() as Promise<Spec>;
}

/** Every operation that the server describes. */
export async function readOperations(server: { url: string }): Promise<Operation[]> {
  const spec = await readSpec(server);
  return Object.entries(spec.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => ({
      method: method.toUpperCase(),
      path,
      parameters: described.parameters ?? [],
      body: described.requestBody?.content["application/json"].schema,
      statuses: Object.keys(described.responses),
      callers: described.security.flatMap((way) => Object.keys(way)),
      name: described["x-operation"],
    })),
  );
}

export const nameOf = ({ method, path }: Operation) => `${method} ${path}`;

/** Bodies that fit the account routes, and make or change no account that there is. */
export const accountBodies: Record<string, Record<string, unknown> | undefined> = {
  "/api/auth/sign-up/email": { name: "Carl", email: "carl@example.com", password: "a password of Carl" },
  "/api/auth/sign-in/email": { email: "carl@example.com", password: "not his password" },
  "/api/auth/sign-out": {},
  "/api/auth/change-password": { currentPassword: "not his password", newPassword: "another password" },
  "/api/auth/revoke-session": { token: "unknown" },
  "/api/auth/revoke-other-sessions": {},
  "/api/auth/delete-user": { password: "not his password" },
};

/** A body that fits the operation, or undefined when it takes none. */
export function exampleBody(operation: Operation, random = new Random(1)): unknown {
  const isAccount = operation.path.startsWith("/api/auth/") && operation.method !== "GET";
  if (!isAccount) return operation.body && example(operation.body, random, "");
  const body = accountBodies[operation.path];
  if (!body) throw new Error(`${nameOf(operation)} is new: give it a body in accountBodies of test/_openapi.ts`);
  return body;
}

const zones = ["Europe/Berlin", "America/St_Johns", "UTC"];
const texts = ["buy milk", "Überweisung", "x", "home", "büro", "00:00", "09:30", "23:59"];
const byFormat: Record<string, (random: Random) => string> = {
  date: () => "2030-06-15",
  uuid: () => randomUUID(),
  "iana-time-zone": (random) => random.pick(zones),
};

/** A value that the schema accepts. */
export function example(schema: Schema, random: Random, name: string): unknown {
  if (schema.enum) return random.pick(schema.enum);
  if (schema.anyOf && !schema.properties) return example(random.pick(schema.anyOf), random, name);
  const type = Array.isArray(schema.type) ? random.pick(schema.type) : schema.type;
  switch (type) {
    case "object":
      return Object.fromEntries(
        Object.entries(schema.properties ?? {})
          .filter(([key], i) => schema.required?.includes(key) || i === 0 || random.chance(0.5))
          .map(([key, value]) => [key, example(value, random, key)]),
      );
    case "array":
      return Array.from({ length: random.int(1, 3) }, () => example(schema.items ?? {}, random, name));
    case "string":
      return exampleText(schema, random, name);
    case "integer":
    case "number":
      return schema.minimum ?? 1;
    case "boolean":
      return random.chance(0.5);
    case "null":
      return null;
    default:
      throw new Error(`no example for ${name || "a body"} of type ${type}: add one to test/_openapi.ts`);
  }
}

function exampleText({ pattern, format }: Schema, random: Random, name: string): string {
  if (format !== undefined) {
    const make = byFormat[format];
    if (!make) throw new Error(`no example for the format ${format}: add it to byFormat in test/_openapi.ts`);
    return make(random);
  }
  const fitting = texts.filter((text) => pattern === undefined || new RegExp(pattern, "u").test(text));
  if (fitting.length === 0) throw new Error(`no example for ${name}, ${pattern}: add one to texts in test/_openapi.ts`);
  return random.pick(fitting);
}

/** A value that may or may not fit: mostly an example with something strange in it. */
export function strange(schema: Schema, random: Random, name = ""): unknown {
  if (random.chance(0.3)) return random.pick<unknown>([...strangeTexts, null, -1, 1e300, true, [], {}, [[]], [null]]);
  const fitting = example(schema, random, name);
  if (fitting === null || typeof fitting !== "object" || Array.isArray(fitting)) return fitting;
  const entries = Object.entries(fitting).map(([key, value]) => {
    const part = schema.properties?.[key];
    return [key, part && random.chance(0.5) ? strange(part, random, key) : value];
  });
  if (random.chance(0.1)) entries.push([random.pick(["userId", "__proto__", "constructor", "number"]), "x"]);
  return Object.fromEntries(entries);
}
