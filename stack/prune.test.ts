import { expect, it } from "vitest";
import type { DockerDaemon } from "./docker-daemon.ts";
import { pruneImages } from "./prune.ts";

function daemon(tags: string[], inUse: string[] = []): DockerDaemon & { left: Set<string> } {
  const left = new Set(tags);
  return {
    left,
    // In an order that means nothing, as Docker's.
    tags: async () =>
      [...left].map((tag) => ({ tag, taggedAt: tags.indexOf(tag) })).sort((a, b) => (a.tag < b.tag ? -1 : 1)),
    isRunning: async () => false,
    remove: async (image) => {
      const tag = image.replace("todo-backend:", "");
      if (inUse.includes(tag)) return "in use";
      return left.delete(tag) ? "removed" : "missing";
    },
  };
}

it("keeps the current image and the two before it", async () => {
  const docker = daemon(["oldest", "older", "before", "last", "current"]);
  expect((await pruneImages(docker, "todo-backend", "current")).sort()).toEqual(["older", "oldest"]);
  expect([...docker.left]).toEqual(["before", "last", "current"]);
});

it("keeps the current image when it is an old one that counts again", async () => {
  const docker = daemon(["current", "a", "b", "c"]);
  await pruneImages(docker, "todo-backend", "current");
  expect([...docker.left]).toEqual(["current", "b", "c"]);
});

it("leaves what a container is made of, and the rest goes", async () => {
  const docker = daemon(["oldest", "older", "before", "last", "current"], ["oldest"]);
  expect(await pruneImages(docker, "todo-backend", "current")).toEqual(["older"]);
});

it("finds nothing to do in a new daemon", async () => {
  expect(await pruneImages(daemon(["current"]), "todo-backend", "current")).toEqual([]);
});
