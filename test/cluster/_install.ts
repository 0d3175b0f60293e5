import { eventually } from "../support/eventually.ts";
import { docker, helm, kubectl, MINUTE, PAGE, PATIENTLY } from "./_cluster.ts";
import { TEST_TAG } from "./_minikube.ts";

const PASSWORD = "only-for-tests";
const AUTH_SECRET = "only for tests, and 32 characters at least";
const INSTALL_MS = 6 * MINUTE;

/** Builds both images in Minikube's Docker with the tests' tag. What is built already takes a moment. */
export async function buildImages(): Promise<void> {
  for (const name of ["backend", "frontend"]) await buildImage(name, TEST_TAG, ".");
}

/** Builds one image; `context` is a folder with what lies in the repository's. */
export async function buildImage(name: string, tag: string, context: string): Promise<void> {
  const file = `--file=${context}/Dockerfile.${name}`;
  await docker(["build", "--quiet", file, `--tag=todo-${name}:${tag}`, context], { timeoutMs: 15 * MINUTE });
}

export type Secrets = { databaseHost?: string; apiKey?: string };

/** Writes the Secrets that the charts want; again with other values changes them. */
export async function writeSecrets({ databaseHost = "postgres", apiKey }: Secrets = {}): Promise<void> {
  const secret = (name: string, stringData: Record<string, string>) => ({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name },
    stringData,
  });
  const items = [
    secret("postgres-secrets", { password: PASSWORD }),
    secret("frontend-secrets", { "auth-secret": AUTH_SECRET }),
    secret("backend-secrets", {
      "database-url": `postgres://todo:${PASSWORD}@${databaseHost}:5432/todo`,
      "auth-secret": AUTH_SECRET,
      "auth-url": PAGE,
      ...(apiKey !== undefined && { "openai-api-key": apiKey }),
    }),
  ];
  await kubectl(["apply", "--filename=-"], { input: JSON.stringify({ apiVersion: "v1", kind: "List", items }) });
}

export type BackendSettings = { replicas?: number; modelUrl?: string; tag?: string; wait?: boolean };

/** Installs the backend, or changes it to these settings, and waits until its pods are ready unless told not to. */
export async function installBackend(settings: BackendSettings = {}): Promise<void> {
  const { replicas = 1, modelUrl = "", tag = TEST_TAG, wait = true } = settings;
  const model = modelUrl === "" ? {} : { openai: { baseUrl: modelUrl, model: "fake" } };
  await install("backend", { replicas, image: { tag, pullPolicy: "Never" }, ...model }, wait);
}

/** Installs the page, or changes it; `podAnnotations` that differ roll its pods. */
export async function installFrontend(values: object = {}): Promise<void> {
  await install("frontend", { image: { tag: TEST_TAG, pullPolicy: "Never" }, ...values }, true);
  // The node leads to pods that are ready only when kube-proxy has seen them.
  await eventually("an answer of the page", () => fetch(PAGE).catch(() => undefined), PATIENTLY);
}

export async function installPostgres(): Promise<void> {
  await install("postgres", {}, true);
}

async function install(release: string, values: object, wait: boolean): Promise<void> {
  const args = ["upgrade", "--install", release, `helm/${release}`, "--values=-", "--timeout=5m"];
  await helm(wait ? [...args, "--wait"] : args, { input: JSON.stringify(values), timeoutMs: INSTALL_MS });
}

/** Installs all: the database, the backend and the page. */
export async function installApp(settings: BackendSettings & Secrets = {}): Promise<void> {
  await writeSecrets(settings);
  await installPostgres();
  await installBackend(settings);
  await installFrontend();
}
