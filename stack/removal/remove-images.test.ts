import { expect, it } from "vitest";
import type { Answer } from "../../scripts/programs.ts";
import { recordingMachine } from "../_machine.ts";
import type { DockerDaemon } from "../docker-daemon.ts";
import { removeBuiltImages } from "./remove-images.ts";

const PROPERTIES = { minikubeProfile: "minikube", repositories: ["todo-frontend", "todo-backend"] };
const ENV = JSON.stringify({ DOCKER_HOST: "tcp://127.0.0.1:5000", DOCKER_CERT_PATH: "/certs" });

const machine = (profile: string | undefined, result: Answer = { kind: "done", stdout: ENV }) =>
  recordingMachine(() => result, profile);

function daemon(tags: Record<string, string[]>, running: string[] = []): DockerDaemon & { removed: string[] } {
  const removed: string[] = [];
  return {
    removed,
    tags: async (repository) => (tags[repository] ?? []).map((tag) => ({ tag, taggedAt: 0 })),
    isRunning: async (image) => running.includes(image),
    remove: async (image, options) => {
      removed.push(`${image} force=${options?.force}`);
      return "removed";
    },
  };
}

it("removes all images of both repositories, past containers that have ended", async () => {
  const docker = daemon({ "todo-frontend": ["0123456789ab"], "todo-backend": ["aaaaaaaaaaaa", "bbbbbbbbbbbb"] });
  await removeBuiltImages(PROPERTIES, machine("{}"), () => docker);
  expect(docker.removed.sort()).toEqual([
    "todo-backend:aaaaaaaaaaaa force=true",
    "todo-backend:bbbbbbbbbbbb force=true",
    "todo-frontend:0123456789ab force=true",
  ]);
});

it("leaves what another stack runs, and what was built by hand", async () => {
  const docker = daemon({ "todo-backend": ["aaaaaaaaaaaa", "bbbbbbbbbbbb", "0.1.0", "dev"] }, [
    "todo-backend:aaaaaaaaaaaa",
  ]);
  await removeBuiltImages(PROPERTIES, machine("{}"), () => docker);
  expect(docker.removed).toEqual(["todo-backend:bbbbbbbbbbbb force=true"]);
});

it("asks Minikube where its daemon is now, not where it was", async () => {
  const asked: string[] = [];
  await removeBuiltImages(PROPERTIES, machine("{}"), (host, certPath) => {
    asked.push(host, certPath);
    return daemon({});
  });
  expect(asked).toEqual(["tcp://127.0.0.1:5000", "/certs"]);
});

it("has nothing to do when Minikube was deleted with all images", async () => {
  const never = () => {
    throw new Error("nobody to connect to");
  };
  await expect(removeBuiltImages(PROPERTIES, machine(undefined), never)).resolves.toBeUndefined();
});

it("says what to do when Minikube does not run", async () => {
  const stopped: Answer = { kind: "failed", code: 89, stderr: "" };
  await expect(removeBuiltImages(PROPERTIES, machine("{}", stopped))).rejects.toThrow(/minikube start -p minikube/);
});
