import { Agent, type AgentInputItem, Runner, tool } from "@openai/agents";
import { limits, type Task, type ToolOutput } from "@todo/contract";
import { DRAFT_LIMITS } from "@todo/language";
import { expect, test } from "vitest";
import { z } from "zod";
import { findOperation } from "../../operations/index.ts";
import { assistant, changed, clock, pretend, request, task, tasks, textOf, turn, user } from "./_talk.ts";
import { RuleModel } from "./rule-model.ts";

const context = { ...clock, shown: { changed: [], listed: [] } };
const noModel = "No language model is configured, so I answer by fixed rules. Say “help” to see what I understand.";
const before = [user("hello"), assistant("Hello!")];

test("adds, and tells the committed row with its absolute date", async () => {
  const due = { date: "2026-11-27", time: "17:00", zone: "Europe/Berlin" };
  const { text } = await turn([...before, user("add pay rent next friday at 5pm, high priority")], () =>
    changed("added", task(4, "Pay rent", { due, priority: "high" })),
  );
  expect(text).toBe('Added #4 "Pay rent", due Friday 27 November 2026 at 17:00, high priority.');
});

test("looks a title up, then changes the task it found, then tells it", async () => {
  const groceries = task(3, "Buy groceries");
  const { calls, text } = await turn([...before, user("mark groceries as done")], () =>
    changed("completed", { ...groceries, status: "done" }, groceries),
  );
  expect(calls.map((call) => call.tool)).toEqual(["list_tasks", "complete_tasks"]);
  expect(text).toBe('Completed #3 "Buy groceries".');
});

test("lists one task a line", async () => {
  const { text } = await turn([...before, user("show my tasks")], undefined, tasks.slice(1, 4));
  expect(text).toBe(
    [
      "You have 3 open tasks:",
      "#2 Meeting with Ann (#work)",
      "#3 Buy groceries (due Tuesday 24 November 2026, high, #shop)",
      "#4 Pay rent (due Friday 27 November 2026 at 17:00)",
    ].join("\n"),
  );
});

test("tells an update by what differs", async () => {
  const { text } = await turn([...before, user("rename task 1 to Call dad")], () =>
    changed("updated", task(1, "Call dad", { priority: "low" }), task(1, "Call mom", { tags: ["a"] })),
  );
  expect(text).toBe('Updated #1 "Call dad", was "Call mom", low priority, no tags.');
});

test("says that no model is configured in the first answer only, and not before a tool call", async () => {
  const first = await turn([{ role: "system", content: "Now: Monday" }, user("show my tasks")]);
  expect(first.text.endsWith(`\n\n${noModel}`)).toBe(true);
  expect(first.text.split(noModel)).toHaveLength(2);
  const second = await turn([user("hello"), assistant(first.text), user("show my tasks")]);
  expect(second.text).not.toContain(noModel);
});

test("says which number does not exist and what was so already", async () => {
  const { text } = await turn([...before, user("complete 3, 7 and 99")], () => ({
    ...changed("completed", task(3, "Buy groceries", { status: "done" })),
    notFound: [99],
    unchanged: [7],
  }));
  expect(text).toBe(
    'Completed #3 "Buy groceries".\nThere is no task #99, so nothing was changed for it.\n#7 was already done.',
  );
});

test("a declined approval deleted nothing", async () => {
  const { text } = await turn([...before, user("delete everything")], () => ({
    changes: [],
    error: { code: "rejected", message: "The user declined." },
  }));
  expect(text).toBe("You declined, so nothing was changed.");
});

test("tells an error of the tool, and shows a failure in plain words as it is", async () => {
  const refused = await turn([...before, user("complete 3")], () => ({
    changes: [],
    error: { code: "invalid", message: "Too many" },
  }));
  expect(refused.text).toBe("Too many. Nothing was changed.");
  const failed = await turn([...before, user("complete 3")], () => "Something went wrong on our side.");
  expect(failed.text).toBe("Something went wrong on our side.");
  const odd = await turn([...before, user("complete 3")], () => '{"changes":7}');
  expect(odd.text).toBe("The tool gave back something that I cannot read.");
});

test("claims nothing that the result does not show", async () => {
  const { text } = await turn([...before, user("delete task 3")], () => ({ changes: [] }));
  expect(text).toBe("There was nothing to change.");
});

test("a title cannot pass for lines of the assistant", async () => {
  const { text } = await turn([...before, user("add x")], () => changed("added", task(4, "x\nDeleted #9 “y”")));
  expect(text).toBe('Added #4 "x Deleted #9 “y”".');
});

const asked = async () => (await turn([...before, user("delete the meeting task")])).text;

test("asks when several tasks fit, and changes nothing", async () => {
  const { changing, text } = await turn([...before, user("delete the meeting task")]);
  expect(changing).toEqual([]);
  expect(text).toBe('Which one do you mean by "meeting"? #2 Meeting with Ann, #5 Team meeting');
});

test.each([
  ["2", [2]],
  ["#5", [5]],
  ["number 5 please", [5]],
  ["the second one", [5]],
  ["the first", [2]],
  ["the last one", [5]],
  ["team meeting", [5]],
  ["the one with Ann", [2]],
  ["both", [2, 5]],
  ["2 and 5", [2, 5]],
  ["all of them", [2, 5]],
])("the answer “%s” is put into the earlier command", async (reply, numbers) => {
  const { changing } = await turn([...before, user("delete the meeting task"), assistant(await asked()), user(reply)]);
  expect(changing).toEqual([{ tool: "delete_tasks", input: { tasks: numbers, all: null } }]);
});

test.each(["neither", "none of them", "never mind", "9", "the third one", "groceries", "why?", "thanks"])(
  "the answer “%s” changes nothing",
  async (reply) => {
    const { changing } = await turn([
      ...before,
      user("delete the meeting task"),
      assistant(await asked()),
      user(reply),
    ]);
    expect(changing).toEqual([]);
  },
);

test("after a question a new command is a new command", async () => {
  const { changing } = await turn([
    ...before,
    user("delete the meeting task"),
    assistant(await asked()),
    user("complete 3"),
  ]);
  expect(changing).toEqual([{ tool: "complete_tasks", input: { tasks: [3] } }]);
});

test("of a mixed sentence only what was left open is taken up again", async () => {
  const said = user("complete 3 and move team to friday and add tea");
  const rows = [...tasks, task(10, "Team lunch")];
  const first = await turn([...before, said], undefined, rows);
  expect(first.changing.map((call) => call.tool)).toEqual(["complete_tasks", "add_tasks"]);
  const second = await turn([...before, said, assistant(first.text), user("team lunch")], undefined, rows);
  expect(second.changing).toHaveLength(1);
  expect(second.changing[0]?.input).toMatchObject({ changes: [{ task: 10, due: "2026-11-27" }] });
});

test("completing looks among the open tasks first, reopening among the done; deleting asks", async () => {
  const rows = [task(1, "Buy milk", { status: "done" }), task(2, "Buy milk"), task(3, "Buy tea", { status: "done" })];
  const numbers = async (said: string) => (await turn([...before, user(said)], undefined, rows)).changing[0]?.input;
  expect(await numbers("complete buy milk")).toEqual({ tasks: [2] });
  expect(await numbers("reopen buy milk")).toEqual({ tasks: [1] });
  expect(await numbers("complete buy tea")).toEqual({ tasks: [3] });
  expect(await numbers("delete buy milk")).toBeUndefined();
});

test("asks for what is missing and takes the answer", async () => {
  const which = await turn([...before, user("mark as done")]);
  expect(which.text).toBe("Which one do you mean? Say its number or part of its title.");
  const target = await turn([...before, user("delete a task")]);
  const { changing } = await turn([...before, user("delete a task"), assistant(target.text), user("6")]);
  expect(changing).toEqual([{ tool: "delete_tasks", input: { tasks: [6], all: null } }]);
  const title = await turn([...before, user("add a task")]);
  expect(title.text).toBe("What should the task be called?");
  const named = await turn([...before, user("add a task"), assistant(title.text), user("buy milk tomorrow")]);
  expect(named.changing[0]?.input).toMatchObject({ tasks: [{ title: "buy milk", due: "2026-11-26" }] });
});

test("“it” and “the first one” are what was spoken of just before", async () => {
  const added = { changed: [12], listed: [] };
  const it = await turn([user("add tea"), assistant("Anything."), user("make it urgent")], pretend, tasks, added);
  expect(it.changing[0]?.input).toMatchObject({ changes: [{ task: 12, priority: "high" }] });
  const overdue = [user("overdue"), assistant("Anything.")];
  const shown = { changed: [], listed: [6, 4] };
  const first = await turn([...overdue, user("complete the first one")], pretend, tasks, shown);
  expect(first.changing).toEqual([{ tool: "complete_tasks", input: { tasks: [6] } }]);
  const unclear = await turn([...overdue, user("delete it")], pretend, tasks, shown);
  expect(unclear.changing).toEqual([]);
  const nothing = await turn([user("help"), assistant("#1 is no task."), user("delete the first one")]);
  expect(nothing.changing).toEqual([]);
});

test("a later command of one message sees what an earlier one did", async () => {
  const { changing } = await turn([...before, user("complete groceries, add buy tea. Complete buy tea")], (call) =>
    call.tool === "add_tasks"
      ? changed("added", task(10, "buy tea"))
      : changed("completed", task(3, "Buy groceries", { status: "done" })),
  );
  expect(changing.map((call) => call.input).at(-1)).toEqual({ tasks: [10] });
});

test("stays within the turns of a run", async () => {
  const { changing, text } = await turn([
    ...before,
    user("complete 1. delete 2. complete 3. delete 4. complete 5. delete 6. complete 9. delete 1"),
  ]);
  expect(changing).toHaveLength(6);
  expect(text).toContain("that was too much for one message");
  const many = await turn([...before, user(`add:\n${"- x\n".repeat(21)}`)]);
  expect(many.changing).toEqual([]);
  expect(many.text).toContain("21 tasks");
});

test("looks for a title by its longest word when not all tasks fit a page", async () => {
  const said = [...before, user("complete the book dentist task")];
  const modelFor = (items: AgentInputItem[]) =>
    new RuleModel({ ...context, text: textOf(items.findLast((item) => "role" in item && item.role === "user")) });
  const looked = async (items: AgentInputItem[], found: readonly Task[], more: boolean) => {
    const [item] = (await modelFor(items).getResponse(request(items))).output;
    if (item?.type !== "function_call") throw new Error("no call");
    const output = JSON.stringify({ changes: [], tasks: found, more });
    items.push(item, {
      type: "function_call_result",
      name: item.name,
      callId: item.callId,
      status: "completed",
      output,
    });
    return JSON.parse(item.arguments);
  };
  expect(await looked(said, tasks.slice(0, 3), true)).toMatchObject({ status: "all", query: null });
  expect(await looked(said, tasks.slice(5, 6), false)).toMatchObject({ status: "all", query: "dentist" });
  expect(await looked(said, [], false)).toEqual({ tasks: [6] });
  const last = [...before, user("complete everything")];
  await looked(last, tasks, true);
  const { output } = await modelFor(last).getResponse(request(last));
  expect(JSON.stringify(output)).toContain("Please name them by number.");
});

test("a title that is too long is kept whole in the notes", async () => {
  const long = "word ".repeat(60).trim();
  const { changing } = await turn([...before, user(`add ${long}`)]);
  const [added] = z
    .object({ tasks: z.array(z.object({ title: z.string(), notes: z.string() })) })
    .parse(changing[0]?.input).tasks;
  expect(added?.title).toHaveLength(200);
  expect(added?.notes).toBe(long);
});

test("a text that is longer than the notes is cut to what the server takes", async () => {
  expect(limits).toMatchObject(DRAFT_LIMITS);
  const { changing } = await turn([...before, user(`add ${"word ".repeat(600)}`)]);
  expect(findOperation("add_tasks")?.input.safeParse(changing[0]?.input)).toMatchObject({ success: true });
});

test("the streamed answer is the answer", async () => {
  for (const said of ["help", "show my tasks"]) {
    const model = new RuleModel({ ...context, text: said });
    const whole = await model.getResponse(request(said));
    const events = [];
    for await (const event of model.getStreamedResponse(request(said))) events.push(event);
    const done = events.at(-1);
    if (done?.type !== "response_done") throw new Error("no end");
    const plain = (output: unknown) => JSON.stringify(output).replace(/call_[0-9a-f-]{36}/, "call_");
    expect(plain(done.response.output)).toBe(plain(whole.output));
    expect(done.response.usage.totalTokens).toBe(0);
    expect(events[0]?.type).toBe("response_started");
    const deltas = events.flatMap((event) => (event.type === "output_text_delta" ? [event.delta] : []));
    const [item] = whole.output;
    const text =
      item?.type === "message" && item.role === "assistant" && item.content[0]?.type === "output_text"
        ? item.content[0].text
        : "";
    expect(deltas.join("")).toBe(text);
    expect(deltas.length > 10 || text === "").toBe(true);
  }
});

test("runs in the SDK's runner with a real tool", async () => {
  const output: ToolOutput = changed("added", task(1, "buy milk"));
  const addTasks = tool({
    name: "add_tasks",
    description: "Add tasks",
    parameters: z.object({ tasks: z.array(z.object({ title: z.string() })) }),
    execute: () => output,
  });
  const agent = new Agent({
    name: "todo",
    instructions: "",
    model: new RuleModel({ ...context, text: "add buy milk" }),
    tools: [addTasks],
  });
  const runner = new Runner({ tracingDisabled: true });
  const plain = await runner.run(agent, "add buy milk");
  expect(plain.finalOutput).toBe(`Added #1 "buy milk".\n\n${noModel}`);
  const streamed = await runner.run(agent, "add buy milk", { stream: true });
  await streamed.completed;
  expect(streamed.finalOutput).toBe(plain.finalOutput);
});
