"use client";

import type { MessagePart } from "@todo/contract/message";
import { useEffect, useRef, useState } from "react";
import type { Row } from "./chat/state.ts";
import { sentenceOf, toolOutputOf, unlistedIn } from "./receipts.ts";
import { endOfSentences } from "./sentences.ts";

/**
 * What a screen reader should say now: the growing answer sentence by sentence, each once. An answer that was there
 * when the page opened is not read out.
 */
export function useAnnouncement(rows: Row[]): string {
  const [announcement, setAnnouncement] = useState("");
  const heard = useRef({ id: "", upTo: 0 });
  const last = rows.at(-1);

  useEffect(() => {
    if (last === undefined || last.role !== "assistant") return;
    const isGrowing = last.status === "streaming";
    if (heard.current.id !== last.id) {
      if (!isGrowing) return;
      heard.current = { id: last.id, upTo: 0 };
    }
    const text = spokenText(last.parts);
    const { upTo } = heard.current;
    const end = isGrowing ? endOfSentences(text, upTo) : text.length;
    if (end > upTo) setAnnouncement(text.slice(upTo, end).trim());
    // An answer that is told anew gets shorter first; what was said once is not said again.
    heard.current.upTo = Math.max(upTo, end);
  }, [last]);

  return announcement;
}

/** An answer as one hears it: its words, what it did, what it asks for. */
export function spokenText(parts: MessagePart[]): string {
  return parts.map((part) => spokenPart(part)).join("");
}

function spokenPart(part: MessagePart): string {
  switch (part.type) {
    case "text":
      return part.state === "done" ? `${part.text}\n` : part.text;
    case "data-notice":
      return `${part.data.message}\n`;
    case "dynamic-tool": {
      const asks = part.approval === undefined ? "" : "The assistant asks for your approval.\n";
      const output = toolOutputOf(part.output);
      const unlisted = output === null ? 0 : unlistedIn(output);
      const more = unlisted > 0 ? `And ${unlisted} more.\n` : "";
      return asks + (output?.changes ?? []).map((change) => `${sentenceOf(change)}.\n`).join("") + more;
    }
    default:
      return "";
  }
}
