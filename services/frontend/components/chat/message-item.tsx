"use client";

import type { MessagePart } from "@todo/contract/message";
import { memo } from "react";
import type { ChatSession } from "../../lib/chat/session.ts";
import type { Row } from "../../lib/chat/state.ts";
import { targetOfAnswer, type UndoTarget } from "../../lib/chat/undos.ts";
import { formatMoment } from "../../lib/dates.ts";
import { toolOutputOf, unlistedIn } from "../../lib/receipts.ts";
import { useStore } from "../../lib/store.ts";
import { Icon } from "../ui/icon.tsx";
import styles from "./message-item.module.css";
import { MessageText } from "./message-text.tsx";
import { NoticeBox } from "./notice-box.tsx";
import { ToolCall } from "./tool-call.tsx";
import { UndoButton } from "./undo-button.tsx";

type Props = Row & { session: ChatSession; isLast: boolean };

/** One message. Memoised: a long log is not drawn anew for each word of its last answer. */
export const MessageItem = memo(function MessageItem(props: Props) {
  const { session, role, parts, status, runId, createdAt, isLast } = props;
  const { undos } = session;
  const state = useStore(undos);
  const outputs = parts.flatMap((part) => (part.type === "dynamic-tool" ? (toolOutputOf(part.output) ?? []) : []));
  const changes = outputs.flatMap((output) => output.changes);
  const unlisted = outputs.reduce((sum, output) => sum + unlistedIn(output), 0);
  const target = status === "streaming" ? null : targetOfAnswer(state, runId, changes, unlisted);

  function show(part: MessagePart, key: number) {
    switch (part.type) {
      case "text":
        return part.text === "" ? null : <MessageText key={key} text={part.text} />;
      case "dynamic-tool":
        return (
          <ToolCall
            key={part.toolCallId}
            part={part}
            status={status}
            runId={runId}
            undos={undos}
            onDecide={session.decide}
          />
        );
      case "data-notice":
        return (
          <NoticeBox
            key={key}
            notice={part.data}
            onRetry={isLast && runId !== null ? () => void session.retry(runId) : null}
          />
        );
      default:
        return null;
    }
  }

  return (
    <article className={styles.message} data-role={role} data-status={status}>
      <h2 className="visually-hidden">
        {role === "user" ? "You" : "Assistant"}
        {createdAt !== null && `, ${formatMoment(createdAt)}`}
      </h2>
      <div className={styles.body}>{parts.map(show)}</div>
      {status === "sending" && <p className={styles.status}>Sending…</p>}
      {status === "stopped" && role === "assistant" && <p className={styles.status}>Stopped.</p>}
      {target !== null && (
        <UndoButton store={undos} target={target} className={styles.undoAll}>
          <Icon name="undo" size={16} /> {wordsFor(target, changes.length + unlisted)}
        </UndoButton>
      )}
    </article>
  );
});

function wordsFor({ redo, total }: UndoTarget, all: number): string {
  if (redo) return "Redo all changes";
  if (all === 1) return "Undo this change";
  return total < all ? `Undo the other ${total} changes` : `Undo all ${all} changes`;
}
