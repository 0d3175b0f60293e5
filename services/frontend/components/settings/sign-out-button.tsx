"use client";

import { useState } from "react";
import { messageOf } from "../../lib/api/api-error.ts";
import { signOut } from "../../lib/api/auth.ts";
import { Button } from "../ui/button.tsx";
import styles from "./settings.module.css";

export function SignOutButton() {
  const [problem, setProblem] = useState<string | null>(null);

  async function leave(): Promise<void> {
    try {
      await signOut();
      // Drafts are nobody else's business. A whole new page, so that nothing of this one stays in memory.
      sessionStorage.clear();
      location.assign("/sign-in");
    } catch (error) {
      setProblem(messageOf(error));
    }
  }

  return (
    <div>
      <Button variant="plain" onClick={() => void leave()}>
        Sign out
      </Button>
      <div role="alert">{problem !== null && <p className={styles.error}>{problem}</p>}</div>
    </div>
  );
}
