import { describe, expect, it } from "vitest";
import type { Answer } from "../../scripts/programs.ts";
import { recordingMachine } from "../_machine.ts";
import { removeVolumes } from "./remove-volumes.ts";

const PROPERTIES = { minikubeProfile: "minikube", context: "minikube", namespace: "todo", keepData: false };
const VOLUMES = "pvc-old todo Released\npvc-other shop Released\npvc-used todo Bound\n";
const REMOVAL = "minikube -p minikube ssh -- sudo rm -rf /tmp/hostpath-provisioner/todo";

type Answers = { profile?: string | undefined; kubectl?: Answer; minikube?: Answer };

function machine(answers: Answers = {}) {
  const { kubectl = { kind: "done", stdout: VOLUMES }, minikube = { kind: "done", stdout: "" } } = answers;
  const profile = "profile" in answers ? answers.profile : "{}";
  return recordingMachine((command) => (command === "kubectl" ? kubectl : minikube), profile);
}

it("removes the namespace's left volumes, no other's and none in use, and their folder", async () => {
  const asked = machine();
  await removeVolumes(PROPERTIES, asked);
  const [, ...changes] = asked.ran;
  expect(changes.sort()).toEqual(["kubectl --context=minikube delete persistentvolumes pvc-old --wait=false", REMOVAL]);
});

it.each<Answer>([{ kind: "missing" }, { kind: "failed", code: 1, stderr: "no such context" }])(
  "removes the data without kubectl, too: %j",
  async (kubectl) => {
    const asked = machine({ kubectl });
    await removeVolumes(PROPERTIES, asked);
    expect(asked.ran.at(-1)).toBe(REMOVAL);
  },
);

describe("touches nothing", () => {
  it("when the data are to stay", async () => {
    const asked = machine();
    await removeVolumes({ ...PROPERTIES, keepData: true }, asked);
    expect(asked.ran).toEqual([]);
  });

  it("when Minikube was deleted with all volumes", async () => {
    const asked = machine({ profile: undefined });
    await removeVolumes(PROPERTIES, asked);
    expect(asked.ran).toEqual([]);
  });

  it.each(["../..", "", "a b", "x;reboot"])("outside of a namespace: %j", async (namespace) => {
    const asked = machine();
    await expect(removeVolumes({ ...PROPERTIES, namespace }, asked)).rejects.toThrow(/pulumi state delete/);
    expect(asked.ran).toEqual([]);
  });
});

it("says what to do when the folder stays", async () => {
  const minikube: Answer = { kind: "failed", code: 1, stderr: "host is not running" };
  await expect(removeVolumes(PROPERTIES, machine({ minikube }))).rejects.toThrow(
    new RegExp(`host is not running\\n +${REMOVAL}`),
  );
});
