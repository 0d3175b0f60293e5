import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../../scripts/local/paths.mjs";
import { readEnv } from "../../services/backend/src/env.ts";
import { type Container, containersOf, objectsOf, only, podsOf, serverOf, serverPod } from "./_objects.ts";
import { casesOf } from "./_render.ts";

/** A Secret as the README says to make it, without the keys that may be left out. */
const SECRET: Record<string, string> = {
  "database-url": "postgres://todo:password@postgres:5432/todo",
  "auth-secret": "0123456789abcdef0123456789abcdef",
  "auth-url": "http://localhost:30000",
};

/** Variables that neither chart nor image sets, each with its reason. */
const NOT_SET: Record<string, string> = {
  FAILPOINT: "kills the process, for the fault tests",
  NEXT_RUNTIME: "Next sets it",
};

/** The environment that a container gets from the cluster. */
function environmentOf({ env = [] }: Container): Record<string, string> {
  return Object.fromEntries(
    env.flatMap(({ name, value, valueFrom }) => {
      const ref = valueFrom?.secretKeyRef;
      const given = ref ? SECRET[ref.key] : value;
      if (given === undefined && !ref?.optional) throw new Error(`${name} has no value, its pod would not start`);
      return given === undefined ? [] : [[name, given]];
    }),
  );
}

/** Which variables the backend looks at, and what it makes of those that it is given. */
function watchReads(environment: Record<string, string>) {
  const read = new Set<string>();
  const env = readEnv(
    new Proxy(environment, {
      get(target, name: string) {
        read.add(name);
        return target[name];
      },
    }),
  );
  return { read: [...read], env: env as Record<string, unknown> };
}

describe("the backend's variables", () => {
  it("are all set by the chart or have a default", async () => {
    const server = serverOf(await objectsOf("backend", { values: [externalCase()] }));
    const { read, env } = watchReads(environmentOf(server));
    expect(read).toEqual(expect.arrayContaining(["DATABASE_URL", "OPENAI_BASE_URL", "BETTER_AUTH_SECRET"]));
    const set = (server.env ?? []).map(({ name }) => name);
    expect(read.filter((name) => !set.includes(name) && env[name] === undefined && !(name in NOT_SET))).toEqual([]);
  });

  it("are all read by it", async () => {
    const server = serverOf(await objectsOf("backend"));
    const { read } = watchReads(environmentOf(server));
    expect((server.env ?? []).map(({ name }) => name).filter((name) => !read.includes(name))).toEqual([]);
  });

  it.each(casesOf("backend"))("make a server that starts: $name", async ({ file }) => {
    for (const container of containersOf(serverPod(await objectsOf("backend", { values: [file] })))) {
      expect(() => readEnv(environmentOf(container))).not.toThrow();
    }
  });

  it("lead to the port that the container says it has", async () => {
    const server = serverOf(await objectsOf("backend"));
    expect(readEnv(environmentOf(server)).PORT).toBe(server.ports?.[0]?.containerPort);
  });

  it("come from the values where they are no secrets", async () => {
    const objects = await objectsOf("backend", { values: [externalCase()] });
    expect(readEnv(environmentOf(serverOf(objects)))).toMatchObject({
      OPENAI_BASE_URL: "http://ollama.models.svc:11434/v1",
      OPENAI_MODEL: "qwen3",
      LOG_LEVEL: "debug",
    });
  });
});

describe("the page's variables", () => {
  it("are all set by the chart or the image", async () => {
    const objects = await objectsOf("frontend");
    const configured = Object.keys(only("ConfigMap", objects).data ?? {});
    const ofPod = (serverOf(objects).env ?? []).map(({ name }) => name);
    const set = [...configured, ...ofPod, ...setByImage("frontend")];
    const read = frontendReads();
    expect(read).toEqual(expect.arrayContaining(["BACKEND_URL", "BETTER_AUTH_SECRET", "TRUSTED_PROXY_HOPS"]));
    expect(read.filter((name) => !set.includes(name) && !(name in NOT_SET))).toEqual([]);
  });

  it("reach the container from the chart's ConfigMap", async () => {
    const objects = await objectsOf("frontend", { release: "page" });
    const { name } = only("ConfigMap", objects).metadata;
    expect(serverOf(objects).envFrom).toEqual([{ configMapRef: { name } }]);
  });

  it("name the backend's Service and port, when both charts are installed as the guide says", async () => {
    const backend = only("Service", await objectsOf("backend"));
    const { BACKEND_URL = "" } = only("ConfigMap", await objectsOf("frontend")).data ?? {};
    expect(BACKEND_URL).toBe(`http://${backend.metadata.name}:${backend.spec?.ports?.[0]?.port}`);
  });
});

describe("Secrets", () => {
  it("that both sides need have the same key for it", async () => {
    const keyOf = async (chart: string) =>
      serverOf(await objectsOf(chart)).env?.find(({ name }) => name === "BETTER_AUTH_SECRET")?.valueFrom?.secretKeyRef
        ?.key;
    expect([await keyOf("frontend"), await keyOf("backend")]).toEqual(["auth-secret", "auth-secret"]);
  });

  it.each(["frontend", "backend", "postgres"])("are named by one value: %s", async (chart) => {
    const set = ["secret.name=other-4f2a", ...(chart === "frontend" ? ["test.backendSecretName=other-4f2a"] : [])];
    const pods = podsOf(await objectsOf(chart, { set }));
    const named = [...JSON.stringify(pods).matchAll(/"(?:secretKeyRef":\{"name|secretName)":"([^"]*)"/g)];
    expect(named.length).toBeGreaterThan(1);
    expect(new Set(named.map(([, name]) => name))).toEqual(new Set(["other-4f2a"]));
  });
});

function externalCase(): string {
  return casesOf("backend").find(({ name }) => name === "external")?.file ?? "";
}

/** The variables that the page's code names. */
function frontendReads(): string[] {
  const folder = path.join(ROOT, "services", "frontend");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.tsx?$/.test(file) && !/\.test\.tsx?$|(^|[\\/])(node_modules|\.next)[\\/]/.test(file))
    .map((file) => readFileSync(path.join(folder, file), "utf8"));
  const named = files.flatMap((text) => [...text.matchAll(/\benv(?:\.|\[")([A-Z][A-Z0-9_]+)/g)]);
  return [...new Set(named.map(([, name = ""]) => name))];
}

/** The variables that an image's last stage sets. */
function setByImage(chart: string): string[] {
  const dockerfile = readFileSync(path.join(ROOT, `Dockerfile.${chart}`), "utf8").replaceAll("\\\n", " ");
  const lastStage = dockerfile.slice(dockerfile.lastIndexOf("\nFROM "));
  const lines = lastStage.split("\n").filter((line) => line.startsWith("ENV "));
  return lines.flatMap((line) => [...line.matchAll(/\s([A-Z][A-Z0-9_]*)=/g)].map(([, name = ""]) => name));
}
