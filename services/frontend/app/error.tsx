"use client";

import { Button } from "../components/ui/button.tsx";
import { FullPage } from "../components/ui/full-page.tsx";

export default function ErrorPage({ reset }: { reset: () => void }) {
  return (
    <FullPage title="Something went wrong">
      <title>Something went wrong · Todo</title>
      <p>The page could not be shown. Your tasks are safe on the server.</p>
      <Button onClick={reset}>Try again</Button>
    </FullPage>
  );
}
