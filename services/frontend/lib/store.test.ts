import { expect, test, vi } from "vitest";
import { createStore } from "./store.ts";

test("those who listen are told of each change, until they leave", () => {
  const store = createStore({ a: 1, b: 2 });
  const stays = vi.fn();
  const leaves = vi.fn();
  store.subscribe(stays);
  const leave = store.subscribe(leaves);
  store.set({ a: 3 });
  leave();
  store.set({ b: 4 });
  expect(stays).toHaveBeenCalledTimes(2);
  expect(leaves).toHaveBeenCalledTimes(1);
});

test("a change leaves the rest, and is a new value for those who compare", () => {
  const store = createStore({ a: 1, b: 2 });
  const before = store.get();
  store.set({ a: 3 });
  expect(store.get()).toEqual({ a: 3, b: 2 });
  expect(before).toEqual({ a: 1, b: 2 });
  expect(store.get()).not.toBe(before);
});
