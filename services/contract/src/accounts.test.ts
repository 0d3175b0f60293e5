import { expect, it } from "vitest";
import { credentialsSchema, newAccountSchema } from "./accounts.ts";

const withEmail = (email: string) => credentialsSchema.safeParse({ email, password: "x" }).success;

it.each(["ann@example.com", "a.b+c_d'e-f@mail.example.co", "1@a-b.example.museum", `${"a".repeat(64)}@example.com`])(
  "takes an address that mail can be sent to: %s",
  (email) => expect(withEmail(email)).toBe(true),
);

it.each([
  "ann",
  "ann@",
  "ann@example",
  "ann@-example.com",
  "ann@example-.com",
  ".ann@example.com",
  "a..b@example.com",
  `${"a".repeat(65)}@example.com`,
  `ann@${"a".repeat(64)}.com`,
  `ann@${"a.".repeat(130)}com`,
])("refuses one that no mail comes to: %s", (email) => expect(withEmail(email)).toBe(false));

it("counts the characters of a password as people do", () => {
  const withPassword = (password: string) =>
    newAccountSchema.safeParse({ name: "Ann", email: "ann@example.com", password }).success;
  expect(withPassword("📎".repeat(7))).toBe(false);
  expect(withPassword("📎".repeat(8))).toBe(true);
  expect(withPassword("📎".repeat(128))).toBe(true);
  expect(withPassword("📎".repeat(129))).toBe(false);
});
