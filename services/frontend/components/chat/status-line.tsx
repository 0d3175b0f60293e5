import type { ChatState } from "../../lib/chat/state.ts";
import styles from "./status-line.module.css";

type Props = { state: ChatState; connected: boolean; waits: boolean };

/** The state of things, above the message box: what went wrong, or that the connection is being made again. */
export function StatusLine({ state, connected, waits }: Props) {
  return (
    <>
      <div role="alert">{state.problem !== null && <p className={styles.problem}>{state.problem}</p>}</div>
      <div role="status">{statusText(state, connected, waits)}</div>
    </>
  );
}

function statusText({ reconnecting, stopping, activity }: ChatState, connected: boolean, waits: boolean) {
  if (reconnecting && activity === "sending") return <p className={styles.status}>Not sent yet. Reconnecting…</p>;
  if (reconnecting || !connected) return <p className={styles.status}>Connection lost. Reconnecting…</p>;
  if (stopping) return <p className={styles.status}>Stopping…</p>;
  if (waits) return <p className={styles.status}>The assistant waits for your decision.</p>;
  return null;
}
