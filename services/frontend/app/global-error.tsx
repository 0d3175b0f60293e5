"use client";

import { Button } from "../components/ui/button.tsx";
import { FullPage } from "../components/ui/full-page.tsx";
import "./globals.css";

/** Stands in for the root layout when that itself fails; without it Next shows its own page, with inline styles. */
export default function GlobalError() {
  return (
    <html lang="en">
      <body>
        <title>Something went wrong · Todo</title>
        <FullPage title="Something went wrong">
          <p>The page could not be shown. Your tasks are safe on the server.</p>
          <Button onClick={() => location.reload()}>Reload</Button>
        </FullPage>
      </body>
    </html>
  );
}
