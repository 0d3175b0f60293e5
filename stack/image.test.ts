import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Provider } from "@pulumi/docker/provider.js";
import { output, secret } from "@pulumi/pulumi";
import { afterEach, beforeEach, expect, it } from "vitest";
import { only, runStack, type World } from "./_mocks.ts";
import type { DockerDaemon } from "./docker-daemon.ts";
import { AppImage, type AppImageArgs } from "./image.ts";

const IMAGE = "docker:index/image:Image";
let context = "";

beforeEach(() => {
  context = mkdtempSync(path.join(tmpdir(), "todo-image-"));
  writeFileSync(path.join(context, "Dockerfile.backend"), "FROM scratch\n");
  writeFileSync(path.join(context, "main.ts"), "one");
});
afterEach(() => rmSync(context, { recursive: true }));

function build(change: Partial<AppImageArgs> = {}): AppImage {
  return new AppImage("todo-backend", {
    context,
    dockerfile: path.join(context, "Dockerfile.backend"),
    platform: "linux/amd64",
    buildArgs: {},
    rebuild: "",
    registry: undefined,
    login: undefined,
    provider: new Provider("minikube", { host: "tcp://192.168.49.2:2376", certPath: "/certs" }),
    builtIn: "cluster-1",
    pruneIn: undefined,
    ...change,
  });
}

/** What becomes of the tag: what the resources that use it see. */
async function tagOf(world: World = {}): Promise<string | undefined> {
  let known: string | undefined;
  await runStack(
    () => {
      build().tag.apply((tag) => {
        known = tag;
      });
    },
    { world },
  );
  return known;
}

it("builds in the daemon by BuildKit, for a platform that is named, and pushes nothing", async () => {
  const asked = await runStack(() => build());
  const image = only(asked, IMAGE);
  expect(image.inputs).toMatchObject({
    imageName: expect.stringMatching(/^todo-backend:[0-9a-f]{12}$/),
    build: { context, platform: "linux/amd64", builderVersion: "BuilderBuildKit" },
    skipPush: true,
  });
  expect(image.inputs).not.toHaveProperty("registry");
});

it("has a tag that is known at preview and follows the content", async () => {
  const before = await tagOf({ preview: true });
  expect(before).toMatch(/^[0-9a-f]{12}$/);
  expect(await tagOf()).toBe(before);
  writeFileSync(path.join(context, "main.ts"), "two");
  expect(await tagOf({ preview: true })).not.toBe(before);
});

it("hands the Dockerfile its arguments, which make another image", async () => {
  const before = await tagOf();
  const asked = await runStack(() => build({ buildArgs: { NODE_DIGEST: "sha256:1" } }));
  const image = only(asked, IMAGE);
  expect(image.inputs).toMatchObject({ build: { args: { NODE_DIGEST: "sha256:1" } } });
  expect(image.inputs["imageName"]).not.toBe(`todo-backend:${before}`);
});

it("is built again where it was lost, because Docker's provider never looks", async () => {
  const asked = await runStack(() => build({ builtIn: output("cluster-2") }));
  expect(only(asked, IMAGE).opts).toHaveProperty("replacementTrigger");
});

it("goes to the registry with the login, whose password stays a secret", async () => {
  const login = { username: "me", password: secret("canary") };
  const asked = await runStack(() => build({ registry: "ghcr.io/acme", login, builtIn: undefined }));
  const { inputs, opts } = only(asked, IMAGE);
  expect(inputs).toMatchObject({
    imageName: expect.stringMatching(/^ghcr.io\/acme\/todo-backend:/),
    skipPush: false,
  });
  expect(JSON.stringify(inputs)).not.toContain("canary");
  expect(opts).not.toHaveProperty("replacementTrigger");
});

it("prunes after it was built, and has no hook at delete, for which a plain destroy would be refused", async () => {
  const removed: string[] = [];
  const daemon: DockerDaemon = {
    tags: async () => ["a", "b", "c"].map((tag, taggedAt) => ({ tag, taggedAt })),
    isRunning: async () => false,
    remove: async (image) => {
      removed.push(image);
      return "removed";
    },
  };
  const asked = await runStack(() => build({ pruneIn: daemon }));
  const hooks = only(asked, IMAGE).opts["hooks"] as Record<
    string,
    { callback(args: unknown): Promise<void>; opts: unknown }[]
  >;
  expect(Object.keys(hooks).sort()).toEqual(["afterCreate", "afterUpdate"]);
  const [hook] = hooks["afterUpdate"] ?? [];
  await hook?.callback({});
  expect(removed).toEqual(["todo-backend:a"]);
  // Room that can't be made is no reason to fail an update that went well.
  expect(hook?.opts).toMatchObject({ ignoreErrors: true });
});
