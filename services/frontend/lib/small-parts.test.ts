import { expect, test } from "vitest";
import { task } from "./_task.ts";
import { describeDevice } from "./describe-device.ts";
import { linkify } from "./linkify.ts";
import { randomId } from "./random-id.ts";
import { safeNextPath } from "./safe-next-path.ts";
import { endOfSentences } from "./sentences.ts";
import { taskPatchOf } from "./task-patch.ts";
import { spokenText } from "./use-announcement.ts";

test("only http(s) addresses become links, without the sentence's punctuation", () => {
  expect(linkify("See https://example.com/a?b=c. Or (http://x.org)!")).toEqual([
    { type: "text", text: "See " },
    { type: "link", text: "https://example.com/a?b=c", href: "https://example.com/a?b=c" },
    { type: "text", text: ". Or (" },
    { type: "link", text: "http://x.org", href: "http://x.org" },
    { type: "text", text: ")!" },
  ]);
  for (const text of [
    "javascript:alert(1)",
    "data:text/html,x",
    "//evil.example",
    "https://",
    "<a href=x>",
    "https://bank.example:x@evil.example",
  ]) {
    expect(linkify(text)).toEqual([{ type: "text", text }]);
  }
});

test("every text comes back whole", () => {
  const text = 'a https://a.b/c, \n<script>https://x.y"onload=1</script> https:// end';
  expect(
    linkify(text)
      .map((piece) => piece.text)
      .join(""),
  ).toBe(text);
});

test("a random id is a UUID, with and without randomUUID", () => {
  const form = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
  const getRandomValues = crypto.getRandomValues.bind(crypto);
  const ids = Array.from({ length: 200 }, () => randomId({ getRandomValues }));
  for (const id of ids) expect(id).toMatch(form);
  expect(new Set(ids).size).toBe(200);
  expect(randomId()).toMatch(form);
});

test("after signing in one stays here", () => {
  expect(safeNextPath("/chat/6f1c-1")).toBe("/chat/6f1c-1");
  expect(safeNextPath("/settings")).toBe("/settings");
  for (const path of [
    "//evil.example",
    "https://evil.example",
    "/\\evil",
    "/chat/../x",
    "/api/tasks",
    ["/chat"],
    undefined,
  ]) {
    expect(safeNextPath(path)).toBe("/chat");
  }
});

test("finds where finished sentences end", () => {
  expect(endOfSentences("Done. And mo", 0)).toBe(6);
  expect(endOfSentences("Done. And more", 6)).toBe(6);
  expect(endOfSentences('She said "yes." Then', 0)).toBe(16);
  expect(endOfSentences("At 3.30 pm", 0)).toBe(0);
  expect(endOfSentences("one\ntwo", 0)).toBe(4);
});

test("an answer is heard with what it did", () => {
  const output = { changes: [{ kind: "added", before: null, after: task() }] };
  const call = { type: "dynamic-tool", toolName: "add_tasks", toolCallId: "c", input: {} } as const;
  const text = spokenText([
    { type: "step-start" },
    { ...call, state: "output-available", output },
    { type: "text", text: "All set.", state: "done" },
  ]);
  expect(text).toBe("Added #3 Test deployment.\nAll set.\n");
});

test("the editor sends what it changed and nothing else", () => {
  const form = (values: Record<string, string>) => {
    const data = new FormData();
    for (const [name, value] of Object.entries(values)) data.set(name, value);
    return data;
  };
  const same = { title: "Test deployment", notes: "", priority: "none", tags: "", date: "", time: "" };
  expect(taskPatchOf(task(), form(same), "UTC")).toEqual({});
  expect(
    taskPatchOf(task(), form({ ...same, date: "2026-11-27", time: "09:30:00", tags: "#Work, home work" }), "UTC"),
  ).toEqual({
    due: { date: "2026-11-27", time: "09:30", zone: "UTC" },
    tags: ["work", "home"],
  });
  const due = { date: "2026-11-27", time: null, zone: "Europe/Berlin" };
  expect(taskPatchOf(task({ due }), form({ ...same, date: "2026-11-28" }), "UTC")).toEqual({
    due: { date: "2026-11-28", time: null, zone: "Europe/Berlin" },
  });
  expect(taskPatchOf(task({ due }), form(same), "UTC")).toEqual({ due: null });
});

test.each([
  ["X11; Linux x86_64", "Chrome/140.0 Safari/537.36", "Chrome on Linux"],
  ["Windows NT 10.0; Win64; x64", "Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"],
  ["Windows NT 10.0; Win64; x64", "Chrome/140.0 Safari/537.36 OPR/120.0", "Opera on Windows"],
  ["Linux; Android 15; Pixel 9", "Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"],
  ["Macintosh; Intel Mac OS X 10_15_7", "Version/18.0 Safari/605.1.15", "Safari on macOS"],
  ["iPhone; CPU iPhone OS 18_0 like Mac OS X", "CriOS/140.0 Safari/604.1", "Chrome on iOS"],
  ["X11; CrOS x86_64", "Chrome/140.0 Safari/537.36", "Chrome on ChromeOS"],
  ["X11; Linux x86_64", "curl-like", "Unknown browser on Linux"],
  ["", "Firefox/140.0", "Firefox"],
])("names a device: %s, %s", (system, browser, name) => {
  expect(describeDevice(`Mozilla/5.0 (${system}) AppleWebKit/537.36 (KHTML, like Gecko) ${browser}`)).toBe(name);
});

test("names a device that tells nothing", () => {
  for (const agent of [null, undefined, "", "x"]) expect(describeDevice(agent)).toBe("Unknown device");
});
