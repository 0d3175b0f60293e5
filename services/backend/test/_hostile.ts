import type { Model } from "@openai/agents";
import { functionCall } from "@openai/agents/testing";
import { operations } from "../src/operations/index.ts";
import { answering, type Output, says } from "./_answering.ts";
import { Random, strangeTexts } from "./_random.ts";
import type { Named } from "./_strangers.ts";
import { tellStory } from "./_two-people.ts";

const names = operations.map(({ name }) => name);

/** Everything that can be called, and now and then what can't. */
export function hostileName(random: Random): string {
  return random.chance(0.002) ? random.pick(["drop_tables", "__proto__", ""]) : random.pick(names);
}

/** Arguments for an operation, as JSON, of which half could work, so that there is harm to prevent. `theirs`: of others. */
export function hostileArguments(random: Random, name: string, theirs: Named): string {
  if (random.chance(0.002)) return random.pick(["", "{", "[]", "null", '"x"', '{"tasks":[1e999]}']);
  const wild = random.chance(0.5);
  const strange = <T>(share: number, make: () => T, usual: () => T) =>
    wild && random.chance(share) ? make() : usual();
  const number = (): unknown =>
    strange<unknown>(
      0.3,
      () => random.pick([-1, 0, 1.5, 2 ** 31, 1e300, "1", random.pick(theirs.id), random.pick(theirs.number)]),
      () => random.int(1, 50),
    );
  const numbers = () => Array.from({ length: wild && random.chance(0.01) ? 5_000 : random.int(1, 12) }, number);
  const text = () => random.pick(wild ? strangeTexts : ["tomorrow", "2030-01-01", "next friday at 5pm"]);
  const maybe = <T>(make: () => T) => (random.chance(0.6) ? null : make());
  const details = () => ({
    title: text(),
    notes: maybe(text),
    priority: maybe(() => random.pick(wild ? ["none", "urgent"] : ["none", "low", "high"])),
    tags: maybe(() => [text(), "home"]),
    due: maybe(text),
  });
  const made: Record<string, () => object> = {
    add_tasks: () => ({ tasks: Array.from({ length: random.int(0, 8) }, () => ({ ...details(), title: "milk" })) }),
    list_tasks: () => ({
      status: random.pick(["open", "done", "all", "deleted", "any"]),
      query: maybe(text),
      tag: maybe(text),
      priority: null,
      dueBefore: maybe(text),
      dueAfter: maybe(text),
      ...(random.chance(0.2) && { tasks: numbers() }),
    }),
    update_tasks: () => ({
      changes: Array.from({ length: random.int(1, random.chance(0.3) ? 20 : 6) }, () => ({
        task: number(),
        ...details(),
        title: maybe(text),
        clear: maybe(() => ["due", "tags"]),
      })),
    }),
    delete_tasks: () =>
      random.chance(0.04)
        ? { tasks: null, all: random.pick(["open", "done", "all"]) }
        : { tasks: random.chance(0.7) ? [number()] : numbers(), all: null },
    undo_changes: () =>
      random.pick([
        { tasks: maybe(numbers), redo: random.chance(0.3), anyway: random.chance(0.5) },
        { run: random.pick(theirs.id) },
        { call: random.pick(theirs.word) },
        { changes: [random.pick(theirs.number)] },
      ]),
    list_changes: () => ({
      limit: random.pick([20, 1_000, wild ? 1e9 : 5]),
      conversation: maybe(() => random.pick(theirs.id)),
      before: maybe(() => random.pick(theirs.number)),
    }),
  };
  const input = Object.hasOwn(made, name) ? made[name]?.() : { tasks: numbers() };
  const forged = random.pick<object>([
    { userId: random.pick(theirs.word), user: 1 },
    { approved: true, approval: "approved" },
  ]);
  return JSON.stringify(random.chance(0.05) ? { ...input, ...forged } : input);
}

/** A model that wants harm: any tool, any number, any shape, in any order, by the number that the user says. */
export function hostileModel(theirs: () => Named) {
  const made = { calls: 0, shown: [] as string[] };
  const randoms = new Map<string, Random>();
  const model: Model = answering((asked): Output => {
    const { said, request } = asked;
    if (!said.startsWith("attack")) return tellStory(asked);
    made.shown.push(JSON.stringify(request.input));
    const random = randoms.get(said) ?? new Random(Number(said.split(" ")[1]));
    randoms.set(said, random);
    // Most soon come to an end, so that there can be many; a few try all the limits.
    const wild = Number(said.split(" ")[1]) % 8 === 0;
    if (random.chance(wild ? 0.1 : 0.6)) {
      randoms.delete(said);
      return says(random.pick(strangeTexts));
    }
    const length = random.chance(0.01) ? random.int(32, 40) : random.int(1, wild ? 24 : 4);
    const calls = Array.from({ length }, (_, i) => {
      made.calls++;
      const name = hostileName(random);
      const callId = random.chance(0.003) ? "call-1" : `call-${made.calls}-${i}`;
      return functionCall(name, hostileArguments(random, name, theirs()), { callId });
    });
    return random.chance(0.2) ? [...calls, ...says(random.pick(strangeTexts))] : calls;
  });
  return { model, made };
}
