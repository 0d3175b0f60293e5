import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type App, canChooseModel, modelAddress, startApp } from "../support/app.ts";
import { composer, createAccount, idle, log, openBrowser, say, taskList, taskRow, visit } from "../support/browser.ts";
import { type FakeOpenAi, startFakeOpenAi } from "../support/fake-openai/start-fake-openai.ts";

const WORDS = ["Once ", "upon ", "a ", "time ", "there ", "was ", "a ", "list."];
const WHOLE = WORDS.join("");

describe.skipIf(!canChooseModel())("with a model that takes its time", () => {
  let app: App;
  let browser: Browser;
  let model: FakeOpenAi;
  beforeAll(async () => {
    model = await startFakeOpenAi({ respond: [], ...(await modelAddress()) });
    app = await startApp({ OPENAI_BASE_URL: model.url, OPENAI_API_KEY: "test", OPENAI_MODEL: "fake" });
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await app?.stop();
    await model?.close();
  });

  /** An answer whose second half waits for `go`. */
  function halves() {
    const { promise, resolve } = Promise.withResolvers<void>();
    model.respond([{ say: [...WORDS.slice(0, 4), promise, ...WORDS.slice(4)] }]);
    return resolve;
  }

  it("a reload in the middle of an answer loses no word", async () => {
    const { page, context } = await visit(browser, app.url);
    await createAccount(page);
    const go = halves();
    await ask(page);
    await page.reload();
    await log(page).getByText("Once upon a time").waitFor();
    go();
    await log(page).getByText(WHOLE, { exact: true }).waitFor();
    await idle(page);
    await page.reload();
    await log(page).getByText(WHOLE, { exact: true }).waitFor();
    expect(model.requests).toHaveLength(1);
    await context.close();
  });

  it("a second tab sees the answer while it is written", async () => {
    const { page, context } = await visit(browser, app.url);
    await createAccount(page);
    const go = halves();
    await ask(page);
    const second = await context.newPage();
    await second.goto(page.url());
    await log(second).getByText("Once upon a time").waitFor();
    go();
    await log(second).getByText(WHOLE, { exact: true }).waitFor();
    await context.close();
  });

  it("stopping keeps what was said, and the next message works", async () => {
    const { page, context } = await visit(browser, app.url);
    await createAccount(page);
    const go = halves();
    await ask(page);
    await page.keyboard.press("Escape");
    await idle(page);
    await log(page).getByText("Once upon a time").waitFor();
    expect(await log(page).getByText("there was a list").count()).toBe(0);
    go();
    model.respond([{ say: "Fine." }]);
    await say(page, "Are you well?");
    await log(page).getByText("Fine.").waitFor();
    await context.close();
  });

  it("a failing model says what to do, keeps the message, and goes on when tried again", async () => {
    const { page, context } = await visit(browser, app.url);
    await createAccount(page);
    const add = { name: "add_tasks", args: { tasks: [task("Buy tea")] } };
    model.respond([{ calls: [add] }, { status: 401 }, { status: 401 }]);
    await say(page, "Add tea, please");
    await log(page)
      .getByText(/refused the API key/)
      .waitFor();
    expect(await log(page).innerText()).not.toContain("sk-fake");
    await taskRow(page, "Buy tea").waitFor();
    model.respond([{ say: "Added it." }]);
    await page.getByRole("button", { name: "Try again" }).click();
    await log(page).getByText("Added it.").waitFor();
    await idle(page);
    expect(
      await log(page)
        .getByText(/refused the API key/)
        .count(),
    ).toBe(0);
    expect(await taskList(page).getByRole("listitem").count()).toBe(1);
    await context.close();
  });

  it("what a model says stays text", async () => {
    const { page, context } = await visit(browser, app.url);
    await createAccount(page);
    const bad = '<img src="https://evil.example/x.png" onerror="alert(1)"> ![x](https://evil.example/y.png)';
    model.respond([{ calls: [{ name: "add_tasks", args: { tasks: [task(bad)] } }] }, { say: bad }]);
    await say(page, bad);
    await taskRow(page, bad).waitFor();
    expect(await page.locator("img").count()).toBe(0);
    await context.close();
  });
});

/** Asks for the story, and waits until its first half is there. */
async function ask(page: Page): Promise<void> {
  await composer(page).fill("Tell me a story");
  await composer(page).press("Enter");
  await log(page).getByText("Once upon a time").waitFor();
}

function task(title: string) {
  return { title, notes: null, priority: null, tags: null, due: null };
}
