import { afterEach, expect, test, vi } from "vitest";
import { request } from "./http.ts";
import { addTask, deleteTask, updateTask } from "./tasks.ts";

type Answer = Response | Error;

const away = () =>
  Response.json({ error: { code: "database_unavailable", message: "away", requestId: "x" } }, { status: 503 });
const lost = () => new TypeError("fetch failed");
const good = () => Response.json({ id: "1" });

/** Answers requests in turn, and counts them. */
function serve(...answers: Answer[]) {
  const fetch = vi.fn<(path: string, init: RequestInit) => Promise<Response>>(async () => {
    const answer = answers.shift();
    if (answer instanceof Response) return answer;
    throw answer ?? new Error("asked too often");
  });
  vi.stubGlobal("fetch", fetch);
  return fetch;
}

afterEach(() => vi.unstubAllGlobals());

test("a question is asked again when no answer came or nobody could answer", async () => {
  const fetch = serve(lost(), away(), good());
  expect(await request("GET", "/api/tasks")).toEqual({ id: "1" });
  expect(fetch).toHaveBeenCalledTimes(3);
});

test("three times at most", async () => {
  const fetch = serve(away(), away(), away(), good());
  await expect(request("GET", "/api/tasks")).rejects.toMatchObject({ status: 503, message: "away" });
  expect(fetch).toHaveBeenCalledTimes(3);
});

test("not when it was refused, nor after a long wait in vain", async () => {
  for (const answer of [new Response(null, { status: 404 }), new DOMException("too long", "TimeoutError")]) {
    const fetch = serve(answer, good());
    await expect(request("GET", "/api/tasks")).rejects.toThrow();
    expect(fetch).toHaveBeenCalledTimes(1);
  }
});

test("a change that comes to the same when it is made twice is sent again, with its body", async () => {
  const fetch = serve(lost(), good());
  await updateTask("1", { title: "new" }, "one-request");
  expect(fetch.mock.calls.map(([, init]) => init.body)).toEqual(['{"title":"new"}', '{"title":"new"}']);
  // By the same name, under which it can be undone whichever of them got through.
  const named = { "content-type": "application/json", "x-request-id": "one-request" };
  expect(fetch.mock.calls.map(([, init]) => init.headers)).toEqual([named, named]);
  const deleting = serve(away(), good());
  await deleteTask("1", "one-request");
  expect(deleting).toHaveBeenCalledTimes(2);
});

test("adding a task is not, for it would then be there twice", async () => {
  const fetch = serve(lost(), good());
  await expect(addTask({ title: "new" })).rejects.toThrow(TypeError);
  expect(fetch).toHaveBeenCalledTimes(1);
});
