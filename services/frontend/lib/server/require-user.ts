import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { checkSession, type User } from "./session.ts";

/** The signed-in user, null while the backend is away. Without a session it leads to the sign-in page. */
export async function requireUser(): Promise<User | null> {
  const session = await checkSession();
  if (session.state === "unavailable") return null;
  if (session.state === "signed-in") return session.user;
  const path = (await headers()).get("x-path") ?? "/chat";
  redirect(path === "/chat" ? "/sign-in" : `/sign-in?next=${encodeURIComponent(path)}`);
}
