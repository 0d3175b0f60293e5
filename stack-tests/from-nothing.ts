import { expect, it } from "vitest";
import { openBrowser, PASSWORD, say, signUp, taskRow, visit } from "../e2e/_browser.ts";
import { API, minikube, PAGE } from "./_cluster.ts";
import { LONG, MINUTE, npm, npmWell, tell } from "./_world.ts";

/** Who signs up in the first story, and comes back in later ones. */
const email = `stack-${Date.now()}@example.com`;

export function fromNothing(): void {
  it("npm run up leads from no cluster to a task in the browser", { timeout: LONG }, async () => {
    await minikube("delete");
    const { output, seconds } = await npmWell("up");
    tell(`npm run up from nothing, Minikube too: ${seconds.toFixed(0)} s`);
    expect(output).toContain(`Open      ${PAGE}\n`);
    expect(output).toContain(`API       ${API}/docs\n`);

    const browser = await openBrowser();
    try {
      const { page, faults } = await visit(browser, PAGE);
      await signUp(page, email);
      await say(page, "Add a task to test deployment");
      await taskRow(page, "test deployment").waitFor();
      expect(faults).toEqual([]);
    } finally {
      await browser.close();
    }
    expect(await tasks()).toEqual(["test deployment"]);
  });

  it("npm run doctor finds nothing missing then", { timeout: MINUTE }, async () => {
    const { code, output } = await npm("doctor");
    expect(output).not.toContain("✗");
    expect(code).toBe(0);
  });
}

/** The titles of the tasks of whoever signed up in the first story; throws when that account is gone. */
export async function tasks(): Promise<string[]> {
  const headers = { origin: PAGE, "content-type": "application/json" };
  const signIn = await fetch(`${PAGE}/api/auth/sign-in/email`, {
    method: "POST",
    headers,
    body: JSON.stringify({ email, password: PASSWORD }),
  });
  if (!signIn.ok) throw new Error(`signing in: ${signIn.status} ${await signIn.text()}`);
  const cookie = signIn.headers
    .getSetCookie()
    .map((each) => each.split(";", 1)[0])
    .join("; ");
  const response = await fetch(`${PAGE}/api/tasks`, { headers: { cookie } });
  if (!response.ok) throw new Error(`reading tasks: ${response.status} ${await response.text()}`);
  const { items } = (await response.json()) as { items: { title: string }[] };
  return items.map(({ title }) => title);
}
