import type { Page } from "playwright-core";

/** What the log of messages showed from a moment on (milliseconds since the epoch, this machine's clock). */
export type Glimpse = { at: number; text: string };

type Watched = { glimpses: Glimpse[] };
declare global {
  var watchedAnswer: Watched | undefined;
}

/** Notes in the page, from now on, whenever the log of messages changes. A reload would lose the notes. */
export async function watchAnswer(page: Page): Promise<void> {
  await page.evaluate(() => {
    const log = document.querySelector('[role="log"]');
    if (!log) throw new Error("there is no log of messages");
    const glimpses: Glimpse[] = [];
    globalThis.watchedAnswer = { glimpses };
    const note = () => glimpses.push({ at: Date.now(), text: log.textContent ?? "" });
    new MutationObserver(note).observe(log, { subtree: true, childList: true, characterData: true });
    note();
  });
}

/** The notes so far. Throws when the page was loaded anew since `watchAnswer`. */
export async function glimpses(page: Page): Promise<Glimpse[]> {
  const watched = await page.evaluate(() => globalThis.watchedAnswer);
  if (!watched) throw new Error("the page was loaded anew");
  return watched.glimpses;
}

/** When the log first showed this text. */
export function firstSeen(notes: readonly Glimpse[], text: string): number {
  const found = notes.find((glimpse) => glimpse.text.includes(text));
  if (!found) throw new Error(`the page did not show: ${text}`);
  return found.at;
}
