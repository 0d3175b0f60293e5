import type { Metadata } from "next";
import Link from "next/link";
import { FullPage } from "../components/ui/full-page.tsx";

export const metadata: Metadata = { title: "Page not found · Todo" };

export default function NotFound() {
  return (
    <FullPage title="Page not found">
      <p>There is nothing at this address.</p>
      <p>
        <Link href="/chat">Go to your tasks</Link>
      </p>
    </FullPage>
  );
}
