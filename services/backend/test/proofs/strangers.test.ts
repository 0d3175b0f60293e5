import { expect, it } from "vitest";
import { long, row, seedOf, tell } from "../../../../test/support/figures.ts";
import { dump } from "../_dump.ts";
import { closeAfterTest, signUp, startTestServer } from "../_harness.ts";
import { readOperations } from "../_openapi.ts";
import { Random, strangeTexts } from "../_random.ts";
import { absent, namedOf, type Owner, obedientModel, questionsOf, strangerOf } from "../_strangers.ts";
import { settleIn } from "../_two-people.ts";

const LEAST = long ? 5_000 : 200;
/** Of what could be asked, the share that is. */
const SHARE = long ? 0.45 : 0.04;

const garbage = [
  "0",
  "null",
  "%00",
  "../..",
  "a'b",
  "00000000-0000-0000-0000-00000000000g",
  "💥",
  -1,
  1.5,
  null,
  [],
  {},
];

it("everything of somebody else is answered like what is not there, byte for byte, on every face", async () => {
  const seed = seedOf(13);
  const random = new Random(seed);
  const server = await startTestServer({ model: obedientModel });
  closeAfterTest(server);
  const owners: Owner[] = [];
  for (const mark of ["canary-ann", "canary-carl"]) {
    const person = await signUp(server);
    owners.push({ person, mark, belongings: await settleIn(person, mark) });
  }
  const [ann, carl] = owners;
  if (!ann || !carl) throw new Error("nobody to ask for");
  const described = await readOperations(server);
  const askers = [
    { who: await strangerOf(await signUp(server), true), others: owners },
    { who: await strangerOf(carl.person, false), others: [ann] },
  ];

  const found = { cases: 0, leaks: [] as string[], unequal: [] as string[] };
  for (const { who, others } of askers) {
    const named = await namedOf(server, others);
    const before = await dump(server.databaseUrl, ...others.map(({ person }) => person.userId));
    const secrets = others.flatMap(({ mark, person, belongings }) => [mark, person.email, belongings.apiToken]);
    for (const { name, names, ask } of questionsOf(described, who)) {
      const [unknown = ""] = await ask([absent(names)]);
      const values = named[names].filter(() => random.chance(SHARE));
      const strange = [...garbage, ...strangeTexts.filter((text) => text.length < 300)].filter(() =>
        random.chance(SHARE),
      );
      const [answers, others] = [await ask(values), await ask(strange)];
      for (const [i, answer] of answers.entries()) {
        if (answer !== unknown) found.unequal.push(`${name} ${values[i]}: ${answer}\n  instead of ${unknown}`);
      }
      for (const [i, answer] of [...answers, ...others].entries()) {
        if (secrets.some((secret) => answer.includes(secret)))
          found.leaks.push(`${name} ${[...values, ...strange][i]}`);
        if (/^5\d\d /.test(answer)) found.unequal.push(`${name} ${[...values, ...strange][i]}: ${answer}`);
      }
      found.cases += values.length + strange.length;
    }
    expect(await dump(server.databaseUrl, ...others.map(({ person }) => person.userId))).toEqual(before);
  }
  const what = `ids of others, of nobody and of nothing on REST, MCP and in the chat, ${found.cases} cases (seed ${seed})`;
  tell(
    row(`${what}: leaks`, { value: found.leaks.length, unit: "" }, { at: "most", limit: 0 }),
    row(
      `${what}: others' answered unlike unknown ones`,
      { value: found.unequal.length, unit: "" },
      { at: "most", limit: 0 },
    ),
  );
  expect(found.leaks).toEqual([]);
  expect(found.unequal).toEqual([]);
  expect(found.cases).toBeGreaterThanOrEqual(LEAST);
});
