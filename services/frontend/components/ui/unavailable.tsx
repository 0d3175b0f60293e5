"use client";

import { useEffect } from "react";
import { Button } from "./button.tsx";
import { FullPage } from "./full-page.tsx";

const everyMs = 3_000;

/** The backend does not answer: says so, and looks again until it does. */
export function Unavailable() {
  useEffect(() => {
    const timer = setInterval(async () => {
      const answer = await fetch("/api/auth/get-session", { cache: "no-store" }).catch(() => null);
      if (answer?.ok) location.reload();
    }, everyMs);
    return () => clearInterval(timer);
  }, []);

  return (
    <FullPage title="We'll be right back">
      <title>Not reachable · Todo</title>
      <p role="status">The server cannot be reached at the moment. This page comes back by itself as soon as it can.</p>
      <Button variant="plain" onClick={() => location.reload()}>
        Try now
      </Button>
    </FullPage>
  );
}
