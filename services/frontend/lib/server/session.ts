import { headers } from "next/headers";
import { backendUrl } from "./backend-url.ts";

export type User = { id: string; name: string; email: string };
export type SessionCheck = { state: "signed-in"; user: User } | { state: "signed-out" } | { state: "unavailable" };

/**
 * Asks the backend whose session the request carries. It only chooses which page to show: each request for data is
 * checked again by the backend.
 */
export async function checkSession(): Promise<SessionCheck> {
  const cookie = (await headers()).get("cookie");
  if (cookie === null) return { state: "signed-out" };
  try {
    // A page cannot pass on the cookie of a refreshed session; the browser asks for that by itself.
    const response = await fetch(backendUrl("/api/auth/get-session?disableRefresh=true"), {
      headers: { cookie },
      cache: "no-store",
      signal: AbortSignal.timeout(5_000),
    });
    if (response.status >= 500) return { state: "unavailable" };
    if (!response.ok) return { state: "signed-out" };
    const session: { user: User } | null = await response.json();
    if (session === null) return { state: "signed-out" };
    const { id, name, email } = session.user;
    return { state: "signed-in", user: { id, name, email } };
  } catch {
    return { state: "unavailable" };
  }
}
