import { expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { kubectl } from "../support/stack/cluster.ts";
import { previewed, setConfig, unsetConfig } from "../support/stack/pulumi.ts";
import { LONG, must, npm, npmWell, STACK } from "../support/stack/world.ts";
import { newPerson, tasksOf } from "./from-nothing.ts";

/** A setting that would lose the data, and what is said of it. */
type Refused = [key: string, value: string, flags: string[], said: string];

const AT_TIMES = { timeoutMs: 60_000, everyMs: 1_000 };

export function data(): void {
  let person = "";

  it.each<Refused>([
    ["chartValues.postgres.persistence.size", "2Gi", ["--path"], "persistence.size was 1Gi"],
    ["chartValues.postgres.persistence.enabled", "false", ["--path"], "persistence.enabled was true"],
    ["chartValues.postgres.image.tag", "19", ["--path"], "the data are those of PostgreSQL 18"],
    ["namespace", "other", [], "the namespace was todo"],
    ["helmEngine", "release", [], "the engine was chart"],
  ])(
    "a task outlives another %s, which is refused with its cure",
    { timeout: LONG },
    async (key, value, flags, said) => {
      person ||= await newPerson("outlive");
      await setConfig(key, value, ...flags);
      try {
        await expect(previewed()).rejects.toThrow(said);
        const { code, output } = await npm("up");
        expect(output).toContain(said);
        expect(code).toBe(1);
        expect(await tasksOf(person)).toEqual(["outlive"]);
      } finally {
        await unsetConfig(key, ...flags);
      }
      expect(await previewed()).toEqual([]);
    },
  );

  it("a task outlives another password of the database", { timeout: LONG }, async () => {
    person ||= await newPerson("outlive");
    // The database starts anew with it, and the backend's pods of before still answer for a moment.
    const isThere = () =>
      tasksOf(person).then(
        (titles) => titles.join() === "outlive",
        (error: Error) => !error.message.includes("database_unavailable") && Promise.reject(error),
      );
    await setConfig("databasePassword", "it's-another-4e2a", "--secret");
    await npmWell("up");
    await eventually("the task is there with the new password", isThere, AT_TIMES);
    await unsetConfig("databasePassword");
    await npmWell("up");
    await eventually("the task is there with the generated password", isThere, AT_TIMES);
  });

  it("a task outlives what holds its volume", { timeout: LONG }, async () => {
    person ||= await newPerson("outlive");
    await kubectl("delete", "statefulset", "postgres");
    await must("pulumi", ["refresh", "--yes", "--skip-preview", "--stack", STACK, "--non-interactive"]);
    await npmWell("up");
    expect(await tasksOf(person)).toEqual(["outlive"]);
  });
}
