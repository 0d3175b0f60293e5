import { expect, it } from "vitest";
import { refuseMissingHelpers } from "./docker-logins.ts";
import type { Machine } from "./machine.ts";

function machine(config: string | undefined, present: string[] = []): Machine {
  return {
    run: async (command) => (present.includes(command) ? { kind: "done", stdout: "" } : { kind: "missing" }),
    exists: () => true,
    read: (...parts) => (parts.join("/") === "/home/me/.docker/config.json" ? config : undefined),
    list: () => [],
    minikubeHome: "",
    dockerHome: "/home/me/.docker",
  };
}

it.each([
  ['{"credsStore":"desktop.exe"}', /docker-credential-desktop.exe, which is not on PATH.*Remove "credsStore"/],
  ['{"credHelpers":{"gcr.io":"gcloud"}}', /docker-credential-gcloud.*Remove "gcr.io" in "credHelpers"/],
])("names a helper that is missing: %s", async (config, words) => {
  await expect(refuseMissingHelpers(machine(config))).rejects.toThrow(words);
});

it.each([undefined, "{}", '{"auths":{}}', '{"credsStore":""}', "damaged"])(
  "has nothing to say about %s",
  async (config) => {
    await refuseMissingHelpers(machine(config));
  },
);

it("is content with a helper that is there", async () => {
  await refuseMissingHelpers(machine('{"credsStore":"pass"}', ["docker-credential-pass"]));
});
