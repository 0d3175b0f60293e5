// @vitest-environment happy-dom
import { screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type FakeServer, fakeServer, refusal } from "../../lib/_fake-server.ts";
import { show } from "../_page.tsx";
import { SignInForm } from "./sign-in-form.tsx";
import { SignUpForm } from "./sign-up-form.tsx";

const signInRoute = "POST /api/auth/sign-in/email";
const signUpRoute = "POST /api/auth/sign-up/email";
const assign = vi.fn();
let server: FakeServer;

beforeEach(() => {
  assign.mockClear();
  vi.stubGlobal("location", { assign, pathname: "/sign-in" });
  server = fakeServer();
});
afterEach(() => vi.unstubAllGlobals());

const refuse = (code: string, message: string) => () => Response.json({ code, message }, { status: 400 });
const field = (name: string) => screen.getByLabelText<HTMLInputElement>(name);
const button = (name: string) => screen.getByRole<HTMLButtonElement>("button", { name });
/** What stands beside a field, as those hear it who are in it. */
function saidAt(name: string): string {
  const ids = field(name).getAttribute("aria-describedby")?.split(" ") ?? [];
  return ids.map((id) => document.getElementById(id)?.textContent).join(" ");
}

async function signIn() {
  const { user } = show(<SignInForm next="/settings" />);
  await user.type(field("Email"), "ann@example.com");
  await user.type(field("Password"), "long enough");
  await user.click(button("Sign in"));
  return user;
}

test("who signs in goes on to where they wanted", async () => {
  server.on(signInRoute, () => ({}));
  await signIn();
  expect(server.calls.map(({ body }) => body)).toEqual([{ email: "ann@example.com", password: "long enough" }]);
  await waitFor(() => expect(assign).toHaveBeenCalledExactlyOnceWith("/settings"));
});

test("a wrong password is said over the form, and what was typed stays", async () => {
  server.on(signInRoute, refuse("INVALID_EMAIL_OR_PASSWORD", "Wrong email or password."));
  await signIn();
  expect((await screen.findByRole("alert")).textContent).toBe("Wrong email or password.");
  expect(field("Password").value).toBe("long enough");
  expect(assign).not.toHaveBeenCalled();
});

test("an address that is none is said at its field", async () => {
  server.on(signInRoute, refuse("INVALID_EMAIL", "This is no address."));
  await signIn();
  await waitFor(() => expect(saidAt("Email")).toBe("This is no address."));
  expect(field("Email").getAttribute("aria-invalid")).toBe("true");
  expect(field("Password").getAttribute("aria-invalid")).toBeNull();
});

test("nothing typed sends nothing, and says what is missing", async () => {
  const { user } = show(<SignInForm next="/chat" />);
  await user.click(button("Sign in"));
  expect(saidAt("Email")).toBe("Please fill this in.");
  expect(saidAt("Password")).toBe("Please fill this in.");
  expect(server.calls).toEqual([]);
});

test("while it is being sent, the button says so", async () => {
  server.on(signInRoute, () => new Promise(() => {}));
  await signIn();
  expect(button("Signing in…").disabled).toBe(true);
});

test.each([
  ["signing in", <SignInForm key="in" next="/chat" />, "current-password"],
  ["signing up", <SignUpForm key="up" />, "new-password"],
])("a password may be pasted, and password managers know the fields: %s", async (_, form, kind) => {
  const { user } = show(form);
  await user.click(field("Password"));
  await user.paste("pasted, long enough");
  expect(field("Password").value).toBe("pasted, long enough");
  expect([field("Email").autocomplete, field("Password").autocomplete]).toEqual(["username", kind]);
});

test("a password can be looked at while it is typed", async () => {
  const { user } = show(<SignInForm next="/chat" />);
  expect(field("Password").type).toBe("password");
  await user.click(screen.getByRole("checkbox", { name: "Show password" }));
  expect(field("Password").type).toBe("text");
});

test("a form that is sent before its script has loaded puts no password into an address", () => {
  const { container } = show(
    <>
      <SignInForm next="/chat" />
      <SignUpForm />
    </>,
  );
  expect([...container.querySelectorAll("form")].map(({ method }) => method)).toEqual(["post", "post"]);
});

async function signUp(password = "long enough") {
  const { user } = show(<SignUpForm />);
  await user.type(field("Name"), " Ann ");
  await user.type(field("Email"), "ann@example.com");
  await user.type(field("Password"), password);
  await user.click(button("Create account"));
}

test("who signs up is at the chat", async () => {
  server.on(signUpRoute, () => ({ token: "t" }));
  await signUp();
  expect(server.calls[0]?.body).toEqual({ name: "Ann", email: "ann@example.com", password: "long enough" });
  await waitFor(() => expect(assign).toHaveBeenCalledExactlyOnceWith("/chat"));
});

test("a password that is too short is told before it is sent, beside the hint", async () => {
  await signUp("short");
  expect(saidAt("Password")).toBe("At least 8 characters. A few words make a good one. Use at least 8 characters.");
  expect(server.calls).toEqual([]);
});

test.each([
  ["USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL", "Email"],
  ["USER_ALREADY_EXISTS", "Email"],
  ["INVALID_EMAIL", "Email"],
  ["PASSWORD_COMPROMISED", "Password"],
])("%s is said at %s", async (code, name) => {
  server.on(signUpRoute, refuse(code, "Not this one."));
  await signUp();
  await waitFor(() => expect(saidAt(name)).toContain("Not this one."));
  expect(document.activeElement).toBe(field(name));
  expect(assign).not.toHaveBeenCalled();
});

test("what the server does not like of a field is said at the field, in the words that are about it", async () => {
  const details = [{ path: "password", message: "Use letters, digits or signs, not blanks alone." }];
  const error = { code: "unprocessable", message: "password: and so on", requestId: "r", details };
  server.on(signUpRoute, () => Response.json({ error }, { status: 422 }));
  await signUp("        ");
  await waitFor(() => expect(saidAt("Password")).toContain(details[0]?.message));
  expect(saidAt("Password")).not.toContain("and so on");
  expect(document.activeElement).toBe(field("Password"));
});

test("too many tries are said over the form, with what helps, and what was typed stays", async () => {
  const message = "Too many tries to sign in to this account. Try again in 30 seconds.";
  server.on(signInRoute, () => refusal(429, "rate_limited", message));
  await signIn();
  expect((await screen.findByRole("alert")).textContent).toBe(message);
  expect(field("Password").value).toBe("long enough");
  expect(button("Sign in").disabled).toBe(false);
});

test("what no field is about is said over the form", async () => {
  server.on(signUpRoute, refuse("TOO_MANY", "Too many accounts."));
  await signUp();
  expect((await screen.findByRole("alert")).textContent).toBe("Too many accounts.");
});
