import { describe, expect, it } from "vitest";
import type { Answer, Ask } from "../programs.ts";
import { checkDocker, checkKubectl, checkMinikube, checkPrograms, checkPulumi, findVersion } from "./prerequisites.ts";

const answering =
  (answer: { code?: number; stdout?: string; stderr?: string } | undefined): Ask =>
  async (): Promise<Answer> => {
    if (answer === undefined) return { kind: "missing" };
    const { code = 0, stdout = "", stderr = "" } = answer;
    return code === 0 ? { kind: "done", stdout } : { kind: "failed", code, stdout, stderr };
  };

describe("versions", () => {
  it.each([
    ["v3.259.0\n", "3.259.0"],
    ["minikube version: v1.38.1\ncommit: 0a1", "1.38.1"],
    ["26.1", "26.1.0"],
    ["dev", undefined],
  ])("finds the one in %j", (text, version) => {
    expect(findVersion(text)).toBe(version);
  });
});

describe("each program", () => {
  it.each([
    [checkDocker, "26.1.5"],
    [checkMinikube, "v1.38.1"],
    [checkPulumi, "v3.270.0"],
  ])("is good when it is there and new enough", async (check, stdout) => {
    expect(await check(answering({ stdout }))).not.toHaveProperty("cure");
  });

  it.each([
    [checkDocker, undefined, /install it: https/],
    [checkDocker, { code: 1, stderr: "permission denied while trying to connect" }, /usermod -aG docker/],
    [checkDocker, { code: 1, stderr: "Cannot connect to the Docker daemon" }, /systemctl start docker/],
    [checkDocker, { stdout: "19.3.15" }, /update it/],
    [checkMinikube, undefined, /install it: https/],
    [checkMinikube, { stdout: "v1.25.0" }, /update it/],
    [checkPulumi, undefined, /install it: https/],
    [checkPulumi, { stdout: "v3.225.1" }, /update it/],
    [checkPulumi, { stdout: "what?" }, /update it/],
  ])("has a cure when it is not (%#)", async (check, answer, cure) => {
    expect((await check(answering(answer))).cure).toMatch(cure);
  });

  it("is asked for, with the language host that a lone pulumi lacks", async () => {
    const findings = await checkPrograms(answering(undefined));
    expect(findings.map(({ name }) => name)).toEqual(["Docker", "Minikube", "Pulumi", "Pulumi for Node.js"]);
    expect(findings.every(({ cure }) => cure !== undefined)).toBe(true);
  });

  it("may lack kubectl", async () => {
    expect(await checkKubectl(answering(undefined))).toMatchObject({ optional: true });
    expect(
      await checkKubectl(answering({ stdout: '{"clientVersion":{"major":"1","minor":"34","gitVersion":"v1.34.3"}}' })),
    ).toMatchObject({
      found: "1.34.3",
    });
  });
});
