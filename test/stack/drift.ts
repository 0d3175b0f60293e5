import { expect, it } from "vitest";
import { kubectl, NAMESPACE, PAGE, podsOf } from "../support/stack/cluster.ts";
import { PROFILE } from "../support/stack/profile.ts";
import { previewed } from "../support/stack/pulumi.ts";
import { LONG, must, npmWell, STACK } from "../support/stack/world.ts";

const REFRESH = ["refresh", "--yes", "--skip-preview", "--stack", STACK, "--non-interactive"];

export function drift(): void {
  it.each([
    ["deletes the backend", ["delete", "deployment", "backend"]],
    ["deletes a Service", ["delete", "service", "frontend"]],
    ["deletes a ConfigMap that pods read", ["delete", "configmap", "frontend"]],
    ["edits the number of pods", ["scale", "deployment", "frontend", "--replicas=1"]],
    ["edits a variable of the pods", ["set", "env", "deployment/backend", "LOG_LEVEL=silent"]],
  ])("refresh and up put right what kubectl %s", { timeout: LONG }, async (_what, command) => {
    await kubectl(...command);
    await must("pulumi", REFRESH);
    expect(await previewed()).toHaveLength(1);
    await npmWell("up");
    expect(await previewed()).toEqual([]);
    await expectAsDeclared();
  });

  it("and what kubectl deletes of the namespace with all that is in it", { timeout: LONG }, async () => {
    await must("kubectl", ["--context", PROFILE, "delete", "namespace", NAMESPACE]);
    await must("pulumi", REFRESH);
    await npmWell("up");
    expect(await previewed()).toEqual([]);
    await expectAsDeclared();
  });
}

async function expectAsDeclared(): Promise<void> {
  expect([(await podsOf("frontend")).length, (await podsOf("backend")).length]).toEqual([2, 1]);
  const level = '{.spec.template.spec.containers[0].env[?(@.name=="LOG_LEVEL")].value}';
  expect(await kubectl("get", "deployment", "backend", "-o", `jsonpath=${level}`)).toBe("info");
  const response = await fetch(`${PAGE}/api/tasks`);
  expect(response.status).toBe(401);
}
