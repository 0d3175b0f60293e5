import { expect, it } from "vitest";
import { newConversationSchema, newMessageSchema } from "./conversations.ts";
import { errorBodySchema } from "./errors.ts";
import { limits } from "./limits.ts";

it("an error has a code that both sides know", () => {
  const error = { code: "not_found", message: "There is no such task.", requestId: "r" };
  expect(errorBodySchema.safeParse({ error }).success).toBe(true);
  expect(errorBodySchema.safeParse({ error: { ...error, code: "oops" } }).success).toBe(false);
});

it("a message has an id of its sender's, some text and a zone, and nothing else", () => {
  const message = { id: "01890000-0000-7000-8000-000000000000", text: " hi ", timeZone: "UTC" };
  expect(newMessageSchema.parse(message)).toEqual(message);
  for (const wrong of [
    { text: "" },
    { text: " \n" },
    { text: "x".repeat(limits.messageCharacters + 1) },
    { text: "\0" },
    { id: "1" },
    { timeZone: "x" },
    { userId: "u" },
  ]) {
    expect(newMessageSchema.safeParse({ ...message, ...wrong }).success, JSON.stringify(wrong).slice(0, 40)).toBe(
      false,
    );
  }
  expect(newConversationSchema.safeParse({ id: "1" }).success).toBe(false);
});
