import type { ReactNode } from "react";
import styles from "./full-page.module.css";

/** A page that says one thing. */
export function FullPage({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className={styles.page}>
      <h1>{title}</h1>
      {children}
    </main>
  );
}
