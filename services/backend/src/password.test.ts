import { describe, expect, it } from "vitest";
import { hashPassword, verifyPassword } from "./password.ts";

describe("a password's hash", () => {
  it("is argon2id in the PHC form, with another salt each time", async () => {
    const [one, two] = await Promise.all([hashPassword("correct horse"), hashPassword("correct horse")]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
    expect(one).not.toBe(two);
    expect(await verifyPassword({ hash: one, password: "correct horse" })).toBe(true);
    expect(await verifyPassword({ hash: one, password: "correct horsf" })).toBe(false);
    expect(await verifyPassword({ hash: one, password: "" })).toBe(false);
  });

  it("takes the same characters in whatever form they were typed", async () => {
    const hash = await hashPassword("Gr\u00fc\u00dfe e\u0301");
    expect(await verifyPassword({ hash, password: "Gru\u0308\u00dfe \u00e9" })).toBe(true);
  });

  it("made by the reference implementation is known", async () => {
    // From the tests of github.com/P-H-C/phc-winner-argon2.
    const hash = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
    expect(await verifyPassword({ hash, password: "password" })).toBe(true);
  });

  it("is looked at two at a time, with 32 more in the line; whoever comes then is refused", async () => {
    // Cheap ones: the line is the same for all.
    const hash = "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
    const checks = Array.from({ length: 40 }, () => verifyPassword({ hash, password: "password" }));
    const settled = await Promise.allSettled(checks);
    const refused = settled.filter((one) => one.status === "rejected");
    expect(refused).toHaveLength(40 - 34);
    for (const { reason } of refused) expect(reason).toMatchObject({ code: "rate_limited", retryAfter: 2 });
    expect(await verifyPassword({ hash, password: "password" })).toBe(false);
  });

  it.each([
    "",
    "x",
    "$2b$10$abc",
    "$argon2i$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$AAAA",
    "$argon2id$v=19$m=1$c29t$AAAA",
    "$argon2id$v=16$m=19456,t=2,p=1$c29tZXNhbHQ$AAAA",
  ])("of another form fits nothing: %s", async (hash) => {
    expect(await verifyPassword({ hash, password: "" })).toBe(false);
  });
});
