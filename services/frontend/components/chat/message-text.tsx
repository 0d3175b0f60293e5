import { linkify } from "../../lib/linkify.ts";
import styles from "./message-text.module.css";

/** What someone wrote, as it is: React puts it in as text, and only http(s) addresses become links. */
export function MessageText({ text }: { text: string }) {
  return (
    <p className={styles.text}>
      {linkify(text.trim()).map((piece, i) =>
        piece.type === "text" ? (
          piece.text
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of a text never change places.
          <a key={i} href={piece.href} target="_blank" rel="noopener noreferrer nofollow">
            {piece.text}
          </a>
        ),
      )}
    </p>
  );
}
