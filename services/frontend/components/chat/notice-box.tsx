import type { Notice } from "@todo/contract/message";
import { Button } from "../ui/button.tsx";
import styles from "./notice-box.module.css";

/** Why an answer ended early, and what one can do. */
export function NoticeBox({ notice, onRetry }: { notice: Notice; onRetry: (() => void) | null }) {
  return (
    <div className={styles.notice}>
      <p>{notice.message}</p>
      {notice.retry && onRetry !== null && (
        <Button variant="plain" small onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}
