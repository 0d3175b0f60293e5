import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type App, startApp } from "../support/app.ts";
import {
  createAccount,
  expectAccessible,
  log,
  openBrowser,
  say,
  taskList,
  taskRow,
  visit,
} from "../support/browser.ts";

let app: App;
let browser: Browser;
beforeAll(async () => {
  app = await startApp();
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  await app?.stop();
});

const button = (page: Page, name: string | RegExp) => page.getByRole("button", { name, exact: true });
const tasks = (page: Page) => taskList(page).getByRole("listitem");

/** Waits until this many receipts are shown as undone. */
async function undone(page: Page, count: number): Promise<void> {
  await expect.poll(() => log(page).getByText("Undone", { exact: true }).count(), { timeout: 20_000 }).toBe(count);
}

describe("a whole answer", () => {
  it("is undone by one request, known as undone after a reload, and done again", async () => {
    const { page, context } = await visit(browser, app.url);
    await createAccount(page);
    const asked: string[] = [];
    page.on("request", (request) => request.url().endsWith("/api/changes/undo") && asked.push(request.method()));
    await say(page, "add apples, pears and plums");
    await taskRow(page, "plums").waitFor();
    await button(page, "Undo all 3 changes").click();
    await undone(page, 3);
    expect(asked).toEqual(["POST"]);
    await expect.poll(() => tasks(page).count()).toBe(0);

    await page.reload();
    await button(page, "Redo all changes").waitFor();
    await undone(page, 3);
    const second = await context.newPage();
    await second.goto(page.url());
    await undone(second, 3);
    await button(page, "Redo all changes").click();
    await taskRow(page, "plums").waitFor();
    expect(await tasks(page).count()).toBe(3);
    // The other tab knows, too, without being asked.
    await button(second, "Undo all 3 changes").waitFor();
    await undone(second, 0);
    await context.close();
  });

  it("is not undone over a later change unless one says so; what it took away waits in the trash", async () => {
    const { page, context } = await visit(browser, app.url);
    await createAccount(page);
    await say(page, "add apples, pears and plums");
    await taskRow(page, "pears").getByTitle("Edit the title").click();
    await page.getByRole("textbox", { name: "Title of #2" }).fill("ten pears");
    await page.keyboard.press("Enter");
    await page.getByText("Changed #2").waitFor();

    await button(page, "Undo all 3 changes").click();
    const conflict = log(page).getByRole("alert");
    await conflict.getByText(/#2 ten pears: title is now/).waitFor();
    await expectAccessible(page, "a conflict");
    await button(page, "Keep").click();
    await conflict.waitFor({ state: "detached" });
    expect(await tasks(page).count()).toBe(3);
    await button(page, "Undo all 3 changes").click();
    await button(page, "Undo anyway").click();
    await undone(page, 3);

    await button(page, "Trash").click();
    await page.getByText("Deleted tasks are kept for 30 days.").waitFor();
    await page.getByRole("list", { name: "Deleted tasks" }).getByText("ten pears").waitFor();
    await expectAccessible(page, "the trash");
    await button(page, "Restore #2 ten pears").click();
    await page.getByText("Restored #2").waitFor();
    await button(page, "Open").click();
    await taskRow(page, "ten pears").waitFor();
    expect(await tasks(page).count()).toBe(1);

    // What is done by hand has its way back, too.
    await taskRow(page, "ten pears").getByRole("checkbox").click();
    await page.getByText("Completed #2").waitFor();
    await expect.poll(() => tasks(page).count()).toBe(0);
    await page.getByRole("status").getByRole("button", { name: "Undo" }).click();
    await taskRow(page, "ten pears").waitFor();
    await context.close();
  });
});

describe("a program with a token", () => {
  it("asks before it deletes much, and one approves it in the app", async () => {
    const { page, context } = await visit(browser, app.url);
    await createAccount(page);
    await say(page, "add one, two, three, four and five");
    await page.goto("/settings");
    await page.getByLabel("Name", { exact: true }).fill("Spring clean");
    await page.getByLabel("Read and write").check();
    await button(page, "Make a token").click();
    const token = await page.getByLabel("Token", { exact: true }).inputValue();
    await expectAccessible(page, "the settings with a new token");
    await page.goto("/chat");
    await taskRow(page, "five").waitFor();
    const response = await fetch(`${app.url}/api/tasks/delete`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ tasks: [1, 2, 3, 4, 5] }),
    });
    expect(response.status).toBe(202);

    const card = page.getByRole("group", { name: "Delete 5 tasks?" });
    await card.getByText("“Spring clean” asks to delete 5 tasks.").waitFor();
    await expectAccessible(page, "a program's request");
    expect(await tasks(page).count()).toBe(5);
    await card.getByRole("button", { name: /^Approve/ }).click();
    await card.waitFor({ state: "detached" });
    await expect.poll(() => tasks(page).count()).toBe(0);
    await button(page, "Undo").click();
    await taskRow(page, "five").waitFor();
    await context.close();
  });
});
