import { expect, test } from "vitest";
import { createLogger } from "../logger.ts";
import { Availability } from "./availability.ts";

const away = Object.assign(new Error("connect ECONNREFUSED 10.0.0.7:5432"), { code: "ECONNREFUSED" });

function watch() {
  const lines: Record<string, unknown>[] = [];
  const log = createLogger("info", { write: (line: string) => void lines.push(JSON.parse(line)) });
  let now = 0;
  const availability = new Availability(log, "db:5432/todo", () => now);
  /** Asks ten times a second for so long, and is answered at once. */
  const ask = (seconds: number, answers: boolean) => {
    for (let i = 0; i < seconds * 10; i++) {
      now += 100;
      if (answers) availability.answered(now);
      else availability.failed(away);
    }
  };
  return { ask, told: () => lines.splice(0).map(({ msg, reason, seconds }) => ({ msg, reason, seconds })) };
}

const reason = "the connection is refused: nothing listens there";

test("tells once that the database is away, once a minute that it still is, and once that it is back", () => {
  const { ask, told } = watch();
  ask(5, true);
  expect(told()).toEqual([]);
  ask(130, false);
  expect(told()).toEqual([
    { msg: "database unavailable", reason },
    { msg: "database still unavailable", reason, seconds: 60 },
    { msg: "database still unavailable", reason, seconds: 120 },
  ]);
  ask(5, true);
  expect(told()).toEqual([{ msg: "database available again", seconds: 130 }]);
});

test("connections that still answer while the others break do not mean that it is back", () => {
  const { ask, told } = watch();
  ask(0.1, false);
  ask(0.3, true);
  ask(5, false);
  expect(told()).toEqual([{ msg: "database unavailable", reason }]);
});

test("one that comes and goes all the time is not told of each time", () => {
  const { ask, told } = watch();
  for (let i = 0; i < 20; i++) {
    ask(1, false);
    ask(1, true);
  }
  expect(told().length).toBeLessThanOrEqual(8);
  ask(11, false);
  expect(told()).toEqual([{ msg: "database unavailable", reason }]);
});
