import { randomUUID } from "node:crypto";
import type { Task, TaskPage } from "@todo/contract";
import type { Browser, Page } from "playwright-core";
import { expect } from "vitest";
import { composer, createAccount, idle, log, taskRow, visit } from "../support/browser.ts";
import { eventually } from "../support/eventually.ts";
import { addTasks } from "../support/fake-openai/tool-arguments.ts";
import type { Piece } from "../support/fake-openai/turn.ts";
import { MINUTE, PAGE, PATIENTLY } from "./_cluster.ts";
import type { ClusterModel } from "./_model.ts";
import { listPods, logLines, logsOf } from "./_pods.ts";
import { firstSeen, glimpses, watchAnswer } from "./_watch-answer.ts";

/** A real model says it differently each time; so it shows whether anything of a broken attempt stays. */
const FIRST_TRY = "Let me think";
const WHOLE = "It is on your list now, and that was all there was to do.";
const WORD_MS = 100;
const WORDS = 400;

/** An answer that is being written: the task is added, and more words come every 100 ms for 40 s. */
export type OpenAnswer = {
  page: Page;
  title: string;
  conversation: string;
  userId: string;
  /** When the model was asked for the rest again, by whoever goes on with the answer; milliseconds since the epoch. */
  askedAgain: Promise<number>;
  close: () => Promise<void>;
};

/** Signs somebody up, asks for a task, and comes back in the middle of the answer. */
export async function openAnswer(browser: Browser, model: ClusterModel): Promise<OpenAnswer> {
  const title = `Task ${randomUUID().slice(0, 8)}`;
  const slowly: Piece[] = [FIRST_TRY, ...Array.from({ length: WORDS }, () => [WORD_MS, " …"]).flat()];
  const quickly: Piece[] = WHOLE.split(/(?<= )/).flatMap((word) => [word, 5]);
  const { promise: askedAgain, resolve } = Promise.withResolvers<number>();
  model.respond((_request, index) => {
    if (index === 0) return { say: "I add it. ", calls: [addTasks(title)] };
    if (index === 1) return { say: slowly };
    resolve(Date.now());
    return { say: quickly };
  });
  const { page, context } = await visit(browser, PAGE);
  await createAccount(page);
  await composer(page).fill(`Please note: ${title}`);
  await composer(page).press("Enter");
  await log(page).getByText(FIRST_TRY).waitFor();
  await taskRow(page, title).waitFor();
  await watchAnswer(page);
  const session = (await (await page.request.get("/api/auth/get-session")).json()) as { user: { id: string } };
  const conversation = new URL(page.url()).pathname.split("/").at(-1) ?? "";
  return { page, title, conversation, userId: session.user.id, askedAgain, close: () => context.close() };
}

/** The pod that took the message in, and so writes the answer; its log says so. */
export function podOf({ userId }: OpenAnswer): Promise<string> {
  const look = async () => {
    for (const { name, ending } of await listPods("backend")) {
      if (ending) continue;
      const lines = logLines(await logsOf(name));
      const isIt = lines.some(({ method, route, userId: who }) => {
        return method === "POST" && String(route).endsWith("/messages") && who === userId;
      });
      if (isIt) return name;
    }
    return undefined;
  };
  return eventually("the pod that answers", look, PATIENTLY);
}

/** When the answer was whole on the page, without a reload; milliseconds since the epoch. */
export async function whenWhole({ page }: OpenAnswer): Promise<number> {
  await log(page).getByText(WHOLE, { exact: true }).waitFor({ timeout: MINUTE });
  const at = firstSeen(await glimpses(page), WHOLE);
  await idle(page);
  // Asked again at the very end: all of it happened in one and the same load of the page.
  await glimpses(page);
  return at;
}

/** Nothing lost, nothing twice: in the page as it is, after a reload, and in what the API tells. */
export async function expectWholeHistory(answer: OpenAnswer): Promise<void> {
  const { page, title, conversation } = answer;
  const check = async () => {
    await log(page).getByText(WHOLE, { exact: true }).waitFor();
    expect(await log(page).getByText(`Please note: ${title}`, { exact: true }).count()).toBe(1);
    expect(await log(page).getByText(WHOLE, { exact: true }).count()).toBe(1);
    expect(await log(page).getByText(FIRST_TRY).count()).toBe(0);
    expect(await log(page).getByRole("list", { name: "What was changed" }).getByRole("listitem").count()).toBe(1);
    await taskRow(page, title).waitFor();
    expect(await taskRow(page, title).count()).toBe(1);
  };
  await check();
  await page.reload();
  await check();
  const get = async (path: string): Promise<unknown> => {
    const response = await page.request.get(path);
    expect(response.status(), path).toBe(200);
    return response.json();
  };
  const tasks = (await get("/api/tasks?limit=100")) as TaskPage;
  expect(tasks.items.map((task: Task) => task.title)).toEqual([title]);
  const messages = (await get(`/api/conversations/${conversation}/messages`)) as { items: { role: string }[] };
  expect(messages.items.map(({ role }) => role).sort()).toEqual(["assistant", "user"]);
}
