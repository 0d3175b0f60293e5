import { randomBytes, randomUUID } from "node:crypto";
import type { FakeRequest } from "../../../../test/support/fake-openai/start-fake-openai.ts";
import { addTasks } from "../../../../test/support/fake-openai/tool-arguments.ts";
import type { Turn } from "../../../../test/support/fake-openai/turn.ts";
import { cookiesOf, postAccount } from "../_accounts.ts";
import { Person, readAnswer } from "../_harness.ts";
import { makeProgram } from "../_program.ts";
import { API_KEY } from "../_wire/start-wired-server.ts";

/** A word that stands nowhere but where it was put. */
const word = (kind: string) => `canary-${kind}-${randomBytes(6).toString("hex")}`;

/** What one person has and says that nobody else may read, each with a word of its own. */
export type Canaries = ReturnType<typeof makeCanaries>;

export function makeCanaries() {
  return {
    password: word("password"),
    newPassword: word("new-password"),
    wrongPassword: word("wrong-password"),
    name: word("name"),
    email: `${word("email")}@example.com`,
    message: word("message"),
    answer: word("answer"),
    title: word("title"),
    notes: word("notes"),
    tag: word("tag").slice(0, 40),
    conversation: word("conversation"),
    tokenName: word("token-name"),
  };
}

/** What else a person comes to have in the story: made by the server. */
export type Made = { cookie: string; device: string; sessionToken: string; apiToken: string; approvalId: string };

/** A provider that does what the story needs, and puts what it knows into its errors. */
export function provider({ answer, title, message }: Canaries): (request: FakeRequest) => Turn {
  return ({ body }) => {
    const messages = body["messages"] as { role: string; content: unknown }[];
    const asked = messages.findLastIndex(({ role }) => role === "user");
    const said = JSON.stringify(messages[asked]?.content).replaceAll("\\n", " ");
    const verb = new RegExp(`(\\w+) ${message}`).exec(said)?.[1];
    const first = !messages.slice(asked).some(({ role }) => role === "assistant" || role === "tool");
    const told = `Incorrect API key provided: ${API_KEY}. You said: ${said}`;
    if (verb === "refuse") return { status: 401, message: told };
    if (verb === "reject") return { status: 400, message: told };
    if (verb === "break") return { say: answer, ending: "error" };
    if (verb === "cut") return { say: answer, ending: "cut" };
    if (verb === "delete" && first) return { calls: [{ name: "delete_tasks", args: { tasks: null, all: "all" } }] };
    if (verb === "nonsense" && first) return { calls: [{ name: "add_tasks", args: `{"tasks": "${title}` }] };
    if (verb === "add" && first) return { say: answer, calls: [addTasks(title)] };
    return { say: answer };
  };
}

/** Lives an ordinary life on the server: an account, tasks, talk, failures, a program, an approval. */
export async function live(server: { url: string }, has: Canaries): Promise<{ ann: Person; made: Made }> {
  const account = { name: has.name, email: has.email, password: has.password };
  const response = await postAccount(server, "sign-up/email", account);
  if (response.status !== 200) throw new Error(`sign-up: ${response.status} ${await response.text()}`);
  const { user } = (await response.json()) as { user: { id: string } };
  const cookie = cookiesOf(response);
  const ann = new Person(server, { cookie, userId: user.id, email: has.email });
  for (let i = 1; i <= 5; i++) {
    await ann.json("POST", "/api/tasks", { title: `${has.title} ${i}`, notes: has.notes, tags: [has.tag] });
  }
  const id = await ann.conversation();
  for (const verb of ["add", "nonsense", "refuse", "reject", "break", "cut"]) {
    await readAnswer(await ann.send(id, `${verb} ${has.message}`));
  }
  await ann.json("PATCH", `/api/conversations/${id}`, { title: has.conversation });
  const asked = await ann.say(await ann.conversation(), `delete ${has.message}`);
  const approvalId = asked.chunks.flatMap((chunk) =>
    chunk.type === "tool-approval-request" ? [chunk.approvalId] : [],
  )[0];
  const program = await makeProgram(ann, { name: has.tokenName });
  await program.request("GET", `/api/tasks?q=${has.title}`);
  await program.request("POST", "/mcp", { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: has.title } });
  const { session } = await ann.json<{ session: { token: string } }>("GET", "/api/auth/get-session");
  const [own = "", device = ""] = cookie.split("; ").map((one) => decodeURIComponent(one.slice(one.indexOf("=") + 1)));
  if (!approvalId || !own.startsWith(session.token) || device === "") {
    throw new Error(`the story did not come about: ${JSON.stringify({ asked: asked.chunks, own, device })}`);
  }
  return { ann, made: { cookie: own, device, sessionToken: session.token, apiToken: program.token, approvalId } };
}

/** Asks for what goes wrong, with the canaries wherever they fit in. Gives the answers, which are all refusals. */
export async function misbehave(ann: Person, has: Canaries, made: Made): Promise<string[]> {
  const bodies: string[] = [];
  const keep = async (answer: Promise<Response>) => {
    bodies.push(await (await answer).text());
  };
  const json = { "content-type": "application/json" };
  const { email, password } = has;
  await keep(ann.request("POST", "/api/tasks", undefined, { body: `{"title":"${has.title}`, headers: json }));
  await keep(ann.request("PATCH", `/api/tasks/${has.title}`, { title: has.title }));
  await keep(ann.request("PATCH", `/api/tasks/${randomUUID()}`, { title: has.title, nonsense: has.notes }));
  await keep(ann.request("GET", `/api/tasks?cursor=${has.title}&q=${made.sessionToken}`));
  await keep(ann.request("GET", `/api/${has.message}?token=${made.apiToken}`));
  await keep(ann.request("GET", "/api/tasks", undefined, { headers: { authorization: `Bearer ${made.apiToken}x` } }));
  await keep(ann.request("GET", "/api/tasks", undefined, { headers: { authorization: `Basic ${has.password}` } }));
  await keep(
    ann.request("POST", "/api/tasks", { title: has.title }, { headers: { origin: `https://${has.tag}.example` } }),
  );
  await keep(
    postAccount(ann.server, "sign-in/email", { email, password: has.wrongPassword }, { "x-client-address": password }),
  );
  await keep(postAccount(ann.server, "sign-up/email", { name: has.name, email, password }));
  await keep(
    ann.request("POST", "/api/auth/change-password", {
      currentPassword: has.wrongPassword,
      newPassword: has.newPassword,
    }),
  );
  await keep(ann.request("POST", "/api/auth/revoke-session", { token: `${made.sessionToken}\0` }));
  await keep(ann.request("POST", `/api/approvals/${made.approvalId}`, { decision: has.message }));
  await keep(
    ann.request("GET", `/api/tasks/${randomUUID()}`, undefined, { headers: { "x-request-id": `${has.password} x` } }),
  );
  await ann.json("POST", "/api/auth/change-password", { currentPassword: password, newPassword: has.newPassword });
  return bodies;
}
