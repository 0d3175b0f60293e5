import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Output, output } from "@pulumi/pulumi";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Asked, only, runStack, type World } from "./_mocks.ts";
import { visibleSecrets } from "./policy/rules.ts";

const home = process.cwd();
const CHART = "kubernetes:helm.sh/v4:Chart";
const COMMAND = "command:local:Command";
const SECRETS = {
  openaiApiKey: "sk-canary-openai-0123456789",
  authSecret: "canary-auth-0123456789-0123456789-012",
  databaseUrl: "postgres://u:canary-db@db.example.com/todo",
  databaseDirectUrl: "postgres://u:canary-direct@db.example.com/todo",
};
const REGISTRY = {
  imageRegistry: "ghcr.io/acme",
  context: "prod",
  registryUsername: "me",
  registryPassword: "canary-registry",
};
const REGISTRY_WITHOUT_LOGIN = { imageRegistry: REGISTRY.imageRegistry, context: REGISTRY.context };
let folder = "";

/** A folder with the files that the program reads, and a Minikube that answers. */
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "todo-program-"));
  const write = (file: string, text: string, mode = 0o644) => {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
    chmodSync(path.join(folder, file), mode);
  };
  write("work/Dockerfile.frontend", "FROM scratch\n");
  write("work/Dockerfile.backend", "FROM scratch\n");
  for (const chart of ["frontend", "backend", "postgres"]) write(`work/helm/${chart}/Chart.yaml`, `name: ${chart}\n`);
  for (const key of ["ca.pem", "cert.pem", "key.pem"]) write(`certs/${key}`, "");
  const answer = JSON.stringify({
    DOCKER_HOST: "tcp://192.168.49.2:2376",
    DOCKER_CERT_PATH: path.join(folder, "certs"),
  });
  write("bin/minikube", `#!/bin/sh\necho '${answer}'\n`, 0o755);
  // A cluster with no namespace of ours.
  write("bin/kubectl", "#!/bin/sh\n", 0o755);
  vi.stubEnv("PATH", `${path.join(folder, "bin")}${path.delimiter}${process.env["PATH"]}`);
  vi.stubEnv("MINIKUBE_HOME", folder);
  process.chdir(path.join(folder, "work"));
  vi.resetModules();
});
afterEach(() => {
  vi.unstubAllEnvs();
  process.chdir(home);
  rmSync(folder, { recursive: true });
});

type Run = {
  asked: Asked[];
  outputs: Record<string, unknown>;
};

async function run(config: Record<string, string> = {}, secretKeys: string[] = [], world: World = {}): Promise<Run> {
  const outputs: Record<string, unknown> = {};
  const build = async () => {
    const program: Record<string, unknown> = await import("../index.ts");
    for (const [name, value] of Object.entries(program)) {
      const known = output(value) as Output<unknown>;
      known.apply((plain) => {
        outputs[name] = plain;
      });
    }
  };
  return { asked: await runStack(build, { config, secretKeys, world }), outputs };
}

const withSecrets = (more: Record<string, string> = {}) =>
  run({ ...SECRETS, ...more }, [...Object.keys(SECRETS), "registryPassword"]);

it("asks for the same charts though a refresh finds namespace and Secrets gone", async () => {
  const { asked } = await run({}, [], { gone: ["kubernetes:core/v1:Namespace", "kubernetes:core/v1:Secret"] });
  for (const name of ["backend", "frontend", "postgres"]) {
    const chart = { namespace: "todo", values: { secret: { name: `${name}-secrets` } } };
    expect(only(asked, CHART, name).inputs).toMatchObject(chart);
  }
});

it("asks for the same things in the same place every time, so that names in the state stay", async () => {
  const { asked } = await run();
  expect(asked.map(({ type, name }) => `${type.replace(/^kubernetes:/, "")} ${name}`).sort()).toMatchInlineSnapshot(`
    [
      "command:local:Command images",
      "command:local:Command pods",
      "command:local:Command volumes",
      "core/v1:Namespace kube-system",
      "core/v1:Namespace todo",
      "core/v1:Secret backend-secrets",
      "core/v1:Secret frontend-secrets",
      "core/v1:Secret postgres-secrets",
      "docker:index/image:Image todo-backend",
      "docker:index/image:Image todo-frontend",
      "helm.sh/v4:Chart backend",
      "helm.sh/v4:Chart frontend",
      "helm.sh/v4:Chart postgres",
      "pulumi:providers:docker minikube",
      "pulumi:providers:kubernetes cluster",
      "pulumi:pulumi:Stack todo-test",
      "pulumi:pulumi:StackReference deployed",
      "random:index/randomPassword:RandomPassword auth-secret",
      "random:index/randomPassword:RandomPassword database-password",
      "todo:stack:AppImage todo-backend",
      "todo:stack:AppImage todo-frontend",
      "todo:stack:AppSecrets secrets",
      "todo:stack:ChartInstall backend",
      "todo:stack:ChartInstall frontend",
      "todo:stack:ChartInstall postgres",
      "todo:stack:Cluster cluster",
      "todo:stack:Database database",
      "todo:stack:Service backend",
      "todo:stack:Service frontend",
    ]
  `);
});

it("tells where the app answers, what was built, where it is and what to type next", async () => {
  const { outputs } = await run();
  expect(outputs).toMatchObject({
    frontendUrl: "http://192.168.49.2:30000",
    backendUrl: "http://192.168.49.2:30001",
    imageNames: {
      frontend: expect.stringMatching(/^todo-frontend:[0-9a-f]{12}$/),
      backend: expect.stringMatching(/^todo-backend:[0-9a-f]{12}$/),
    },
    namespace: "todo",
    next: { open: expect.stringContaining("http://192.168.49.2:30000") },
  });
});

it("lets the pods fail at once when their image is gone, instead of asking Docker Hub for it", async () => {
  const { asked } = await run();
  const { values } = only(asked, CHART, "backend").inputs;
  expect(values).toMatchObject({
    image: { repository: "todo-backend", tag: expect.stringMatching(/^[0-9a-f]{12}$/), pullPolicy: "Never" },
    secret: { name: "backend-secrets-auto", rollOnChange: false },
    imagePullSecrets: [],
  });
});

it("sends people's cookies to the address that it prints", async () => {
  const { asked, outputs } = await run();
  const { data } = only(asked, "kubernetes:core/v1:Secret", "backend-secrets").plainInputs as {
    data: Record<string, string>;
  };
  expect(Buffer.from(data["auth-url"] ?? "", "base64").toString()).toBe(outputs["frontendUrl"]);
});

it("takes a database that is there already, and makes none", async () => {
  const { asked } = await withSecrets();
  expect(asked.filter(({ type }) => type === CHART).map(({ name }) => name)).toEqual(["frontend", "backend"]);
});

it("pushes to a registry and deploys to the context without asking Minikube", async () => {
  rmSync(path.join(folder, "bin", "minikube"));
  const { asked, outputs } = await withSecrets(REGISTRY);
  expect(only(asked, "pulumi:providers:kubernetes").inputs).toMatchObject({ context: "prod" });
  expect(only(asked, "pulumi:providers:docker").inputs).not.toHaveProperty("certPath");
  expect(only(asked, CHART, "backend").inputs["values"]).toMatchObject({
    image: { repository: "ghcr.io/acme/todo-backend", pullPolicy: "IfNotPresent" },
    imagePullSecrets: [{ name: "registry-login-auto" }],
  });
  expect(outputs["next"]).toHaveProperty("reach");
  expect(outputs["frontendUrl"]).toBeUndefined();
});

describe.each(["chart", "release"])("with helmEngine %s", (helmEngine) => {
  it.each([
    ["Minikube", {}],
    ["a registry", REGISTRY],
  ])("no secret shows in inputs, outputs or values on %s", async (_, config) => {
    const { asked, outputs } = await withSecrets({ ...config, helmEngine });
    const visible = JSON.stringify([asked.map(({ inputs }) => inputs), outputs]);
    for (const secret of [...Object.values(SECRETS), REGISTRY.registryPassword]) {
      expect(visible).not.toContain(secret);
      expect(visible).not.toContain(Buffer.from(secret).toString("base64"));
    }
    // They are somewhere: the check would find them if they were not hidden.
    const all = JSON.stringify(asked.map(({ plainInputs }) => plainInputs));
    expect(all).toContain(Buffer.from(SECRETS.openaiApiKey).toString("base64"));
  });

  it("Kubernetes gets secrets as Secrets only", async () => {
    const { asked } = await withSecrets({ helmEngine });
    const strangers = asked.filter(
      ({ type, plainInputs }) =>
        type.startsWith("kubernetes:") &&
        type !== "kubernetes:core/v1:Secret" &&
        JSON.stringify(plainInputs).includes("canary"),
    );
    expect(strangers).toEqual([]);
    expect(asked.flatMap(({ type, plainInputs }) => visibleSecrets(type, plainInputs))).toEqual([]);
  });
});

it("stops before it asks for anything when Minikube does not answer", async () => {
  writeFileSync(path.join(folder, "bin", "minikube"), "#!/bin/sh\necho false exit code 85\nexit 85\n");
  const asked = await runStack(async () => {
    await expect(import("../index.ts")).rejects.toThrow(/Minikube has no profile "minikube"/);
  });
  expect(asked.filter(({ type }) => !type.startsWith("pulumi:pulumi:Stack"))).toEqual([]);
});

it.each([
  [{}, { minReplicas: 2, maxReplicas: 5 }],
  [{ backendReplicas: "3" }, { minReplicas: 3, maxReplicas: 5 }],
  [{ backendReplicas: "8" }, { minReplicas: 8, maxReplicas: 8 }],
  [
    { backendReplicas: "8", chartValues: '{"backend":{"autoscaling":{"enabled":true,"maxReplicas":20}}}' },
    { enabled: true, minReplicas: 8, maxReplicas: 20 },
  ],
])("lets no autoscaler go below the pods that ran: %j", async (config, autoscaling) => {
  const { asked } = await run(config as Record<string, string>);
  expect(only(asked, CHART, "backend").inputs["values"]).toMatchObject({ autoscaling });
});

it.each([false, true])(
  "ends the pods with or before what made them, and knows the data's fate (keepData: %s)",
  async (keepData) => {
    const { inputs, opts } = only((await run({ keepData: String(keepData) })).asked, COMMAND, "pods");
    expect(inputs).toEqual({
      delete: "node --require ./stack/preload.cjs stack/removal/run.ts pods",
      environment: { REMOVAL: JSON.stringify({ context: "minikube", namespace: "todo", keepData }) },
    });
    // The namespace, the page and the API.
    expect(opts["dependsOn"]).toHaveLength(3);
  },
);

it("stops before it asks for anything when the data would be lost", async () => {
  const { outputs } = await run();
  expect(outputs["deployed"]).toMatchObject({ namespace: "todo", volume: { size: "1Gi" } });
  vi.resetModules();
  const asked = await runStack(
    async () => {
      await expect(import("../index.ts")).rejects.toThrow(/namespace was todo[\s\S]*pulumi config set namespace todo/);
    },
    { config: { namespace: "other" }, world: { before: outputs } },
  );
  expect(asked.filter(({ type }) => !type.startsWith("pulumi:pulumi:Stack"))).toEqual([]);
});

it("gives the chart the volume as it was made, whatever the settings say now", async () => {
  const { outputs } = await run(REGISTRY_WITHOUT_LOGIN);
  vi.resetModules();
  const larger = { chartValues: '{"postgres":{"persistence":{"size":"5Gi"}}}' };
  const { asked } = await run({ ...REGISTRY_WITHOUT_LOGIN, ...larger }, [], { before: outputs });
  expect(only(asked, CHART, "postgres").inputs["values"]).toMatchObject({ persistence: { size: "1Gi" } });
  expect(only(asked, "kubernetes:core/v1:PersistentVolumeClaimPatch").inputs["spec"]).toEqual({
    resources: { requests: { storage: "5Gi" } },
  });
});
