import { request } from "node:http";
import { text } from "node:stream/consumers";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type App, startApp } from "../support/app.ts";
import {
  composer,
  createAccount,
  expectAccessible,
  idle,
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

const screens = {
  desktop: { width: 1280, height: 800 },
  phone: { width: 390, height: 780 },
  "small phone": { width: 320, height: 640 },
};

describe.each(["light", "dark"] as const)("in %s", (colorScheme) => {
  it.each(Object.entries(screens))("on a %s, axe finds nothing and nothing sticks out", async (screen, viewport) => {
    const { page, context } = await visit(browser, app.url, { colorScheme, viewport });
    const check = async (what: string) => {
      await expectAccessible(page, `${what}, ${screen}, ${colorScheme}`);
      const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      expect(content, `width of ${what}`).toBeLessThanOrEqual(window ?? 0);
    };
    await page.goto("/sign-in");
    await check("sign-in");
    await page.getByRole("button", { name: "Sign in" }).click();
    await check("sign-in with errors");
    await page.goto("/sign-up");
    await check("sign-up");
    await createAccount(page);
    await check("an empty chat");
    await say(page, "add call the dentist tomorrow at 9:30, urgent, #health");
    await say(page, "add one, two, three and four");
    await say(page, "change task 1 to 'Call the dentist about the very long bill'");
    await say(page, "show all my tasks");
    await check("a chat");
    await say(page, "delete everything");
    await page.getByRole("group", { name: /Delete 5 tasks/ }).waitFor();
    await check("an approval");
    await showTasks(page);
    await check("the tasks");
    await taskList(page)
      .getByRole("button", { name: /^Edit #1/ })
      .click();
    await check("a task being edited");
    await page.goto("/settings");
    await page.getByRole("heading", { name: "Settings" }).waitFor();
    await check("settings");
    await page.goto("/nowhere");
    await check("an unknown page");
    await context.close();
  });
});

describe("a phone", () => {
  it("does the main thing: talk, look at the list, open another chat", async () => {
    const { page, context } = await visit(browser, app.url, { viewport: screens.phone, hasTouch: true });
    await createAccount(page);
    await say(page, "add buy stamps");
    await showTasks(page);
    await taskRow(page, "buy stamps").waitFor();
    await page.getByRole("button", { name: "Conversations" }).click();
    await page.getByRole("link", { name: "add buy stamps" }).waitFor();
    await context.close();
  });
});

describe("a clumsy or hostile visitor", () => {
  it("is told what is wrong, and loses nothing", async () => {
    const { page, context } = await visit(browser, app.url);
    await createAccount(page);
    const long = "word ".repeat(1_700);
    await composer(page).fill(long);
    await page.getByText(/Too long by/).waitFor();
    expect(await page.getByRole("button", { name: "Send" }).isDisabled()).toBe(true);
    expect(await composer(page).inputValue()).toBe(long);
    // What turns round the rest of a line is taken out.
    await composer(page).fill(`'; drop table tasks; -- ${"\u202E"}<script>alert(1)</script> 😀`);
    await composer(page).press("Enter");
    await log(page).getByText("'; drop table tasks; -- <script>alert(1)</script> 😀", { exact: true }).waitFor();
    await idle(page);
    await say(page, "what's pending?");
    await page.goto("/chat/not-an-id");
    await page
      .getByText(/does not exist/)
      .first()
      .waitFor();
    await page.goto("/chat/00000000-0000-4000-8000-000000000000");
    await page
      .getByText(/does not exist/)
      .first()
      .waitFor();
    await context.close();
  });

  it("sees nothing of others and gets no page without a session", async () => {
    const ann = await visit(browser, app.url);
    await createAccount(ann.page);
    await say(ann.page, "add a secret plan");
    const address = ann.page.url();
    const bob = await visit(browser, app.url);
    await bob.page.goto(address);
    await bob.page.waitForURL("**/sign-in**");
    await createAccount(bob.page);
    await bob.page.goto(address);
    await bob.page
      .getByText(/does not exist/)
      .first()
      .waitFor();
    expect(await bob.page.content()).not.toContain("secret plan");
    await Promise.all([ann.context.close(), bob.context.close()]);
  });

  it("signs up without JavaScript having loaded, and no password lands in the address", async () => {
    const { page, context } = await visit(browser, app.url, { javaScriptEnabled: false });
    await page.goto("/sign-up");
    await page.getByLabel("Email").fill("early@example.com");
    await page.getByLabel("Password", { exact: true }).fill("correct horse battery");
    await page.getByRole("button", { name: "Create account" }).click();
    await page.waitForLoadState();
    expect(page.url()).not.toContain("horse");
    await context.close();
  });
});

async function showTasks(page: Page): Promise<void> {
  const tab = page.getByRole("button", { name: /^Tasks/ });
  if (await tab.isVisible()) await tab.click();
}

describe("every answer of the page's server", () => {
  async function asked(path: string, method = "GET"): Promise<Response> {
    return fetch(new URL(path, app.url), { method, redirect: "manual" });
  }

  it("carries the security headers, pages, files and the API alike", async () => {
    const html = await (await asked("/sign-in")).text();
    const script = /\/_next\/static\/[^"\\]+\.js/.exec(html)?.[0] ?? "no script";
    const paths = ["/", "/sign-in", "/chat", "/nowhere", "/icon.svg", script, "/api/tasks", "/api/nowhere", "/mcp"];
    for (const path of paths) {
      const { status, headers } = await asked(path);
      expect([path, status < 500]).toEqual([path, true]);
      const policy = headers.get("content-security-policy") ?? "";
      expect([
        path,
        /frame-ancestors 'none'/.test(policy),
        /unsafe-eval|script-src[^;]*unsafe-inline/.test(policy),
      ]).toEqual([path, true, false]);
      const age = Number(
        /^max-age=(\d+); includeSubDomains$/.exec(headers.get("strict-transport-security") ?? "")?.[1],
      );
      expect([path, age >= 31_536_000]).toEqual([path, true]);
      expect([path, headers.get("x-content-type-options"), headers.get("x-frame-options")]).toEqual([
        path,
        "nosniff",
        "DENY",
      ]);
      expect([path, headers.get("referrer-policy")]).toEqual([
        path,
        expect.stringMatching(/^(same-origin|no-referrer)$/),
      ]);
      for (const telling of ["x-powered-by", "server", "access-control-allow-origin"]) {
        expect([path, telling, headers.get(telling)]).toEqual([path, telling, null]);
      }
    }
  });

  it("is not kept by browsers, but for files that never change", async () => {
    for (const path of ["/sign-in", "/chat", "/nowhere", "/api/tasks", "/api/auth/get-session"]) {
      expect([path, (await asked(path)).headers.get("cache-control")]).toEqual([
        path,
        expect.stringContaining("no-store"),
      ]);
    }
  });

  it("to a path that is no text is no fault", async () => {
    for (const path of ["/chat/%A0", "/chat/%", "/%E0%A4%A", "/api/tasks/%E0%A4%A", "/api/%A0", "/mcp/%A0"]) {
      const { status } = await fetch(app.url + path);
      // Without a session a page leads to the sign-in, and the API asks for one.
      expect([200, 401, 404], path).toContain(status);
    }
  });

  it("to TRACE repeats nothing of the request", async () => {
    for (const path of ["/", "/sign-in", "/api/health", "/icon.svg"]) {
      const { status, body } = await trace(new URL(path, app.url));
      expect([path, status >= 300, body.includes("canary")]).toEqual([path, true, false]);
    }
  });
});

function trace(url: URL): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: "TRACE", headers: { cookie: "todo.session_token=canary" } }, (response) => {
      text(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject);
    });
    sent.on("error", reject).end();
  });
}
