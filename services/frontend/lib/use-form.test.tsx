// @vitest-environment happy-dom
import { screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { show } from "../components/_page.tsx";
import { ApiError } from "./api/api-error.ts";
import { type FormOptions, useForm } from "./use-form.ts";

function Form(options: FormOptions) {
  const { errors, busy, onSubmit } = useForm(options);
  return (
    <form onSubmit={onSubmit} noValidate>
      <input aria-label="Name" name="name" required />
      <input aria-label="Email" name="email" type="email" required />
      <input aria-label="Password" name="password" type="password" minLength={8} />
      <button type="submit">{busy ? "Sending" : "Send"}</button>
      <output>{JSON.stringify(errors)}</output>
    </form>
  );
}

const errors = () => JSON.parse(screen.getByRole("status").textContent ?? "");
const send = () => screen.getByRole("button", { name: "Send" });
const field = (name: string) => screen.getByLabelText(name);

async function filled(options: FormOptions) {
  const { user } = show(<Form {...options} />);
  await user.type(field("Name"), "Ann");
  await user.type(field("Email"), "ann@example.com");
  return user;
}

test("what is missing or wrong is said by field, the first is led to, and nothing is sent", async () => {
  const submit = vi.fn(async () => {});
  const { user } = show(<Form submit={submit} />);
  await user.type(field("Email"), "ann");
  await user.click(send());
  expect(errors()).toEqual({
    name: "Please fill this in.",
    email: "This does not look like an email address.",
  });
  expect(document.activeElement).toBe(field("Name"));
  await user.type(field("Name"), "Ann");
  await user.type(field("Password"), "short");
  await user.click(send());
  expect(errors()).toMatchObject({ password: "Use at least 8 characters." });
  expect(document.activeElement).toBe(field("Email"));
  expect(submit).not.toHaveBeenCalled();
});

test("what is typed is sent once, however often one presses", async () => {
  const sent = Promise.withResolvers<void>();
  const submit = vi.fn(() => sent.promise);
  const user = await filled({ submit });
  await user.click(send());
  await user.click(screen.getByRole("button", { name: "Sending" }));
  expect(submit).toHaveBeenCalledExactlyOnceWith({ name: "Ann", email: "ann@example.com", password: "" });
  sent.resolve();
  expect(await screen.findByRole("button", { name: "Send" })).toBeDefined();
  expect(errors()).toEqual({});
});

test("a refusal of the server stands at the field that it is about, and what was typed stays", async () => {
  const submit = async () => {
    throw new ApiError(422, "TAKEN", "There is such an account.");
  };
  const user = await filled({ submit, fieldOf: ({ code }) => (code === "TAKEN" ? "email" : "form") });
  await user.click(send());
  expect(errors()).toEqual({ email: "There is such an account." });
  expect(document.activeElement).toBe(field("Email"));
  expect(field("Email")).toHaveProperty("value", "ann@example.com");
  expect(send()).toBeDefined();
});

test("what no field is about stands over the form, until the next try", async () => {
  const submit = vi.fn(async () => {});
  submit.mockRejectedValueOnce(new TypeError("network"));
  const user = await filled({ submit, fieldOf: () => "email" });
  await user.click(send());
  expect(errors()).toEqual({ form: "The server cannot be reached. Check your connection and try again." });
  await user.click(send());
  expect(errors()).toEqual({});
});
