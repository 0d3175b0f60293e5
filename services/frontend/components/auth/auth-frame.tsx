import type { ReactNode } from "react";
import { Brand } from "../ui/brand.tsx";
import styles from "./auth.module.css";

export function AuthFrame({ children }: { children: ReactNode }) {
  return (
    <div className={styles.frame}>
      <header className={styles.brand}>
        <Brand />
      </header>
      <main className={styles.card}>{children}</main>
    </div>
  );
}
