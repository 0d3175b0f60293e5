import { expect, test } from "vitest";
import { whenPossible } from "./when-possible.ts";

const failing = (code: string) => () => Promise.reject(Object.assign(new Error(code), { code }));

/** What is said while each of `attempts` is made in turn, a second apart. */
async function saidDuring(attempts: (() => Promise<string>)[]) {
  const said: string[] = [];
  let now = 0;
  const result = await whenPossible(() => attempts.shift()?.() ?? Promise.reject(new Error("asked too often")), {
    place: "db:5432/todo",
    say: (line) => said.push(line),
    now: () => now,
    pause: async (ms) => {
      now += ms;
    },
  }).catch((error: unknown) => error);
  return { said, result };
}

test("says why it waits, again for each new reason, and every 10 s while nothing changes", async () => {
  const { said, result } = await saidDuring([
    failing("ENOTFOUND"),
    ...Array.from({ length: 25 }, () => failing("ECONNREFUSED")),
    failing("57P03"),
    async () => "done",
  ]);
  expect(result).toBe("done");
  const refused = "the connection is refused: nothing listens there";
  expect(said).toEqual([
    "Waiting for the database at db:5432/todo: its host is not known.",
    `Waiting for the database at db:5432/todo: ${refused}.`,
    `Still waiting for the database at db:5432/todo after 11 s: ${refused}.`,
    `Still waiting for the database at db:5432/todo after 21 s: ${refused}.`,
    "Waiting for the database at db:5432/todo: it is starting up or shutting down.",
    "The database at db:5432/todo is there after 27 s.",
  ]);
});

test("says nothing when there is nothing to wait for", async () => {
  expect(await saidDuring([async () => "done"])).toEqual({ said: [], result: "done" });
});

test("gives up at once on what waiting can't cure", async () => {
  const { said, result } = await saidDuring([failing("ECONNREFUSED"), failing("42601")]);
  expect(result).toMatchObject({ code: "42601" });
  expect(said).toHaveLength(1);
});
