import { redirect } from "next/navigation";
import type { ReactNode } from "react";
import { AuthFrame } from "../../components/auth/auth-frame.tsx";
import { checkSession } from "../../lib/server/session.ts";

export default async function AuthLayout({ children }: { children: ReactNode }) {
  if ((await checkSession()).state === "signed-in") redirect("/chat");
  return <AuthFrame>{children}</AuthFrame>;
}
