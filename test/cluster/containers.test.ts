import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { signUp } from "../support/accounts.ts";
import { untilItAnswers } from "../support/eventually.ts";
import { API, docker, MINUTE, PAGE, PATIENTLY } from "./_cluster.ts";
import { buildImages } from "./_install.ts";
import { OWN_LABEL, TEST_TAG } from "./_minikube.ts";

const NETWORK = "todo-test";
const OWNED = `--label=${OWN_LABEL}`;
const SECRET = "only for tests, and 32 characters at least";
const DATABASE_URL = "postgres://todo:only-for-tests@postgres:5432/todo";
const backendFile = (folder: string) => path.join(folder, "backend.env");

let folder: string;
beforeAll(async () => {
  await buildImages();
  folder = mkdtempSync(path.join(tmpdir(), "todo-env-"));
  writeFileSync(
    backendFile(folder),
    [`DATABASE_URL=${DATABASE_URL}`, `BETTER_AUTH_SECRET=${SECRET}`, `BETTER_AUTH_URL=${PAGE}`].join("\n"),
  );
  writeFileSync(
    path.join(folder, "frontend.env"),
    ["BACKEND_URL=http://backend:8000", `BETTER_AUTH_SECRET=${SECRET}`].join("\n"),
  );
  await docker(["network", "create", OWNED, NETWORK]);
}, 20 * MINUTE);
afterAll(async () => {
  const names = ["frontend", "backend", "postgres"].map((name) => `${NETWORK}-${name}`);
  await docker(["rm", "--force", "--volumes", ...names]);
  await docker(["network", "rm", NETWORK]);
  rmSync(folder, { recursive: true, force: true });
});

/** In this order: each needs the containers of the one before. The ports are those that Minikube publishes. */
describe("docker run", () => {
  it("starts the backend, which says that its database is away, and serves once it is there", async () => {
    await start("backend", ["--publish=30001:8000"], `todo-backend:${TEST_TAG}`);
    await answers(`${API}/api/live`, 200);
    await answers(`${API}/api/health`, 503);
    await start("postgres", ["--env=POSTGRES_USER=todo", "--env=POSTGRES_PASSWORD=only-for-tests"], "postgres:18");
    const migrate = ["run", "--rm", OWNED, `--network=${NETWORK}`, `--env-file=${backendFile(folder)}`];
    await docker([...migrate, `todo-backend:${TEST_TAG}`, "node", "dist/migrate.js", "--wait"]);
    expect(await answers(`${API}/api/health`, 200)).toMatchObject({ status: "ok", database: "ok", assistant: "rules" });
  });

  it("starts the page, which leads to the backend", async () => {
    await start("frontend", ["--publish=30000:3000"], `todo-frontend:${TEST_TAG}`);
    await answers(`${PAGE}/api/health`, 200);
    const { cookie } = await signUp(PAGE, { origin: PAGE });
    const tasks = await fetch(`${PAGE}/api/tasks`, { headers: { cookie } });
    expect(await tasks.json()).toMatchObject({ items: [] });
  });

  it.each(["backend", "frontend"])("runs the %s as a user without rights and ends it when asked", async (name) => {
    const ids = ["exec", `${NETWORK}-${name}`, "node", "--print", "[process.getuid(), process.getgid()].join()"];
    expect(await docker(ids)).toBe("1001,1001");
    await docker(["stop", "--timeout=15", `${NETWORK}-${name}`]);
    expect(await docker(["inspect", "--format={{.State.ExitCode}}", `${NETWORK}-${name}`])).toBe("0");
  });
});

/** Starts a container that others find by `name`: the app's on a root that can't be written to, as in the cluster. */
async function start(name: string, options: string[], image: string): Promise<void> {
  const net = [`--network=${NETWORK}`, `--network-alias=${name}`, `--name=${NETWORK}-${name}`];
  const settings = [`--env-file=${path.join(folder, `${name}.env`)}`, "--read-only", "--tmpfs=/tmp"];
  await docker(["run", "--detach", OWNED, ...net, ...(name === "postgres" ? [] : settings), ...options, image]);
}

/** Waits until an address answers with this status, and gives the answer. */
async function answers(url: string, status: number): Promise<unknown> {
  return (await untilItAnswers(url, status, PATIENTLY)).json();
}
