import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";

// Does what a new user does: signs up, asks for a task, reads the answer to its end, finds the task. Then the account is
// deleted. Prints one line a step; what was expected and what came instead, and exit code 1, when one fails.
//
//   --service  where to send the requests
//   --origin   the address that people open (BETTER_AUTH_URL): nothing else may change an account
//   --page     the service is the page, which passes the rest on to the backend

const { values } = parseArgs({
  options: { service: { type: "string" }, origin: { type: "string" }, page: { type: "boolean" } },
});
const { service = "", origin = "", page = false } = values;
const READY_SECONDS = 60;
const ANSWER_MS = 90_000;
const account = { name: "Helm test", email: `helm-test-${randomUUID()}@example.com`, password: randomUUID() };
let cookie = "";

/** @param {string} line */
function print(line) {
  process.stdout.write(`${line}\n`);
}

/**
 * @param {boolean} holds
 * @param {string} what
 * @param {string} got
 */
function expect(holds, what, got) {
  if (!holds) throw new Error(`expected ${what}, got ${got}`);
  print(`ok  ${what}`);
}

/**
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body] sent as JSON
 * @returns {Promise<{ status: number, headers: Headers, text: string }>} the whole answer
 */
async function ask(method, path, body) {
  const response = await fetch(service + path, {
    method,
    headers: { origin, cookie, ...(body !== undefined && { "content-type": "application/json" }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(ANSWER_MS),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** @param {{ status: number, text: string }} answer */
function show({ status, text }) {
  return `${status} ${text.slice(0, 500)}`;
}

async function waitUntilReady() {
  let got = "";
  for (let second = 0; second < READY_SECONDS; second++) {
    try {
      const answer = await ask("GET", "/api/health");
      if (answer.status === 200) return print(`ok  ${service}/api/health answers ${answer.text}`);
      got = show(answer);
    } catch (error) {
      got = reason(error);
    }
    await sleep(1_000);
  }
  throw new Error(`expected ${service}/api/health to answer 200 within ${READY_SECONDS} s, got ${got}`);
}

/** @param {unknown} error fetch hides what went wrong in its cause */
function reason(error) {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

async function talk() {
  const closed = await ask("GET", "/api/tasks");
  expect(closed.status === 401, "the tasks to be closed to who has not signed in (401)", show(closed));

  const signUp = await ask("POST", "/api/auth/sign-up/email", account);
  expect(signUp.status === 200, `a new account from ${origin}`, show(signUp));
  cookie = signUp.headers
    .getSetCookie()
    .map((line) => line.split(";")[0])
    .join("; ");
  try {
    await addTask();
  } finally {
    const gone = await ask("POST", "/api/auth/delete-user", { password: account.password });
    expect(gone.status === 200, "the account to be deleted", show(gone));
  }
}

async function addTask() {
  const begun = await ask("POST", "/api/conversations", {});
  expect(begun.status === 201, "a conversation", show(begun));
  const message = { id: randomUUID(), text: "Add a task to test deployment", timeZone: "UTC" };
  const answer = await ask("POST", `/api/conversations/${JSON.parse(begun.text).id}/messages`, message);
  expect(answer.status === 200, `an answer to "${message.text}"`, show(answer));

  const data = answer.text.split("\n").flatMap((line) => (line.startsWith("data: ") ? [line.slice(6)] : []));
  expect(data.at(-1) === "[DONE]", "the answer to be read to its end", `an end of ${data.at(-1)}`);
  const chunks = data.slice(0, -1).map((line) => JSON.parse(line));
  const notice = chunks.find(({ type }) => type === "data-notice");
  if (notice) throw new Error(`expected an answer without a fault, got ${JSON.stringify(notice.data)}`);
  print(`    it says: ${chunks.map(({ delta = "" }) => delta).join("")}`);

  const tasks = await ask("GET", "/api/tasks");
  expect(tasks.status === 200 && /test.* deployment/i.test(tasks.text), "the task in the list", show(tasks));
}

async function seePage() {
  const { status, headers, text } = await ask("GET", "/sign-in");
  const type = headers.get("content-type") ?? "no type";
  const isPage = status === 200 && type.startsWith("text/html") && /<title>/.test(text);
  expect(isPage, `${service}/sign-in to be a page`, `${status} ${type}: ${text.slice(0, 200)}`);
}

try {
  expect(URL.canParse(origin), "the key auth-url in the backend's Secret", `none (${origin})`);
  await waitUntilReady();
  if (page) await seePage();
  await talk();
} catch (error) {
  print(`FAILED: ${reason(error)}`);
  process.exitCode = 1;
}
