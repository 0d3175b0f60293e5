// @vitest-environment happy-dom
import { screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type FakeServer, fakeServer, refusal } from "../../lib/_fake-server.ts";
import type { DeviceSession } from "../../lib/api/auth.ts";
import { show } from "../_page.tsx";
import { SettingsPage } from "./settings-page.tsx";

const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const safari = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1";
const assign = vi.fn();
let server: FakeServer;
let sessions: DeviceSession[];

function session(token: string, updatedAt: string, userAgent: string, ipAddress: string | null = null) {
  return { token, createdAt: "2026-11-20T10:00:00.000Z", updatedAt, userAgent, ipAddress };
}

beforeEach(() => {
  assign.mockClear();
  vi.stubGlobal("location", { assign, pathname: "/settings" });
  server = fakeServer();
  sessions = [
    session("old", "2026-11-20T10:00:00.000Z", safari, "192.0.2.7"),
    session("this", "2026-11-23T10:00:00.000Z", firefox),
  ];
  server.on("GET /api/auth/get-session", () => ({ session: { token: "this" }, user: { id: "me" } }));
  server.on("GET /api/auth/list-sessions", () => sessions);
  server.on("GET /api/tokens", () => ({ items: [] }));
});
afterEach(() => vi.unstubAllGlobals());

const refuse = (code: string, message: string) => () => Response.json({ code, message }, { status: 400 });
const field = (name: string) => screen.getByLabelText<HTMLInputElement>(name);
const button = (name: string | RegExp) => screen.getByRole<HTMLButtonElement>("button", { name });
const section = (name: string) => within(screen.getByRole("region", { name }));
const rows = () =>
  section("Where you are signed in")
    .getAllByRole("listitem")
    .map((row) => row.textContent);
function saidAt(name: string): string {
  const ids = field(name).getAttribute("aria-describedby")?.split(" ") ?? [];
  return ids.map((id) => document.getElementById(id)?.textContent).join(" ");
}

async function open() {
  const shown = show(<SettingsPage user={{ name: "Ann Lee", email: "ann@example.com" }} />);
  await waitFor(() => expect(screen.queryByText("Loading…")).toBeNull());
  return shown;
}

test("says who one is, and where one is signed in, the last used first", async () => {
  await open();
  expect(section("Account").getByText("ann@example.com")).toBeDefined();
  expect(rows()).toEqual([
    expect.stringMatching(/^Firefox on Linuxsince .*This device$/),
    expect.stringMatching(/^Safari on iOS192\.0\.2\.7, since .*Sign out$/),
  ]);
});

test("another device is signed out by itself", async () => {
  server.on("POST /api/auth/revoke-session", ({ body }) => {
    sessions = sessions.filter(({ token }) => token !== body.token);
    return null;
  });
  const { user } = await open();
  await user.click(button(/^Sign out Safari on iOS, since/));
  await waitFor(() => expect(rows()).toHaveLength(1));
  expect(server.callsOf("POST /api/auth/revoke-session").map(({ body }) => body)).toEqual([{ token: "old" }]);
  expect(screen.queryByRole("button", { name: "Sign out all other devices" })).toBeNull();
});

test("all other devices are signed out at once", async () => {
  server.on("POST /api/auth/revoke-other-sessions", () => {
    sessions = sessions.slice(1);
    return null;
  });
  const { user } = await open();
  await user.click(button("Sign out all other devices"));
  await waitFor(() => expect(rows()).toHaveLength(1));
});

test("a device that could not be signed out stays, and one is told why", async () => {
  server.on("POST /api/auth/revoke-session", refuse("NO", "Not now."));
  const { user } = await open();
  await user.click(button(/^Sign out Safari/));
  expect(await screen.findByText("Not now.")).toBeDefined();
  expect(rows()).toHaveLength(2);
});

test("devices that could not be read are told as such", async () => {
  server.on("GET /api/auth/list-sessions", refuse("NO", "Not now."));
  await open();
  expect(await screen.findByText("Not now.")).toBeDefined();
});

test("who signs out leaves no draft behind", async () => {
  server.on("POST /api/auth/sign-out", () => null);
  sessionStorage.setItem("draft:new", '{"text":"secret"}');
  const { user } = await open();
  await user.click(button("Sign out"));
  await waitFor(() => expect(assign).toHaveBeenCalledExactlyOnceWith("/sign-in"));
  expect(sessionStorage.length).toBe(0);
});

test("who could not be signed out is told so and stays", async () => {
  server.on("POST /api/auth/sign-out", refuse("NO", "Not now."));
  sessionStorage.setItem("draft:new", '{"text":"mine"}');
  const { user } = await open();
  await user.click(button("Sign out"));
  expect(await screen.findByText("Not now.")).toBeDefined();
  expect(assign).not.toHaveBeenCalled();
  expect(sessionStorage.length).toBe(1);
});

test("while the server can't look, nobody is led to the sign-in page, and everybody is told to try again", async () => {
  const message = "The database can't be reached right now. Try again in a moment.";
  for (const route of ["POST /api/auth/sign-out", "POST /api/auth/change-password"]) {
    server.on(route, () => refusal(503, "database_unavailable", message));
  }
  await changePassword();
  await waitFor(() => expect(section("Password").getByRole("alert").textContent).toBe(message));
  screen.getByRole("button", { name: "Sign out" }).click();
  await waitFor(() => expect(section("Account").getByRole("alert").textContent).toBe(message));
  expect(assign).not.toHaveBeenCalled();
});

async function changePassword(next = "new and long") {
  const { user } = await open();
  await user.type(field("Current password"), "old one");
  await user.type(field("New password"), next);
  await user.click(button("Change password"));
}

test("a new password is taken, and the fields are empty again", async () => {
  server.on("POST /api/auth/change-password", () => null);
  await changePassword();
  expect(await screen.findByText("Your password is changed.")).toBeDefined();
  expect(server.callsOf("POST /api/auth/change-password")[0]?.body).toMatchObject({
    currentPassword: "old one",
    newPassword: "new and long",
  });
  expect([field("Current password").value, field("New password").value]).toEqual(["", ""]);
});

test.each([
  ["INVALID_PASSWORD", "Current password"],
  ["PASSWORD_TOO_SHORT", "New password"],
])("%s is said at %s", async (code, name) => {
  server.on("POST /api/auth/change-password", refuse(code, "Not this one."));
  await changePassword();
  await waitFor(() => expect(saidAt(name)).toContain("Not this one."));
  expect(screen.queryByText("Your password is changed.")).toBeNull();
  expect(field("New password").value).toBe("new and long");
});

test("what the server does not like of the new password is said there", async () => {
  const details = [{ path: "newPassword", message: "Not this one." }];
  const error = { code: "unprocessable", message: "newPassword: Not this one.", requestId: "r", details };
  server.on("POST /api/auth/change-password", () => Response.json({ error }, { status: 422 }));
  await changePassword();
  await waitFor(() => expect(saidAt("New password")).toMatch(/Other devices are signed out\. Not this one\.$/));
});

test("a new password that is too short is not sent", async () => {
  await changePassword("short");
  expect(saidAt("New password")).toContain("Use at least 8 characters.");
  expect(server.changes()).toEqual([]);
});

test("an account is deleted by its password, and nothing of it stays here", async () => {
  server.on("POST /api/auth/delete-user", () => null);
  sessionStorage.setItem("draft:new", '{"text":"secret"}');
  const { user } = await open();
  await user.click(button("Delete my account"));
  expect(saidAt("Your password")).toBe("Please fill this in.");
  expect(server.changes()).toEqual([]);
  await user.type(field("Your password"), "long enough");
  await user.click(button("Delete my account"));
  await waitFor(() => expect(assign).toHaveBeenCalledExactlyOnceWith("/sign-up"));
  expect(server.callsOf("POST /api/auth/delete-user")[0]?.body).toEqual({ password: "long enough" });
  expect(sessionStorage.length).toBe(0);
});

test("a wrong password deletes nothing, and is said at its field", async () => {
  server.on("POST /api/auth/delete-user", refuse("INVALID_PASSWORD", "Wrong password."));
  const { user } = await open();
  await user.type(field("Your password"), "wrong one");
  await user.click(button("Delete my account"));
  await waitFor(() => expect(saidAt("Your password")).toBe("Wrong password."));
  expect(assign).not.toHaveBeenCalled();
});
