import { describe, expect, it } from "vitest";
import { PASSWORD } from "../../../test/support/accounts.ts";
import { removals } from "../src/db/queries/accounts.ts";
import { finishLeaving } from "../src/domain/accounts.ts";
import { seedTasks } from "./_bulk.ts";
import { dump } from "./_dump.ts";
import { closeAfterTest, type Person, signUp, startTestServer, type TestServer } from "./_harness.ts";
import { settleIn } from "./_two-people.ts";

const TASKS = 600;

/** Two people with something of everything, one of whom has many tasks. */
async function twoPeople(): Promise<{ server: TestServer; ann: Person; bob: Person }> {
  const server = await startTestServer();
  closeAfterTest(server);
  const ann = await signUp(server);
  await seedTasks(server.databaseUrl, ann, TASKS);
  await ann.json("POST", "/api/tasks/complete", { tasks: [1, 2, 3] });
  await ann.request("POST", "/api/tasks/delete", { all: "all" });
  await ann.say(await ann.conversation(), "add milk");
  const bob = await signUp(server);
  await settleIn(bob);
  return { server, ann, bob };
}

/** How many rows of each table are theirs. */
async function rowsOf({ databaseUrl }: TestServer, { userId }: Person): Promise<Record<string, number>> {
  const tables = Object.entries(await dump(databaseUrl, userId));
  expect(tables.length).toBeGreaterThan(10);
  return Object.fromEntries(tables.flatMap(([table, { length }]) => (length > 0 ? [[table, length]] : [])));
}

const signIn = ({ url }: { url: string }, { email }: Person) =>
  fetch(`${url}/api/auth/sign-in/email`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: "http://localhost:3000" },
    body: JSON.stringify({ email, password: PASSWORD }),
  });

describe("an account that is deleted", () => {
  it("takes all that is theirs along, in steps, and nothing of anybody else's", async () => {
    const { server, ann, bob } = await twoPeople();
    const before = await dump(server.databaseUrl, bob.userId);
    expect(await rowsOf(server, ann)).toMatchObject({ tasks: TASKS + 1, taskEvents: 4, approvals: 1, messages: 2 });
    expect((await ann.request("POST", "/api/auth/delete-user", { password: PASSWORD })).status).toBe(200);
    expect(await rowsOf(server, ann)).toEqual({});
    expect((await ann.request("GET", "/api/tasks")).status).toBe(401);
    expect(await dump(server.databaseUrl, bob.userId)).toEqual(before);
  });

  it("is left as it is when the password was wrong", async () => {
    const { server, ann } = await twoPeople();
    const before = await dump(server.databaseUrl, ann.userId);
    expect((await ann.request("POST", "/api/auth/delete-user", { password: "another one" })).status).toBe(400);
    expect(await dump(server.databaseUrl, ann.userId)).toEqual(before);
    expect((await ann.request("GET", "/api/tasks")).status).toBe(200);
  });

  it("half of which is gone when the server dies lets nobody in, and goes with the next look", async () => {
    const { server, ann, bob } = await twoPeople();
    const others = await dump(server.databaseUrl, bob.userId);
    const removeTasks = removals[4];
    if (!removeTasks) throw new Error("tasks are removed fifth");
    const steps = removals.length;
    // The connection of the second portion of tasks breaks.
    let portions = 0;
    Object.assign(removals, {
      4: async (...given: Parameters<typeof removeTasks>) => {
        if (++portions === 2) throw new Error("killed");
        return removeTasks(...given);
      },
    });
    const { status } = await ann.request("POST", "/api/auth/delete-user", { password: PASSWORD });
    Object.assign(removals, { 4: removeTasks });
    expect([removals.length, portions, status]).toEqual([steps, 2, 500]);
    expect(await rowsOf(server, ann)).toEqual({ tasks: TASKS + 1 - 250, approvals: 1, userStates: 1, user: 1 });
    expect((await ann.request("GET", "/api/tasks")).status).toBe(401);
    expect((await signIn(server, ann)).status).toBe(401);

    expect(await finishLeaving(server.deps)).toBe(1);
    expect(await rowsOf(server, ann)).toEqual({});
    expect(await finishLeaving(server.deps)).toBe(0);
    expect(await dump(server.databaseUrl, bob.userId)).toEqual(others);
    expect((await signIn(server, bob)).status).toBe(200);
  });
});
