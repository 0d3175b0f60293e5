import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PASSWORD } from "../support/accounts.ts";
import { type App, canRestart, startApp } from "../support/app.ts";
import { composer, createAccount, idle, log, openBrowser, say, taskList, taskRow, visit } from "../support/browser.ts";

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

describe("somebody new", () => {
  it("signs up, adds a task by saying so, sees it, reloads, and finds all again", async () => {
    const { page, context } = await visit(browser, app.url);
    const email = await createAccount(page);
    await say(page, "Add a task to test deployment");
    const receipt = log(page).getByRole("list", { name: "What was changed" });
    await expect(receipt.innerText()).resolves.toMatch(/Added\s+#1\s+test deployment/i);
    await taskRow(page, "test deployment").waitFor();
    await page.reload();
    await log(page).getByText("Add a task to test deployment").waitFor();
    await receipt.waitFor();
    await taskRow(page, "test deployment").waitFor();

    await page.goto("/settings");
    await page.getByRole("button", { name: "Sign out" }).first().click();
    await page.waitForURL("**/sign-in**");
    await page.goto("/chat");
    await page.waitForURL("**/sign-in**");
    await page.getByLabel("Email").fill(email);
    await page.getByLabel("Password", { exact: true }).fill("something else");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page
      .getByRole("alert")
      .getByText(/password/i)
      .first()
      .waitFor();
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.getByRole("button", { name: "Sign in" }).click();
    await taskRow(page, "test deployment").waitFor();
    await context.close();
  });

  it("does everything by keyboard alone", async () => {
    const { page, context } = await visit(browser, app.url);
    await page.goto("/sign-up");
    await tabTo(page, "Name");
    await page.keyboard.type("Key Board");
    await page.keyboard.press("Tab");
    await page.keyboard.type(`keys-${Date.now()}@example.com`);
    await page.keyboard.press("Tab");
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press("Enter");
    await composer(page).waitFor();
    await tabTo(page, "Message");
    await page.keyboard.type("add milk, eggs, bread, butter and cheese");
    await page.keyboard.press("Enter");
    await taskRow(page, "cheese").waitFor();
    await idle(page);
    await tabTo(page, /^Done: #1/);
    await page.keyboard.press("Space");
    await taskRow(page, "milk").waitFor({ state: "detached" });
    await tabTo(page, "Message");
    await page.keyboard.type("delete all my tasks");
    await page.keyboard.press("Enter");
    await page.getByRole("group", { name: /Delete 5 tasks/ }).waitFor();
    await tabTo(page, /^Approve/);
    await page.keyboard.press("Enter");
    await page.getByText("You approved this.").waitFor();
    await taskRow(page, "cheese").waitFor({ state: "detached" });
    await context.close();
  });
});

describe("two tabs", () => {
  it("follow each other at once: tasks, chats and running answers", async () => {
    const { page: first, context } = await visit(browser, app.url);
    await createAccount(first);
    const second = await context.newPage();
    await second.goto("/chat");
    await composer(second).waitFor();
    await say(first, "Add a task to feed the cat");
    await taskRow(second, "feed the cat").waitFor();
    await second.getByRole("link", { name: /Add a task to feed the cat/ }).click();
    await log(second)
      .getByText(/Added #1/)
      .first()
      .waitFor();
    await say(second, "mark task 1 as done");
    await log(first).getByText("mark task 1 as done").waitFor();
    await taskRow(first, "feed the cat").waitFor({ state: "detached" });
    await context.close();
  });
});

describe("the receipts", () => {
  it("take back what was done", async () => {
    const { page, context } = await visit(browser, app.url);
    await createAccount(page);
    await say(page, "add buy milk");
    await page.getByRole("button", { name: /^Undo: Added #1/ }).click();
    await taskRow(page, "buy milk").waitFor({ state: "detached" });
    await say(page, "add water the plants");
    await say(page, "delete task 2");
    await page.getByRole("button", { name: /^Undo: Deleted #2/ }).click();
    await taskRow(page, "water the plants").waitFor();
    await context.close();
  });
});

describe("the conversations", () => {
  it("are named, renamed, found and deleted", async () => {
    const { page, context } = await visit(browser, app.url);
    await createAccount(page);
    await say(page, "add a walk in the park");
    const list = page.getByRole("navigation", { name: /conversations|chats/i });
    await list.getByRole("link", { name: "add a walk in the park" }).waitFor();
    await page.getByRole("button", { name: "Rename add a walk in the park" }).click();
    await page.getByRole("textbox", { name: /New title/ }).fill("Weekend");
    await page.keyboard.press("Enter");
    await list.getByRole("link", { name: "Weekend" }).waitFor();
    await page.getByRole("searchbox", { name: "Search conversations" }).fill("nothing like it");
    await page.getByText("Nothing found.").waitFor();
    await page.getByRole("searchbox", { name: "Search conversations" }).fill("park");
    await list.getByRole("link", { name: "Weekend" }).waitFor();
    await page.getByRole("button", { name: "Delete Weekend" }).click();
    await page.getByRole("button", { name: "Delete chat" }).click();
    await list.getByRole("link", { name: "Weekend" }).waitFor({ state: "detached" });
    await taskRow(page, "walk in the park").waitFor();
    await context.close();
  });
});

describe.skipIf(!canRestart())("an approval", () => {
  it("outlives a restart of everything and deletes exactly what it showed", async () => {
    const { page, context } = await visit(browser, app.url);
    await createAccount(page);
    await say(page, "add one, two, three, four and five");
    await say(page, "delete all tasks");
    await page.getByRole("group", { name: /Delete 5 tasks/ }).waitFor();
    await app.restart();
    await page.getByRole("textbox", { name: "New task" }).fill("a sixth that was not on the card");
    await page.getByRole("button", { name: "Add task" }).click();
    await taskRow(page, "a sixth").waitFor();
    await page.reload();
    await page.getByRole("button", { name: /^Approve/ }).click();
    await page.getByText("You approved this.").waitFor();
    await taskRow(page, "five").waitFor({ state: "detached" });
    expect(await taskList(page).getByRole("listitem").count()).toBe(1);
    await context.close();
  });
});

/** Presses Tab until the element of that name has the focus; a trap or an unreachable element fails. */
async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  for (let i = 0; i < 80; i++) {
    const names = await page.evaluate(() => {
      const element = document.activeElement;
      const labels =
        element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement ? element.labels : null;
      const label = [...(labels ?? [])].map((each) => each.textContent).join(" ");
      return [element?.ariaLabel, label, element?.textContent].map((text) => text?.trim() ?? "");
    });
    if (names.some((found) => (typeof name === "string" ? found === name : name.test(found)))) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab does not lead to ${name}`);
}
