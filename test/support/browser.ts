import { randomUUID } from "node:crypto";
import { AxeBuilder } from "@axe-core/playwright";
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { expect, onTestFinished } from "vitest";
import { PASSWORD } from "./accounts.ts";
import { findChromium } from "./chromium.ts";

/** Generous: the stories wait for things, not for times. */
const WAIT_MS = 20_000;

/** The browser of this machine. Its own services are switched off: nothing but the app is to be asked for anything. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = findChromium(process.env);
  if (!executablePath) throw new Error("no Chromium: install it, or say where it is with CHROMIUM_PATH");
  return chromium.launch({
    executablePath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

export type Visitor = {
  context: BrowserContext;
  page: Page;
};

/** A new visitor with an empty profile. What should not have happened by the end of the test fails it. */
export async function visit(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Visitor> {
  const context = await browser.newContext({
    baseURL: url,
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
    viewport: { width: 1280, height: 800 },
    ...options,
  });
  context.setDefaultTimeout(WAIT_MS);
  /** Requests to elsewhere, refusals of the content security policy, page errors. */
  const faults: string[] = [];
  context.on("request", (request) => {
    const target = request.url();
    if (!target.startsWith(url) && !target.startsWith("data:")) faults.push(`asked ${target}`);
  });
  // Seen in the page itself: the console tells of some only.
  await context.exposeFunction("tellOfViolation", (violation: string) => faults.push(violation));
  await context.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI, sample }) => {
      (globalThis as unknown as { tellOfViolation: (text: string) => void }).tellOfViolation(
        `the content security policy refused ${effectiveDirective} ${blockedURI} ${sample}`,
      );
    });
  });
  context.on("weberror", (error) => faults.push(`page error: ${error.error().message}`));
  onTestFinished(() => expect(faults).toEqual([]));
  return { context, page: await context.newPage() };
}

/** Makes an account and ends up in the chat, whose scripts run. */
export async function createAccount(page: Page, email = `${randomUUID()}@example.com`): Promise<string> {
  await page.goto("/sign-up");
  await page.getByLabel("Name").fill("Ann Example");
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  // The chat listens to changes as soon as its scripts run.
  const listens = page.waitForRequest((request) => request.url().endsWith("/api/events"));
  await Promise.all([listens, page.getByRole("button", { name: "Create account" }).click()]);
  await composer(page).waitFor();
  return email;
}

export function composer(page: Page) {
  return page.getByRole("textbox", { name: "Message" });
}

export function log(page: Page) {
  return page.getByRole("log", { name: "Messages" });
}

export function taskList(page: Page) {
  return page.getByRole("list", { name: "Tasks", exact: true });
}

/** The row of the task with this in its title. */
export function taskRow(page: Page, title: string) {
  return taskList(page).getByRole("listitem").filter({ hasText: title });
}

/** Sends a message and waits until its answer is whole. */
export async function say(page: Page, text: string): Promise<void> {
  await composer(page).fill(text);
  await composer(page).press("Enter");
  await log(page).getByText(text, { exact: true }).last().waitFor();
  await idle(page);
}

/** Waits until nothing is being answered. */
export async function idle(page: Page): Promise<void> {
  await page.locator('[role="log"][aria-busy="false"]').waitFor();
  await page.getByRole("button", { name: "Send" }).waitFor();
}

/** axe must find nothing at all, by WCAG 2.2 AA and its own best practice. */
export async function expectAccessible(page: Page, what: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
    .analyze();
  const found = violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 200)}`));
  expect(found, `axe on ${what}`).toEqual([]);
}
