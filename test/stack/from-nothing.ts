import { expect, it } from "vitest";
import { signIn, signUp } from "../support/accounts.ts";
import { createAccount, openBrowser, say, taskRow, visit } from "../support/browser.ts";
import { API, minikube, PAGE } from "../support/stack/cluster.ts";
import { LONG, MINUTE, npm, npmWell, tell } from "../support/stack/world.ts";

/** Who signs up in the first story. */
const email = `stack-${Date.now()}@example.com`;
const HEADERS = { origin: PAGE, "content-type": "application/json" };

export function fromNothing(): void {
  it("npm run up leads from no cluster to a task in the browser", { timeout: LONG }, async () => {
    await minikube("delete");
    const { output, seconds } = await npmWell("up");
    tell(`npm run up from nothing, Minikube too: ${seconds.toFixed(0)} s`);
    expect(output).toContain(`Open      ${PAGE}\n`);
    expect(output).toContain(`API       ${API}/docs\n`);

    const browser = await openBrowser();
    try {
      const { page } = await visit(browser, PAGE);
      await createAccount(page, email);
      await say(page, "Add a task to test deployment");
      await taskRow(page, "test deployment").waitFor();
    } finally {
      await browser.close();
    }
    expect(await tasksOf(email)).toEqual(["test deployment"]);
  });

  it("npm run doctor finds nothing missing then", { timeout: MINUTE }, async () => {
    const { code, output } = await npm("doctor");
    expect(output).not.toContain("✗");
    expect(code).toBe(0);
  });
}

/** Signs somebody up who has one task; the address to sign in with. */
export async function newPerson(task: string): Promise<string> {
  const { cookie, email: address } = await signUp(PAGE, { origin: PAGE });
  const headers = { ...HEADERS, cookie };
  const response = await fetch(`${PAGE}/api/tasks`, { method: "POST", headers, body: JSON.stringify({ title: task }) });
  if (!response.ok) throw new Error(`adding a task: ${response.status} ${await response.text()}`);
  return address;
}

/** The titles of somebody's tasks; throws when that account is gone. */
export async function tasksOf(address: string): Promise<string[]> {
  const { cookie } = await signIn(PAGE, { email: address, origin: PAGE });
  const response = await fetch(`${PAGE}/api/tasks`, { headers: { cookie } });
  if (!response.ok) throw new Error(`reading tasks: ${response.status} ${await response.text()}`);
  const { items } = (await response.json()) as { items: { title: string }[] };
  return items.map(({ title }) => title);
}
