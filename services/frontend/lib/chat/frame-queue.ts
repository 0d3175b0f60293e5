import type { AnswerState } from "@todo/contract/message";
import type { Store } from "../store.ts";
import type { ChatState } from "./state.ts";

/** One picture of a screen at 60 Hz. A timer, since a hidden tab gets no animation frames but should stay current. */
const frameMs = 16;

export type FrameQueue = {
  push: (change: (answer: AnswerState | null) => AnswerState) => void;
  clear: () => void;
};

/** Gathers the chunks that arrive together, so that a burst of them is drawn once. */
export function createFrameQueue(store: Store<ChatState>): FrameQueue {
  let answer: AnswerState | null = null;
  let timer: ReturnType<typeof setTimeout> | null = null;

  function flush(): void {
    timer = null;
    store.set({ answer });
  }

  return {
    push(change) {
      answer = change(timer === null ? store.get().answer : answer);
      timer ??= setTimeout(flush, frameMs);
    },
    clear() {
      if (timer !== null) clearTimeout(timer);
      timer = null;
      answer = null;
    },
  };
}
