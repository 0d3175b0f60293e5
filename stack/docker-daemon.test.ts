import { describe, expect, it } from "vitest";
import type { Answer } from "../scripts/programs.ts";
import { dockerDaemon } from "./docker-daemon.ts";

/** A daemon whose `docker` program answers so; what was asked follows the flags that lead to the daemon. */
function daemon(answers: Record<string, Answer | string>) {
  const asked: string[][] = [];
  const docker = dockerDaemon("tcp://192.168.49.2:2376", "/certs", async (program, args) => {
    asked.push([program, ...args]);
    const answer = answers[args.slice(6).join(" ")] ?? { kind: "failed", code: 1, stderr: "unexpected" };
    return typeof answer === "string" ? { kind: "done", stdout: answer } : answer;
  });
  return { ...docker, asked };
}
const failed = (stderr: string): Answer => ({ kind: "failed", code: 1, stderr });

it("asks the daemon with its keys, whatever the shell points at", async () => {
  const { tags, asked } = daemon({ "image ls --format={{.Tag}} todo-backend": "" });
  expect(await tags("todo-backend")).toEqual([]);
  expect(asked[0]?.slice(0, 7)).toEqual([
    "docker",
    "--host",
    "tcp://192.168.49.2:2376",
    "--tlsverify",
    "--tlscacert=/certs/ca.pem",
    "--tlscert=/certs/cert.pem",
    "--tlskey=/certs/key.pem",
  ]);
});

it("lists the tags of one repository with the time when they were given", async () => {
  const { tags } = daemon({
    "image ls --format={{.Tag}} todo-backend": "a\nb\n",
    "image inspect --format={{json .Metadata.LastTagTime}} todo-backend:a todo-backend:b":
      '"2026-01-02T00:00:00Z"\nnull\n',
  });
  expect(await tags("todo-backend")).toEqual([
    { tag: "a", taggedAt: Date.UTC(2026, 0, 2) },
    { tag: "b", taggedAt: 0 },
  ]);
});

describe("removing", () => {
  it.each<[Answer | string, string]>([
    ["Untagged: todo-backend:a\n", "removed"],
    [failed("Error response from daemon: No such image: todo-backend:a"), "missing"],
    [failed("Error response from daemon: conflict: unable to remove repository reference"), "in use"],
  ])("answers %j with %s", async (answer, outcome) => {
    const { remove } = daemon({ "image rm todo-backend:a": answer });
    expect(await remove("todo-backend:a")).toBe(outcome);
  });

  it("forces only when asked to, for containers that have ended", async () => {
    const { remove } = daemon({ "image rm --force todo-backend:a": "" });
    expect(await remove("todo-backend:a", { force: true })).toBe("removed");
    await expect(remove("todo-backend:a")).rejects.toThrow(/can't remove todo-backend:a: unexpected/);
  });
});

it.each([
  ["0123456789ab\n", true],
  ["", false],
])("knows whether a container runs: %j", async (containers, running) => {
  const { isRunning } = daemon({ "ps --quiet --filter=ancestor=todo-backend:a": containers });
  expect(await isRunning("todo-backend:a")).toBe(running);
});

it("tells that nobody answers", async () => {
  const { tags } = daemon({ "image ls --format={{.Tag}} x": failed("Cannot connect to the Docker daemon") });
  await expect(tags("x")).rejects.toThrow(/Cannot connect/);
});
