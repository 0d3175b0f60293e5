import { expect, it, vi } from "vitest";
import type { Db } from "../domain/context.ts";
import { UserChanges } from "./user-changes.ts";

type Row = { userId: string; tasksVersion: number; conversationsVersion: number };
const listVersions = vi.hoisted(() => vi.fn<(db: unknown, ids: string[]) => Promise<Row[]>>());
type Span = { userId: string; after: number; upTo: number };
const listCarried = vi.hoisted(() => vi.fn<(db: unknown, spans: Span[]) => Promise<Map<string, unknown>>>());
vi.mock("../domain/changes.ts", () => ({ listVersions, listCarried }));

const EVERYTHING = { tasks: true, conversations: true };

/** What the database says of these users, and whom it was asked for. */
function setUp(versions: Record<string, [tasks: number, conversations: number]>) {
  const asked: string[][] = [];
  listCarried.mockReset().mockResolvedValue(new Map());
  listVersions.mockImplementation(async (_db, ids) => {
    asked.push(ids);
    return ids.flatMap((userId) => {
      const [tasksVersion, conversationsVersion] = versions[userId] ?? [];
      return tasksVersion === undefined || conversationsVersion === undefined
        ? []
        : [{ userId, tasksVersion, conversationsVersion }];
    });
  });
  const onError = vi.fn();
  const changes = new UserChanges({} as Db, onError);
  const listen = (userId: string) => {
    const heard: unknown[] = [];
    const stop = changes.watch(userId, {
      onChange: (change) => heard.push(change),
      onFailure: (error) => heard.push(error),
    });
    return { heard, stop };
  };
  return { changes, asked, onError, listen, versions };
}

it("asks once for a change, however many listen and however often it is told", async () => {
  const { changes, asked, listen, versions } = setUp({ ann: [1, 1], bob: [1, 1] });
  const tabs = Array.from({ length: 50 }, () => listen("ann"));
  const his = listen("bob");
  await changes.lookAtAll();
  expect(asked).toEqual([["ann", "bob"]]);
  versions["ann"] = [3, 1];
  for (let i = 0; i < 10; i++) changes.changed("ann");
  await vi.waitFor(() => expect(asked).toHaveLength(2));
  expect(asked[1]).toEqual(["ann"]);
  for (const { heard } of tabs) expect(heard).toEqual([EVERYTHING, { tasks: true, conversations: false }]);
  expect(his.heard).toEqual([EVERYTHING]);
});

it("looks again at what changes while it looks", async () => {
  const { changes, asked, listen, versions } = setUp({ ann: [1, 1] });
  const { heard } = listen("ann");
  const answer = Promise.withResolvers<Row[]>();
  listVersions.mockReturnValueOnce(answer.promise);
  await vi.waitFor(() => expect(listVersions).toHaveBeenCalled());
  versions["ann"] = [2, 1];
  changes.changed("ann");
  answer.resolve([{ userId: "ann", tasksVersion: 1, conversationsVersion: 1 }]);
  await vi.waitFor(() => expect(heard).toEqual([EVERYTHING, { tasks: true, conversations: false }]));
  expect(asked).toEqual([["ann"]]);
});

it("tells a newcomer everything, and the others nothing", async () => {
  const { changes, listen } = setUp({ ann: [1, 1] });
  const first = listen("ann");
  await changes.lookAtAll();
  const second = listen("ann");
  await changes.lookAtAll();
  expect([first.heard, second.heard]).toEqual([[EVERYTHING], [EVERYTHING]]);
});

it("tells everybody who listens what has changed, read once, and goes on from there", async () => {
  const { changes, listen, versions } = setUp({ ann: [1, 1], bob: [1, 1] });
  const tabs = [listen("ann"), listen("ann")];
  const his = listen("bob");
  await changes.lookAtAll();
  expect(listCarried.mock.calls.flatMap(([, spans]) => spans)).toEqual([]);
  versions["ann"] = [3, 1];
  versions["bob"] = [2, 1];
  listCarried.mockResolvedValueOnce(new Map([["ann", { tasks: ["a task"], undone: true }]]));
  await changes.lookAtAll();
  expect(listCarried.mock.lastCall?.[1]).toEqual([
    { userId: "ann", after: 1, upTo: 3 },
    { userId: "bob", after: 1, upTo: 2 },
  ]);
  const carried = { tasks: true, conversations: false, changed: ["a task"], undone: true };
  for (const { heard } of tabs) expect(heard).toEqual([EVERYTHING, carried]);
  expect(his.heard).toEqual([EVERYTHING, { tasks: true, conversations: false }]);
  // Who comes now knows nothing yet, whatever was told to others.
  const third = listen("ann");
  versions["ann"] = [4, 1];
  listCarried.mockResolvedValueOnce(new Map([["ann", { tasks: ["another"], undone: false }]]));
  await changes.lookAtAll();
  expect(listCarried.mock.lastCall?.[1]).toEqual([{ userId: "ann", after: 3, upTo: 4 }]);
  expect(third.heard).toEqual([EVERYTHING]);
  expect(tabs[0]?.heard.at(-1)).toEqual({ ...carried, changed: ["another"], undone: false });
});

it("asks nothing for who does not listen any more, and tells those who have no row yet", async () => {
  const { changes, asked, listen, versions } = setUp({});
  const { heard, stop } = listen("ann");
  await changes.lookAtAll();
  versions["ann"] = [1, 0];
  await changes.lookAtAll();
  expect(heard).toEqual([EVERYTHING, { tasks: true, conversations: false }]);
  stop();
  expect(changes.size).toBe(0);
  changes.changed("ann");
  await changes.lookAtAll();
  expect(asked).toHaveLength(2);
});

it("ends its listeners when the database is away, and not when it is asked too much", async () => {
  const { changes, listen, onError } = setUp({ ann: [1, 1] });
  const { heard } = listen("ann");
  await changes.lookAtAll();
  const overload = new Error("timeout exceeded when trying to connect");
  listVersions.mockRejectedValueOnce(overload);
  await changes.lookAtAll();
  expect(heard).toEqual([EVERYTHING]);
  const away = Object.assign(new Error("away"), { code: "ECONNREFUSED" });
  listVersions.mockRejectedValueOnce(away);
  await changes.lookAtAll();
  expect(heard).toEqual([EVERYTHING, away]);
  expect(onError.mock.calls).toEqual([[overload], [away]]);
});
