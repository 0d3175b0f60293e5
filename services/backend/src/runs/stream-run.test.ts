import { describe, expect, it } from "vitest";
import { parseCursor } from "./stream-run.ts";

const RUN = "01890000-0000-7000-8000-000000000000";

describe("parseCursor", () => {
  it("reads what an event's id says", () => {
    expect(parseCursor(`${RUN}.2.31`)).toEqual({ runId: RUN, attempt: 2, seq: 31 });
    expect(parseCursor(`${RUN}.0.0`)).toEqual({ runId: RUN, attempt: 0, seq: 0 });
  });

  it.each([
    undefined,
    "",
    "31",
    RUN,
    `${RUN}.1`,
    `${RUN}.1.2.3`,
    `${RUN}.-1.2`,
    `${RUN}.1.2e3`,
    `${RUN}.1.99999999999999999999`,
    `${RUN}.1. 2`,
    ` ${RUN}.1.2`,
    `${RUN.toUpperCase().replace("8", "G")}.1.2`,
    `${RUN}.1.2\n`,
  ])("knows nothing of %j", (id) => {
    expect(parseCursor(id)).toBeUndefined();
  });
});
