// @vitest-environment happy-dom
import { screen, waitFor, within } from "@testing-library/react";
import type { ApiToken } from "@todo/contract";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type FakeServer, fakeServer, refusal } from "../../lib/_fake-server.ts";
import { show } from "../_page.tsx";
import { ApiTokens } from "./api-tokens.tsx";

let server: FakeServer;
let tokens: ApiToken[];

function token(id: string, fields: Partial<ApiToken> = {}): ApiToken {
  return { id, name: id, scope: "read", createdAt: "2026-11-20T10:00:00.000Z", lastUsedAt: null, ...fields };
}

beforeEach(() => {
  vi.stubGlobal("location", { origin: "https://todo.example", pathname: "/settings" });
  server = fakeServer();
  tokens = [token("Editor", { scope: "write", lastUsedAt: "2026-11-21T10:00:00.000Z" }), token("Clock")];
  server.on("GET /api/tokens", () => ({ items: tokens }));
});

afterEach(() => {
  vi.restoreAllMocks();
  Reflect.deleteProperty(document, "execCommand");
});

async function open() {
  const shown = show(<ApiTokens />);
  await waitFor(() => expect(screen.queryByText("Loading…")).toBeNull());
  return shown;
}

const button = (name: string) => screen.getByRole<HTMLButtonElement>("button", { name });
const field = (name: string) => screen.getByLabelText<HTMLInputElement>(name);
const rows = () =>
  within(screen.getByRole("list", { name: "Tokens" }))
    .queryAllByRole("listitem")
    .map((row) => row.textContent);

test("tells each token's name, what it may do, and when it was made and used", async () => {
  await open();
  expect(rows()).toEqual([
    expect.stringMatching(/^EditorRead and write, made .*2026.*, last used .*2026.*Revoke$/),
    expect.stringMatching(/^ClockRead, made .*2026.*, never used/),
  ]);
  expect(field("MCP address").value).toBe("https://todo.example/mcp");
});

test("a token is made with a name, a scope and the browser's zone, and shown this once", async () => {
  server.on("POST /api/tokens", ({ body }) => {
    const made = token("new", { name: String(body.name), scope: "write" });
    tokens = [made, ...tokens];
    return Response.json({ ...made, token: "todo_secret" }, { status: 201 });
  });
  const { user, unmount } = await open();
  await user.type(field("Name"), " Backup ");
  await user.click(field("Read and write"));
  await user.click(button("Make a token"));
  expect((await screen.findByLabelText<HTMLInputElement>("Token")).value).toBe("todo_secret");
  expect(screen.getByText(/Copy the token now: it is not shown again/)).toBeDefined();
  const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  expect(server.callsOf("POST /api/tokens").map(({ body }) => body)).toEqual([
    { name: "Backup", scope: "write", timeZone },
  ]);
  await waitFor(() => expect(rows()).toHaveLength(3));
  expect(field("Name").value).toBe("");
  expect(field("Read").checked).toBe(true);
  unmount();
  await open();
  expect(screen.queryByLabelText("Token")).toBeNull();
});

test("a token may read only, unless one says more", async () => {
  server.on("POST /api/tokens", () => ({ ...token("new"), token: "todo_secret" }));
  const { user } = await open();
  await user.type(field("Name"), "Clock");
  await user.click(button("Make a token"));
  await screen.findByLabelText("Token");
  expect(server.callsOf("POST /api/tokens")[0]?.body).toMatchObject({ scope: "read" });
});

test.each([
  ["invalid_request", "Not this name."],
  ["conflict", "You have 20 tokens already."],
])("%s: one is told, and the name stays", async (code, message) => {
  server.on("POST /api/tokens", () => refusal(409, code, message));
  const { user } = await open();
  await user.type(field("Name"), "Backup");
  await user.click(button("Make a token"));
  expect(await screen.findByText(message)).toBeDefined();
  expect(field("Name").value).toBe("Backup");
  expect(screen.queryByLabelText("Token")).toBeNull();
});

test("a name is needed", async () => {
  const { user } = await open();
  await user.click(button("Make a token"));
  expect(screen.getByText("Please fill this in.")).toBeDefined();
  expect(server.changes()).toEqual([]);
});

test("a token is revoked once one has confirmed it", async () => {
  server.on("DELETE /api/tokens/*", ({ path }) => {
    tokens = tokens.filter(({ id }) => !path.endsWith(id));
    return new Response(null, { status: 204 });
  });
  const { user } = await open();
  await user.click(button("Revoke Editor"));
  await user.click(button("Cancel"));
  expect(server.changes()).toEqual([]);
  await user.click(button("Revoke Editor"));
  await user.click(button("Revoke token"));
  await waitFor(() => expect(rows()).toHaveLength(1));
  expect(server.changes()).toEqual(["DELETE /api/tokens/Editor"]);
  expect(screen.queryByRole("dialog")).toBeNull();
});

test("a token that could not be revoked stays, and one is told why", async () => {
  server.on("DELETE /api/tokens/*", () => refusal(429, "rate_limited", "Too fast."));
  const { user } = await open();
  await user.click(button("Revoke Editor"));
  await user.click(button("Revoke token"));
  expect(await screen.findByText("Too fast.")).toBeDefined();
  expect(rows()).toHaveLength(2);
});

test("says that there are none yet, and that they could not be read", async () => {
  tokens = [];
  const { unmount } = await open();
  expect(screen.getByText("There are no tokens yet.")).toBeDefined();
  unmount();
  server.on("GET /api/tokens", () => refusal(500, "internal", "Broken."));
  await open();
  expect(await screen.findByText("Broken.")).toBeDefined();
  expect(screen.queryByText("There are no tokens yet.")).toBeNull();
});

test("the address is copied with and without a clipboard", async () => {
  const { user } = await open();
  await user.click(button("Copy: MCP address"));
  expect(await screen.findByText("Copied.")).toBeDefined();
  expect(await navigator.clipboard.readText()).toBe("https://todo.example/mcp");
  vi.spyOn(navigator.clipboard, "writeText").mockRejectedValue(new Error("not here"));
  const copy = vi.fn(() => false);
  document.execCommand = copy;
  await user.click(button("Copy: MCP address"));
  expect(await screen.findByText("It is selected: copy it with your keyboard.")).toBeDefined();
  expect(copy).toHaveBeenCalledExactlyOnceWith("copy");
});
