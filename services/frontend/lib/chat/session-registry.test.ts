// @vitest-environment happy-dom
import { beforeEach, expect, test, vi } from "vitest";
import { type FakeServer, fakeServer } from "../_fake-server.ts";
import { logOf, openedStream, store, wholeStream } from "./_chat.ts";
import { createSessionRegistry } from "./session-registry.ts";

let server: FakeServer;
beforeEach(() => {
  sessionStorage.clear();
  server = fakeServer();
  store(server, []);
});

test("going back to a conversation finds it as it was", () => {
  const registry = createSessionRegistry({ onCreated: () => {} });
  const first = registry.sessionFor("c");
  expect(first.id).toBe("c");
  expect(registry.sessionFor("d")).not.toBe(first);
  expect(registry.sessionFor("c")).toBe(first);
});

test("a new conversation is one and the same until it has its address; the next is another", async () => {
  const onCreated = vi.fn();
  const onActivity = vi.fn();
  const registry = createSessionRegistry({ onCreated, onActivity });
  const fresh = registry.sessionFor(null);
  expect(registry.sessionFor(null)).toBe(fresh);
  expect(fresh.store.get().phase).toBe("ready");

  fresh.activate();
  server.on("POST /api/conversations", () => null);
  server.on("POST /api/conversations/*/messages", () => wholeStream("a", "Added."));
  await fresh.send("add milk");
  expect(onCreated).toHaveBeenCalledExactlyOnceWith(fresh.id);
  expect(onActivity).toHaveBeenCalled();

  expect(registry.sessionFor(fresh.id)).toBe(fresh);
  expect(registry.sessionFor(null)).not.toBe(fresh);
});

test("a conversation that is gone lets go of its answer and is not found again", async () => {
  const registry = createSessionRegistry({ onCreated: () => {} });
  const session = registry.sessionFor("c");
  server.on("GET /api/conversations/c/stream", () => openedStream("a", "Half"));
  session.activate();
  await expect.poll(() => logOf(session)).toEqual(["a streaming: Half"]);
  registry.forget("c");
  await expect.poll(() => session.store.get().activity).toBe("idle");
  expect(registry.sessionFor("c")).not.toBe(session);
  registry.forget("never-seen");
});
