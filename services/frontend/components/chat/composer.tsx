"use client";

import { limits } from "@todo/contract/limits";
import { type FormEvent, type KeyboardEvent, useEffect, useId, useLayoutEffect, useRef } from "react";
import type { ChatSession } from "../../lib/chat/session.ts";
import type { ChatState } from "../../lib/chat/state.ts";
import { Icon } from "../ui/icon.tsx";
import styles from "./composer.module.css";

/** From here on one is told how much room is left. */
const tellFrom = limits.messageCharacters * 0.9;
const tallestPx = 200;

export function Composer({ session, state }: { session: ChatSession; state: ChatState }) {
  const { draft, activity, stopping } = state;
  const input = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  const isBusy = activity !== "idle";
  const length = draft.text.length;
  const isTooLong = length > limits.messageCharacters;

  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows the text.
  useLayoutEffect(() => {
    const element = input.current;
    if (element === null) return;
    // By script: `field-sizing` is not known everywhere yet.
    element.style.height = "auto";
    element.style.height = `${Math.min(element.scrollHeight, tallestPx)}px`;
  }, [draft.text]);

  useEffect(() => {
    // On a touch screen the keyboard would cover half of what one came to read.
    if (matchMedia("(pointer: fine)").matches) input.current?.focus();
  }, []);

  function send(event: FormEvent | KeyboardEvent): void {
    event.preventDefault();
    if (!isBusy && !isTooLong) void session.send(draft.text);
  }

  function onKeyDown(event: KeyboardEvent): void {
    // Enter also ends the composition of a word, in Safari just after `isComposing` went off (key code 229).
    const composes = event.nativeEvent.isComposing || event.keyCode === 229;
    if (event.key === "Enter" && !event.shiftKey && !composes) send(event);
  }

  return (
    <form className={styles.composer} method="post" onSubmit={send}>
      <label className="visually-hidden" htmlFor={id}>
        Message
      </label>
      <textarea
        ref={input}
        id={id}
        name="text"
        rows={1}
        className={styles.input}
        placeholder="Add a task or ask what's due…"
        value={draft.text}
        aria-describedby={length > tellFrom ? `${id}-length` : undefined}
        aria-invalid={isTooLong || undefined}
        onChange={(event) => session.setDraft(event.target.value)}
        onKeyDown={onKeyDown}
      />
      {isBusy ? (
        <button
          type="button"
          className={styles.send}
          aria-label="Stop"
          title="Stop (Escape)"
          disabled={stopping}
          onClick={() => void session.stop()}
        >
          <span className={styles.stop} />
        </button>
      ) : (
        <button
          type="submit"
          className={styles.send}
          aria-label="Send"
          title="Send (Enter)"
          disabled={draft.text.trim() === "" || isTooLong}
        >
          <Icon name="send" />
        </button>
      )}
      {length > tellFrom && (
        <p id={`${id}-length`} className={styles.length} role="status" data-too-long={isTooLong || undefined}>
          {isTooLong
            ? `Too long by ${(length - limits.messageCharacters).toLocaleString("en")} characters.`
            : `${(limits.messageCharacters - length).toLocaleString("en")} characters left.`}
        </p>
      )}
    </form>
  );
}
