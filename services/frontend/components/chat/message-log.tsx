"use client";

import type { ChatSession } from "../../lib/chat/session.ts";
import type { ChatState, Row } from "../../lib/chat/state.ts";
import { useStickyScroll } from "../../lib/use-sticky-scroll.ts";
import { Button, IconButton } from "../ui/button.tsx";
import { MessageItem } from "./message-item.tsx";
import styles from "./message-log.module.css";

type Props = { session: ChatSession; state: ChatState; rows: Row[] };

/**
 * The messages, the newest at the foot. `aria-live` is off since a growing answer would be read out at every word:
 * `useAnnouncement` says it by the sentence.
 */
export function MessageLog({ session, state, rows }: Props) {
  const { ref, onScroll, isAtEnd, toEnd } = useStickyScroll(rows);
  const isThinking = state.activity === "answering" && rows.at(-1)?.role !== "assistant";

  return (
    <div className={styles.frame}>
      <div
        ref={ref}
        className={styles.log}
        onScroll={onScroll}
        role="log"
        aria-label="Messages"
        aria-live="off"
        aria-busy={state.activity === "answering"}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard.
        tabIndex={0}
      >
        <div className={styles.column}>
          {state.olderCursor !== null && (
            <Button variant="quiet" small className={styles.older} onClick={() => void session.loadOlder()}>
              Show earlier messages
            </Button>
          )}
          {state.phase === "loading" && <p className={styles.note}>Loading messages…</p>}
          {state.phase === "missing" && <p className={styles.note}>This chat does not exist, or it was deleted.</p>}
          {state.phase === "failed" && (
            <div className={styles.note}>
              <p>The messages could not be loaded.</p>
              <Button variant="plain" small onClick={session.activate}>
                Try again
              </Button>
            </div>
          )}
          {rows.map((row, i) => (
            <MessageItem
              key={row.id}
              session={session}
              id={row.id}
              role={row.role}
              parts={row.parts}
              status={row.status}
              runId={row.runId}
              createdAt={row.createdAt}
              isLast={i === rows.length - 1}
            />
          ))}
          {isThinking && (
            <p className={styles.thinking}>
              <span className="visually-hidden">The assistant is thinking</span>
            </p>
          )}
        </div>
      </div>
      {!isAtEnd && (
        <IconButton className={styles.jump} icon="down" label="Jump to the newest message" onClick={toEnd} />
      )}
    </div>
  );
}
