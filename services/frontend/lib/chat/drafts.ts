/** A message that was not accepted yet. `messageId` is set once it was tried, so that the next try is the same message. */
export type Draft = { text: string; messageId: string | null };

export const emptyDraft: Draft = { text: "", messageId: null };

/** The draft of a conversation, kept for this tab over reloads. */
export function readDraft(key: string, storage: Storage = sessionStorage): Draft {
  try {
    const value = JSON.parse(storage.getItem(nameOf(key)) ?? "null");
    if (typeof value?.text !== "string") return emptyDraft;
    return { text: value.text, messageId: typeof value.messageId === "string" ? value.messageId : null };
  } catch {
    return emptyDraft;
  }
}

export function writeDraft(key: string, draft: Draft, storage: Storage = sessionStorage): void {
  try {
    if (draft.text === "") storage.removeItem(nameOf(key));
    else storage.setItem(nameOf(key), JSON.stringify(draft));
  } catch {
    // A full or forbidden storage costs the draft at a reload, nothing else.
  }
}

function nameOf(key: string): string {
  return `draft:${key}`;
}
