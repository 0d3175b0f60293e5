import { expect, test } from "vitest";
import { emptyDraft, readDraft, writeDraft } from "./drafts.ts";

function storage(): Storage {
  const kept = new Map<string, string>();
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
    clear: () => kept.clear(),
    key: (at) => [...kept.keys()][at] ?? null,
    get length() {
      return kept.size;
    },
  };
}

test("each conversation has its own draft, with the id under which it was tried", () => {
  const kept = storage();
  writeDraft("a", { text: "milk", messageId: "m" }, kept);
  writeDraft("b", { text: "bread", messageId: null }, kept);
  expect(readDraft("a", kept)).toEqual({ text: "milk", messageId: "m" });
  expect(readDraft("b", kept)).toEqual({ text: "bread", messageId: null });
  expect(readDraft("c", kept)).toEqual(emptyDraft);
});

test("an empty draft leaves nothing behind", () => {
  const kept = storage();
  writeDraft("a", { text: "milk", messageId: "m" }, kept);
  writeDraft("a", { text: "", messageId: "m" }, kept);
  expect(kept.length).toBe(0);
});

test("what no draft is counts as none", () => {
  for (const value of ["{", "null", "3", "{}", '{"text":3}']) {
    const kept = storage();
    writeDraft("a", { text: "milk", messageId: null }, kept);
    kept.setItem(kept.key(0) ?? "", value);
    expect(readDraft("a", kept)).toEqual(emptyDraft);
  }
});

test("a storage that is full or forbidden costs the draft, nothing else", () => {
  const forbidden = () => {
    throw new DOMException("no", "SecurityError");
  };
  const broken = { ...storage(), getItem: forbidden, setItem: forbidden, removeItem: forbidden };
  writeDraft("a", { text: "milk", messageId: null }, broken);
  writeDraft("a", emptyDraft, broken);
  expect(readDraft("a", broken)).toEqual(emptyDraft);
});
