import styles from "./brand.module.css";

export function Brand() {
  return (
    <span className={styles.brand}>
      <svg aria-hidden="true" width="28" height="28" viewBox="0 0 32 32">
        <rect className={styles.tile} width="32" height="32" rx="9" />
        <path className={styles.mark} d="M9 16.5l4.6 4.6L23 11.6" />
      </svg>
      Todo
    </span>
  );
}
