import { describe, expect, it } from "vitest";
import { readEnv } from "../../services/backend/src/env.ts";
import { readProxyHops } from "../../services/frontend/lib/server/client-address.ts";
import { CHARTS } from "./_render.ts";
import {
  documentedKeys,
  isMap,
  leavesOf,
  mapsOf,
  readSchema,
  readValues,
  refusal,
  type Schema,
  schemaAt,
  withChanges,
} from "./_values.ts";

/** Maps whose keys the user invents. */
const OPEN = /^(podAnnotations|podLabels|nodeSelector|service\.annotations|networkPolicy\.backendLabels|settings)$/;
/** Maps that the chart passes on whole; their keys are those of Kubernetes. */
const PASSED_ON = /^(affinity|resources\.(requests|limits))$/;

const dotted = (keys: string[]) => keys.join(".");
const pointer = (keys: string[]) => keys.map((key) => `/${key}`).join("");

describe.each(CHARTS)("the values of %s", (chart) => {
  const values = readValues(chart);
  const schema = readSchema(chart);
  const leaves = leavesOf(values, (keys) => OPEN.test(dotted(keys)) || PASSED_ON.test(dotted(keys)));

  it("are accepted as they are", async () => {
    expect(await refusal(chart, values)).toBe("");
    expect(leaves.length).toBeGreaterThan(20);
  });

  it("are all in the schema, and all of the schema's are there", () => {
    const own = mapsOf(values).filter(({ keys }) => !OPEN.test(dotted(keys)) && !PASSED_ON.test(dotted(keys)));
    for (const { keys, value } of own) {
      const known = Object.keys(schemaAt(schema, keys)?.properties ?? {});
      expect({ [dotted(keys)]: Object.keys(value as object).sort() }).toEqual({ [dotted(keys)]: known.sort() });
    }
  });

  it("are all explained where they stand", () => {
    const documented = documentedKeys(chart);
    const explained = (keys: string[]) =>
      keys.some((_, index) => documented.includes(dotted(keys.slice(0, index + 1))));
    expect(leaves.map(({ keys }) => keys).filter((keys) => !explained(keys))).toEqual([]);
  });

  it("are refused with a key that nobody knows, wherever it stands", async () => {
    const closed = mapsOf(values).filter(({ keys }) => !OPEN.test(dotted(keys)));
    const changes = closed.map(({ keys }) => ({ keys: [...keys, "misspelt"], value: "x" }));
    const said = await refusal(chart, withChanges(values, changes));
    for (const { keys } of closed) {
      expect(said).toContain(`at '${pointer(keys)}': additional properties 'misspelt' not allowed`);
    }
  });

  it("are refused with something of another type, by its place and what is wanted", async () => {
    const changes = leaves.map(({ keys, value }) => ({
      keys,
      value: isMap(value) || Array.isArray(value) ? "text" : { a: "map" },
    }));
    const said = await refusal(chart, withChanges(values, changes));
    for (const { keys } of leaves) {
      const line = said.split("\n").find((text) => text.includes(`at '${pointer(keys)}'`));
      expect([dotted(keys), line]).toEqual([
        dotted(keys),
        expect.stringMatching(/got (object|string), want \w+|value must be one of/),
      ]);
    }
  });

  it("have room for no secret", () => {
    const names = propertiesOf(schema).map(dotted);
    expect(names).toContain("secret.name");
    expect(names.filter((name) => /password|token(?!s$)|credential|apikey|databaseurl|auth/i.test(name))).toEqual([]);
    expect(names.filter((name) => /secret/i.test(name) && !/^(secret|imagePullSecrets)$|name$/i.test(name))).toEqual(
      names.filter((name) => name === "secret.rollOnChange"),
    );
  });
});

describe("plain text in place of a secret", () => {
  it.each(["DATABASE_URL", "DATABASE_DIRECT_URL", "BETTER_AUTH_SECRET", "OPENAI_API_KEY"])(
    "is refused as one of the backend's extra variables: %s",
    async (name) => {
      expect(await refusal("backend", { extraEnv: [{ name, value: "x" }] })).toContain("/extraEnv/0");
    },
  );

  it("is refused in addresses", async () => {
    expect(await refusal("backend", { openai: { baseUrl: "https://user:password@models/v1" } })).toContain(
      "/openai/baseUrl",
    );
    expect(await refusal("frontend", { backendUrl: "http://user:password@backend:8000" })).toContain("/backendUrl");
  });
});

describe.each(["frontend", "backend"])("%s", (chart) => {
  it.each([30_000, 32_767, null])("takes the node port %s", async (nodePort) => {
    expect(await refusal(chart, { service: { nodePort } })).toBe("");
  });

  it.each([0, 8080, 29_999, 32_768])("refuses the node port %s, which no node would open", async (nodePort) => {
    expect(await refusal(chart, { service: { nodePort } })).toMatch(/at '\/service\/nodePort': (minimum|maximum)/);
  });

  it("refuses to kill pods that are still answering", async () => {
    const said = await refusal(chart, { preStopSeconds: 30, terminationGracePeriodSeconds: 30 });
    expect(said).toContain("terminationGracePeriodSeconds is 30 and must be more than 40");
  });

  it("refuses an autoscaler that wants fewer pods at most than at least", async () => {
    const said = await refusal(chart, { autoscaling: { enabled: true, minReplicas: 4, maxReplicas: 3 } });
    expect(said).toContain("autoscaling.maxReplicas is 3 and must not be less than autoscaling.minReplicas, 4");
  });

  it.each(["latest image", "a/b:c", ""])("refuses an image that is none: %j", async (repository) => {
    if (repository === "a/b:c")
      return expect(await refusal(chart, { image: { tag: repository } })).toContain("/image/tag");
    expect(await refusal(chart, { image: { repository } })).toContain("at '/image/repository'");
  });
});

describe("what the schema allows", () => {
  it("is what the backend understands: logLevel", async () => {
    const allowed = schemaAt(readSchema("backend"), ["logLevel"])?.enum ?? [];
    const secrets = { DATABASE_URL: "postgres://u:p@h/d", BETTER_AUTH_SECRET: "s".repeat(32) };
    expect(allowed.map((level) => readEnv({ ...secrets, LOG_LEVEL: String(level) }).LOG_LEVEL)).toEqual(allowed);
  });

  it("is what the page understands: trustedProxyHops", () => {
    const { minimum = -1, maximum = 1000 } = schemaAt(readSchema("frontend"), ["trustedProxyHops"]) ?? {};
    expect(
      [minimum, maximum].map((hops) => readProxyHops({ NODE_ENV: "production", TRUSTED_PROXY_HOPS: String(hops) })),
    ).toEqual([minimum, maximum]);
  });
});

/** All values that a schema knows. */
function propertiesOf(schema: Schema, keys: string[] = []): string[][] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, inner]) => [
    [...keys, key],
    ...propertiesOf(inner, [...keys, key]),
  ]);
}
