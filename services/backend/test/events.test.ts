import { type ChangeEvent, limits } from "@todo/contract";
import { EventSourceParserStream } from "eventsource-parser/stream";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { eventually } from "../../../test/support/eventually.ts";
import { closeAfterTest, type Person, signUp, sql, startTestServer, type TestServer } from "./_harness.ts";

let server: TestServer;
let second: TestServer;
beforeAll(async () => {
  server = await startTestServer({ heartbeatMs: 50 });
  second = await startTestServer({ databaseUrl: server.databaseUrl, heartbeatMs: 50 });
  return async () => {
    await Promise.all([server.close(), second.close()]);
  };
});

type Heard = {
  tasks: number;
  conversations: number;
  reconnect: boolean;
  closed: boolean;
  ended: boolean;
  /** What each of its events about tasks carried; undefined for one that says to look again. */
  carried: (string[] | undefined)[];
  /** And whether something was taken back. */
  undone: (boolean | undefined)[];
  stop: () => void;
};

/** Listens as an open tab does, from the moment that it has heard the first event. */
async function listen(person: Person): Promise<Heard> {
  const cut = new AbortController();
  const heard: Heard = {
    tasks: 0,
    conversations: 0,
    reconnect: false,
    closed: false,
    ended: false,
    carried: [],
    undone: [],
    stop: () => cut.abort(),
  };
  const response = await person.request("GET", "/api/events", undefined, { signal: cut.signal });
  expect(response.headers.get("content-type")).toMatch(/^text\/event-stream/);
  expect(response.headers.get("cache-control")).toBe("no-cache, no-transform");
  let first = () => {};
  const begun = new Promise<void>((resolve) => {
    first = resolve;
  });
  const events = response.body?.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
  const read = async () => {
    for await (const event of events ?? []) {
      if (event.event === "reconnect") heard.reconnect = true;
      if (event.event === "closed") heard.closed = true;
      if (event.event !== "change") continue;
      const change = JSON.parse(event.data) as ChangeEvent;
      if (change.tasks) {
        heard.tasks++;
        heard.undone.push(change.undone);
        heard.carried.push(change.changed?.map(({ title, deletedAt }) => (deletedAt === null ? title : `-${title}`)));
      }
      if (change.conversations) heard.conversations++;
      first();
    }
  };
  void read()
    .catch(() => undefined)
    .finally(() => {
      heard.ended = true;
      first();
    });
  await begun;
  expect([heard.tasks, heard.conversations]).toEqual([1, 1]);
  return heard;
}

describe("an event", () => {
  it("carries the few tasks that have changed, to every tab on every server", async () => {
    const ann = await signUp(server);
    const tabs = [await listen(ann), await listen(ann), await listen(ann.on(second))];
    const { id } = await ann.json<{ id: string }>("POST", "/api/tasks", { title: "x" });
    for (const tab of tabs) await eventually("the first change", async () => tab.tasks === 2);
    await ann.on(second).json("PATCH", `/api/tasks/${id}`, { title: "y" });
    for (const tab of tabs) await eventually("the second change", async () => tab.tasks === 3);
    await ann.json("DELETE", `/api/tasks/${id}`);
    for (const tab of tabs) await eventually("the deletion", async () => tab.tasks === 4);
    expect(tabs.map(({ carried }) => carried)).toEqual(tabs.map(() => [undefined, ["x"], ["y"], ["-y"]]));
    await ann.json("POST", "/api/changes/undo", {});
    for (const tab of tabs) await eventually("that it is taken back", async () => tab.tasks === 5);
    expect(tabs.map(({ carried }) => carried.at(-1))).toEqual(tabs.map(() => ["y"]));
    for (const tab of tabs) tab.stop();
  });

  it("carries each task once, as it is now, when several changes are told at once", async () => {
    const ann = await signUp(server);
    const tab = await listen(ann.on(second));
    const titles = ["a", "b", "c", "d"];
    const added = await Promise.all(titles.map((title) => ann.json<{ id: string }>("POST", "/api/tasks", { title })));
    await Promise.all(added.map(({ id }, i) => ann.json("PATCH", `/api/tasks/${id}`, { title: `${titles[i]}!` })));
    const shown = new Map<string, string>();
    await eventually("all as they are now", async () => {
      for (const title of tab.carried.flatMap((each) => each ?? [])) shown.set(title[0] ?? "", title);
      return [...shown.values()].sort().join() === "a!,b!,c!,d!";
    });
    for (const each of tab.carried.slice(1)) expect(new Set(each).size).toBe(each?.length);
    tab.stop();
  });

  it("says to look again when more has changed than it carries, in tasks or in bytes, or what it can't tell", async () => {
    const ann = await signUp(server);
    const tab = await listen(ann);
    const hear = async (work: () => Promise<unknown>) => {
      const before = tab.tasks;
      await work();
      await eventually("a change of the tasks", async () => tab.tasks > before);
      return tab.carried.at(-1);
    };
    const many = (count: number, notes = "") =>
      sql(
        server.databaseUrl,
        `with "state" as (
           insert into "userStates" ("userId", "tasksVersion") values ($1, 1)
           on conflict ("userId") do update set "tasksVersion" = "userStates"."tasksVersion" + 1 returning "tasksVersion"
         ), "task" as (
           insert into "tasks" ("id", "userId", "number", "title", "notes", "status", "priority", "tags", "createdAt", "updatedAt")
           select gen_random_uuid(), $1, (random() * 1e9)::integer, 'many', $3, 'open', 'none', '{}', now(), now()
           from generate_series(1, $2::integer) returning *
         )
         insert into "taskEvents" ("taskId", "userId", "kind", "after", "at", "version")
         select "task"."id", $1, 'added', to_jsonb("task"), now(), "tasksVersion" from "task", "state"`,
        [ann.userId, count, notes],
      );
    const { count, bytes } = limits.carriedChanges;
    expect(await hear(() => many(count))).toHaveLength(count);
    expect(await hear(() => many(count + 1))).toBeUndefined();
    expect(await hear(() => many(2, "n".repeat(bytes / 2)))).toBeUndefined();
    expect(await hear(() => many(2, "n".repeat(bytes / 4)))).toHaveLength(2);
    // A version of before writes entries that do not say which change they belong to.
    const older = `update "userStates" set "tasksVersion" = "tasksVersion" + 1 where "userId" = $1`;
    expect(await hear(() => sql(server.databaseUrl, older, [ann.userId]))).toBeUndefined();
    expect(await hear(() => ann.json("POST", "/api/tasks", { title: "after that" }))).toEqual(["after that"]);
    tab.stop();
  });

  it("says to look at everything to a tab that comes back, whatever has changed meanwhile", async () => {
    const ann = await signUp(server);
    const other = await listen(ann);
    const tab = await listen(ann);
    tab.stop();
    await ann.json("POST", "/api/tasks", { title: "meanwhile" });
    await eventually("the change, elsewhere", async () => other.tasks === 2);
    const back = await listen(ann);
    await ann.json("POST", "/api/tasks", { title: "later" });
    await eventually("the next change", async () => back.tasks === 2);
    expect(back.carried).toEqual([undefined, ["later"]]);
    for (const each of [other, back]) each.stop();
  });

  it("says when something was taken back, or that taken back in turn", async () => {
    const ann = await signUp(server);
    const tab = await listen(ann);
    await ann.json("POST", "/api/tasks", { title: "x" });
    await eventually("the task", async () => tab.tasks === 2);
    await ann.json("POST", "/api/changes/undo", {});
    await eventually("its undo", async () => tab.tasks === 3);
    await ann.json("POST", "/api/changes/undo", { redo: true });
    await eventually("the redo", async () => tab.tasks === 4);
    expect(tab.carried).toEqual([undefined, ["x"], ["-x"], ["x"]]);
    expect(tab.undone).toEqual([undefined, false, true, true]);
    tab.stop();
  });

  it("carries nothing of anybody else's", async () => {
    const [ann, bob] = [await signUp(server), await signUp(server)];
    const [hers, his] = [await listen(ann), await listen(bob)];
    await Promise.all([
      ann.json("POST", "/api/tasks", { title: "hers" }),
      bob.json("POST", "/api/tasks", { title: "his" }),
    ]);
    await eventually("both changes", async () => hers.tasks === 2 && his.tasks === 2);
    expect([hers.carried, his.carried]).toEqual([
      [undefined, ["hers"]],
      [undefined, ["his"]],
    ]);
    for (const each of [hers, his]) each.stop();
  });
});

describe("an open tab", () => {
  it("hears of changes from other tabs and other servers, and of nobody else's", async () => {
    const ann = await signUp(server);
    const bob = await signUp(server);
    const tabs = [await listen(ann), await listen(ann), await listen(ann.on(second))];
    const his = await listen(bob);
    await ann.json("POST", "/api/tasks", { title: "x" });
    for (const tab of tabs) await eventually("a change of the tasks", async () => tab.tasks === 2);
    expect(tabs.map(({ conversations }) => conversations)).toEqual([1, 1, 1]);
    await ann.on(second).conversation();
    for (const tab of tabs) await eventually("a change of the conversations", async () => tab.conversations === 2);
    // By now the second server has seen the task; what the first does next is news to it by its conversations alone.
    await ann.conversation();
    for (const tab of tabs) await eventually("one more conversation", async () => tab.conversations === 3);
    expect(tabs.map(({ tasks }) => tasks)).toEqual([2, 2, 2]);
    await bob.json("POST", "/api/tasks", { title: "x" });
    await eventually("his own change", async () => his.tasks === 2);
    expect(his.conversations).toBe(1);
    expect(tabs.map(({ tasks }) => tasks)).toEqual([2, 2, 2]);
    for (const tab of [...tabs, his]) tab.stop();
  });

  it("hears of what an answer does to tasks and conversations", async () => {
    const ann = await signUp(server);
    const id = await ann.conversation();
    const tab = await listen(ann.on(second));
    await ann.say(id, "add a task to feed the cat");
    await eventually("the task and the answer", async () => tab.tasks >= 2 && tab.conversations >= 2);
    tab.stop();
  });

  it("hears of a task that is deleted, restored, changed; and not of one that stays as it is", async () => {
    const ann = await signUp(server);
    const { id } = await ann.json<{ id: string }>("POST", "/api/tasks", { title: "x" });
    const tab = await listen(ann);
    await ann.json("DELETE", `/api/tasks/${id}`);
    await eventually("the deletion", async () => tab.tasks === 2);
    await ann.json("POST", `/api/tasks/${id}/restore`);
    await eventually("the restoring", async () => tab.tasks === 3);
    await ann.json("PATCH", `/api/tasks/${id}`, { title: "y" });
    await eventually("the change", async () => tab.tasks === 4);
    expect((await ann.request("PATCH", `/api/tasks/${crypto.randomUUID()}`, { title: "y" })).status).toBe(404);
    await ann.json("POST", "/api/tasks", { title: "z" });
    await eventually("the next one", async () => tab.tasks === 5);
    await ann.json("POST", "/api/changes/undo", {});
    await eventually("that it is taken back", async () => tab.tasks === 6);
    tab.stop();
  });

  it("is closed when its session is revoked, on whichever server", async () => {
    const ann = await signUp(server);
    const tabs = [await listen(ann), await listen(ann.on(second))];
    const { session } = await ann.json<{ session: { token: string } }>("GET", "/api/auth/get-session");
    await ann.json("POST", "/api/auth/revoke-session", { token: session.token });
    for (const tab of tabs) await eventually("the end of the stream", async () => tab.ended);
    expect(tabs.map(({ reconnect }) => reconnect)).toEqual([false, false]);
  });

  it("that is the twenty-first has the oldest one told to stay away, and nobody else's", async () => {
    const ann = await signUp(server);
    const bob = await signUp(server);
    const his = await listen(bob);
    const tabs: Heard[] = [];
    for (let i = 0; i < 23; i++) tabs.push(await listen(ann));
    const closed = () => tabs.map((tab) => tab.ended && tab.closed);
    await eventually("three are closed", async () => closed().filter(Boolean).length === 3);
    expect(closed()).toEqual(tabs.map((_, i) => i < 3));
    await ann.json("POST", "/api/tasks", { title: "x" });
    for (const tab of tabs.slice(3)) await eventually("a change of the tasks", async () => tab.tasks === 2);
    expect(his.ended).toBe(false);
    for (const tab of [...tabs, his]) tab.stop();
  });

  it("is told to come again when its server ends", async () => {
    const third = await startTestServer({ databaseUrl: server.databaseUrl });
    closeAfterTest(third);
    const ann = await signUp(server);
    const tab = await listen(ann.on(third));
    await third.close();
    await eventually("the end of the stream", async () => tab.ended);
    expect(tab.reconnect).toBe(true);
  });

  it("that goes away is forgotten", async () => {
    const third = await startTestServer();
    closeAfterTest(third);
    const ann = await signUp(third);
    const open = async () => (await third.deps.metrics.streams.get()).values[0]?.value;
    const forgotten = vi.fn();
    const { hub } = third.deps;
    const watch = hub.watchUser.bind(hub);
    vi.spyOn(hub, "watchUser").mockImplementation((...args) => {
      const stop = watch(...args);
      return () => {
        stop();
        forgotten();
      };
    });
    const tab = await listen(ann);
    expect(await open()).toBe(1);
    tab.stop();
    await eventually("no open stream", async () => (await open()) === 0);
    expect(forgotten).toHaveBeenCalledTimes(1);
  });
});
