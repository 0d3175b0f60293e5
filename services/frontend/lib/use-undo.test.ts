// @vitest-environment happy-dom
import { act, renderHook } from "@testing-library/react";
import type { TaskChange } from "@todo/contract";
import { expect, test } from "vitest";
import { fakeServer } from "./_fake-server.ts";
import { task } from "./_task.ts";
import { useUndo } from "./use-undo.ts";

test("a turn is taken back the last change first, without what is undone already", async () => {
  const server = fakeServer();
  server.otherwise(() => task());
  const added = (id: string): TaskChange => ({ kind: "added", before: null, after: task({ id }) });
  const [first, second, third] = [added("1"), added("2"), added("3")];
  const { result } = renderHook(() => useUndo());
  await act(() => result.current.undo(second));
  await act(() => result.current.undoAll([first, second, third]));
  expect(server.changes()).toEqual(["DELETE /api/tasks/2", "DELETE /api/tasks/3", "DELETE /api/tasks/1"]);
  expect(result.current.areAllDone([first, second, third])).toBe(true);
});
