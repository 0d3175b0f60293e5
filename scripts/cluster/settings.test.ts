import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { tempFolder } from "../../test/support/temp-folder.ts";
import { plainSettings } from "./pulumi.ts";
import {
  contextOf,
  isLocal,
  namespaceOf,
  nodePortsOf,
  outsideMinikube,
  profileOf,
  pulumiEnv,
  stackName,
} from "./settings.ts";

/** Somebody with this in Pulumi's own folder. */
function withLogin(credentials?: string): NodeJS.ProcessEnv {
  const home = path.join(tempFolder(), "home");
  mkdirSync(home);
  if (credentials !== undefined) writeFileSync(path.join(home, "credentials.json"), credentials);
  return { PULUMI_HOME: home, PATH: "/usr/bin" };
}

describe("pulumiEnv", () => {
  it("keeps the state on this machine with an empty passphrase, unless the user has chosen", () => {
    expect(pulumiEnv(withLogin(), "/node/bin/node")).toMatchObject({
      PULUMI_BACKEND_URL: "file://~",
      PULUMI_CONFIG_PASSPHRASE: "",
      PULUMI_RUN_PROGRAM: "true",
      PATH: "/node/bin:/usr/bin",
    });
  });

  it("leaves a login, an address and a passphrase alone", () => {
    const loggedIn = pulumiEnv(withLogin('{"current":"https://api.pulumi.com"}'), "/node/bin/node");
    expect(loggedIn).not.toHaveProperty("PULUMI_BACKEND_URL");
    const chosen = { ...withLogin(), PULUMI_BACKEND_URL: "s3://x", PULUMI_CONFIG_PASSPHRASE_FILE: "/secret" };
    const env = pulumiEnv(chosen, "/node/bin/node");
    expect(env["PULUMI_BACKEND_URL"]).toBe("s3://x");
    expect(env).not.toHaveProperty("PULUMI_CONFIG_PASSPHRASE");
    expect(pulumiEnv({ ...withLogin(), PULUMI_CONFIG_PASSPHRASE: "hush" }, "/n")["PULUMI_CONFIG_PASSPHRASE"]).toBe(
      "hush",
    );
  });

  it("leads out of the Minikube that docker-env led the shell into, and leaves any other Docker alone", () => {
    const elsewhere = { DOCKER_HOST: "unix:///run/user/1000/docker.sock", PATH: "/usr/bin" };
    expect(outsideMinikube(elsewhere)).toEqual(elsewhere);
    const inside = { MINIKUBE_ACTIVE_DOCKERD: "todo", DOCKER_HOST: "tcp://192.168.49.2:2376", DOCKER_TLS_VERIFY: "1" };
    expect(outsideMinikube({ ...inside, PATH: "/usr/bin" })).toEqual({ PATH: "/usr/bin" });
    const before = { MINIKUBE_EXISTING_DOCKER_HOST: elsewhere.DOCKER_HOST, PATH: "/usr/bin" };
    expect(outsideMinikube({ ...inside, ...before })).toEqual(elsewhere);
    expect(pulumiEnv({ ...withLogin(), ...inside }, "/n")).not.toHaveProperty("DOCKER_HOST");
  });

  it("counts a logout as no choice, and refuses what it can't read", () => {
    expect(pulumiEnv(withLogin('{"current":""}'), "/n")["PULUMI_BACKEND_URL"]).toBe("file://~");
    expect(() => pulumiEnv(withLogin("{"), "/n")).toThrow(/credentials.json is damaged/);
  });
});

describe("stackName", () => {
  it("is the argument, the variable, or dev", () => {
    expect(stackName(["--backend", "prod"], { PULUMI_STACK: "other" })).toBe("prod");
    expect(stackName([], { PULUMI_STACK: "other" })).toBe("other");
    expect(stackName(["--backend"], { PULUMI_STACK: " " })).toBe("dev");
    expect(stackName(["team/todo/prod"], {})).toBe("team/todo/prod");
  });

  it("refuses what can't be one", () => {
    expect(() => stackName(["a b"], {})).toThrow(/can't be the name of a stack/);
  });
});

describe("a stack's settings", () => {
  it("are read without the project's name, and without the secret ones", () => {
    const json = '{"todo:minikubeProfile":{"value":"mine","secret":false},"todo:openaiApiKey":{"secret":true}}';
    expect(plainSettings(json)).toEqual({ minikubeProfile: "mine" });
  });

  it("lead to Minikube, also where Pulumi.yaml's defaults stand as empty texts", () => {
    const empty: Record<string, string> = {};
    for (const config of [empty, { imageRegistry: "", context: "", namespace: "todo", frontendNodePort: "30000" }]) {
      expect([isLocal(config), profileOf(config), contextOf(config)]).toEqual([true, "minikube", "minikube"]);
      expect([namespaceOf(config), nodePortsOf(config)]).toEqual(["todo", [30000, 30001]]);
    }
    expect(contextOf({ minikubeProfile: "mine" })).toBe("mine");
    expect(nodePortsOf({ frontendNodePort: "31000", backendNodePort: "31001" })).toEqual([31000, 31001]);
  });

  it("lead elsewhere with a registry", () => {
    expect(isLocal({ imageRegistry: "ghcr.io/me" })).toBe(false);
    expect(contextOf({ imageRegistry: "ghcr.io/me", context: "prod" })).toBe("prod");
  });
});
