import styles from "./workspace.module.css";
import type { Panel } from "./workspace.tsx";

type Props = {
  panel: Panel;
  openCount: string | null;
  /** How many approvals wait among the tasks. */
  asked: number;
  onChange: (panel: Panel) => void;
};

/** Chat or tasks, where there is no room for both. */
export function PanelSwitch({ panel, openCount, asked, onChange }: Props) {
  return (
    <fieldset className={styles.switch} aria-label="Panel">
      <button type="button" aria-pressed={panel === "chat"} onClick={() => onChange("chat")}>
        Chat
      </button>
      <button type="button" aria-pressed={panel === "tasks"} onClick={() => onChange("tasks")}>
        Tasks{" "}
        {openCount !== null && (
          <span className={styles.count}>
            {openCount}
            <span className="visually-hidden"> open</span>
          </span>
        )}
        {asked > 0 && (
          <span className={styles.asked}>
            {asked}
            <span className="visually-hidden"> to approve</span>
          </span>
        )}
      </button>
    </fieldset>
  );
}
