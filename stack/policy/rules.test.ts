import { describe, expect, it } from "vitest";
import { latestTags, missingLimits, rootContainers, visibleSecrets } from "./rules.ts";

const DEPLOYMENT = "kubernetes:apps/v1:Deployment";
const CANARY = "sk-canary-0123456789abcdef";
const GOOD = {
  name: "backend",
  image: "todo-backend:0123456789ab",
  env: [
    { name: "PORT", value: "8000" },
    { name: "DATABASE_URL", valueFrom: { secretKeyRef: { name: "s", key: "k" } } },
  ],
  resources: { requests: { cpu: "50m", memory: "128Mi" }, limits: { cpu: "1", memory: "1Gi" } },
  securityContext: { allowPrivilegeEscalation: false },
};
const POD_SECURITY = { runAsNonRoot: true, runAsUser: 1001 };

function deployment(container: object, more: object = {}) {
  return { spec: { template: { spec: { securityContext: POD_SECURITY, containers: [container], ...more } } } };
}

const RULES = [latestTags, missingLimits, rootContainers, visibleSecrets];

it("finds nothing wrong with a container as the charts make it", () => {
  expect(RULES.flatMap((rule) => rule(DEPLOYMENT, deployment(GOOD)))).toEqual([]);
});

it("has nothing to say about what runs nothing", () => {
  expect(RULES.flatMap((rule) => rule("kubernetes:core/v1:Service", { spec: { type: "NodePort" } }))).toEqual([]);
});

describe("latest", () => {
  it.each(["nginx", "nginx:latest", "registry:5000/nginx", "ghcr.io/a/b:latest"])("refuses %s", (image) => {
    expect(latestTags(DEPLOYMENT, deployment({ ...GOOD, image }))).toHaveLength(1);
    expect(latestTags("docker:index/image:Image", { imageName: image })).toHaveLength(1);
  });

  it.each(["nginx:1.29", "registry:5000/nginx:1", `nginx@sha256:${"0".repeat(64)}`])("admits %s", (image) => {
    expect(latestTags(DEPLOYMENT, deployment({ ...GOOD, image }))).toEqual([]);
  });
});

describe("limits", () => {
  it("names what is missing", () => {
    const resources = { requests: { cpu: "1" }, limits: { memory: "1Gi" } };
    expect(missingLimits(DEPLOYMENT, deployment({ ...GOOD, resources }))).toEqual([
      "container backend says nothing about resources.requests.memory, resources.limits.cpu",
    ]);
  });

  it.each([
    ["kubernetes:core/v1:Pod", { spec: { containers: [{ name: "a", image: "b:1" }] } }],
    ["kubernetes:apps/v1:StatefulSet", deployment({ name: "a", image: "b:1" })],
    ["kubernetes:batch/v1:CronJob", { spec: { jobTemplate: deployment({ name: "a", image: "b:1" }) } }],
    [DEPLOYMENT, deployment(GOOD, { initContainers: [{ name: "a", image: "b:1" }] })],
  ])("looks into %s (%#)", (type, props) => {
    expect(missingLimits(type, props).join()).toMatch(/^container a says nothing about/);
  });
});

describe("root", () => {
  it.each([
    ["nothing said", { securityContext: {} }, /may run as root/],
    ["user 0", { securityContext: { runAsNonRoot: true, runAsUser: 0 } }, /runs as user 0/],
  ])("refuses %s for the pod", (_, more, words) => {
    expect(rootContainers(DEPLOYMENT, deployment(GOOD, more)).join()).toMatch(words);
  });

  it.each([
    ["its own permission to be root", { runAsNonRoot: false, allowPrivilegeEscalation: false }, /may run as root/],
    ["the way to become root", {}, /may become root/],
    ["all privileges", { privileged: true, allowPrivilegeEscalation: false }, /is privileged/],
  ])("refuses a container with %s", (_, securityContext, words) => {
    expect(rootContainers(DEPLOYMENT, deployment({ ...GOOD, securityContext })).join()).toMatch(words);
  });
});

describe("visible secrets", () => {
  it.each<[string, string, object]>([
    [
      "a variable by its name",
      DEPLOYMENT,
      deployment({ ...GOOD, env: [{ name: "BETTER_AUTH_SECRET", value: "canary" }] }),
    ],
    ["a variable by its value", DEPLOYMENT, deployment({ ...GOOD, env: [{ name: "X", value: CANARY }] })],
    ["an argument", DEPLOYMENT, deployment({ ...GOOD, args: ["--key", CANARY] })],
    ["a ConfigMap", "kubernetes:core/v1:ConfigMap", { data: { url: "postgres://u:canary@host/db" } }],
    ["a release's values", "kubernetes:helm.sh/v3:Release", { values: { a: { b: [{ c: CANARY }] } } }],
    ["a chart's values", "kubernetes:helm.sh/v4:Chart", { values: { a: "-----BEGIN PRIVATE KEY-----canary" } }],
  ])("refuses %s and does not repeat it", (_, type, props) => {
    const violations = visibleSecrets(type, { ...props });
    expect(violations).toHaveLength(1);
    expect(violations.join()).not.toContain("canary");
  });

  it.each<[string, string, object]>([
    ["a Secret", "kubernetes:core/v1:Secret", { data: { key: CANARY } }],
    ["an empty variable", DEPLOYMENT, deployment({ ...GOOD, env: [{ name: "OPENAI_API_KEY", value: "" }] })],
    [
      "an address without a password",
      DEPLOYMENT,
      deployment({ ...GOOD, env: [{ name: "BACKEND_URL", value: "http://backend:8000" }] }),
    ],
    ["a Secret's name", "kubernetes:helm.sh/v4:Chart", { values: { secret: { name: "backend-secrets-1a2b3c" } } }],
  ])("admits %s", (_, type, props) => {
    expect(visibleSecrets(type, { ...props })).toEqual([]);
  });
});
