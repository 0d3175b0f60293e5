import { describe, expect, it } from "vitest";
import { isCommonPassword } from "./common-passwords.ts";

describe("the list of common passwords", () => {
  it.each([
    "password",
    "12345678",
    "qwertyuiop",
    "trustno1",
    // The first and the last of the 100,000.
    "123456789",
    "smokey212",
    // Spelled otherwise.
    "PassWord1",
    " iloveyou ",
    "\uff50\uff41\uff53\uff53\uff57\uff4f\uff52\uff44",
  ])("has %j", async (password) => {
    expect(await isCommonPassword(password)).toBe(true);
  });

  it("has hardly another", async () => {
    const found = [];
    for (let i = 0; i < 20_000; i++) if (await isCommonPassword(`blue horse ${i}`)) found.push(i);
    expect(found.length).toBeLessThan(5);
    for (const password of ["correct horse battery", "passwort für später", ""]) {
      expect(await isCommonPassword(password)).toBe(false);
    }
  });
});
