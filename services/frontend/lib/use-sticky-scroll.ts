"use client";

import { useLayoutEffect, useRef, useState } from "react";

/** This near to the end counts as being there. */
const nearPx = 80;

/**
 * Keeps a growing list at its end while one reads there, and where it is while one reads further up, also when older
 * items come in above.
 */
export function useStickyScroll(items: { id: string }[]) {
  const ref = useRef<HTMLDivElement>(null);
  const [isAtEnd, setIsAtEnd] = useState(true);
  const before = useRef({ firstId: "", lastId: "", height: 0, atEnd: true });

  useLayoutEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const firstId = items[0]?.id ?? "";
    const last = items.at(-1);
    const { current } = before;
    const isPrepended = current.firstId !== "" && current.firstId !== firstId && current.lastId === last?.id;
    if (isPrepended) element.scrollTop += element.scrollHeight - current.height;
    else if (current.atEnd) element.scrollTop = element.scrollHeight;
    before.current = { ...current, firstId, lastId: last?.id ?? "", height: element.scrollHeight };
  }, [items]);

  function onScroll(): void {
    const element = ref.current;
    if (element === null) return;
    const atEnd = element.scrollHeight - element.scrollTop - element.clientHeight < nearPx;
    before.current.atEnd = atEnd;
    setIsAtEnd(atEnd);
  }

  function toEnd(): void {
    ref.current?.scrollTo({ top: ref.current.scrollHeight, behavior: "smooth" });
    ref.current?.focus({ preventScroll: true });
  }

  return { ref, onScroll, isAtEnd, toEnd };
}
