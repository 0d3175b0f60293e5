import { request } from "./http.ts";

export type SessionUser = { id: string; name: string; email: string };
export type DeviceSession = {
  token: string;
  createdAt: string;
  updatedAt: string;
  ipAddress?: string | null;
  userAgent?: string | null;
};

/** Makes an account. Where sign-up does not tell whether the address was free, signing in decides. */
export async function signUp(account: { name: string; email: string; password: string }): Promise<void> {
  const answer = await request<{ token: string | null } | null>("POST", "/api/auth/sign-up/email", account);
  if (!answer?.token) await signIn({ email: account.email, password: account.password });
}

export function signIn(credentials: { email: string; password: string }): Promise<void> {
  return request("POST", "/api/auth/sign-in/email", credentials);
}

export function signOut(): Promise<void> {
  return request("POST", "/api/auth/sign-out", {});
}

/** Who is signed in; also prolongs the session's cookie. */
export function getSession(): Promise<{ session: { token: string }; user: SessionUser } | null> {
  return request("GET", "/api/auth/get-session");
}

export function changePassword(currentPassword: string, newPassword: string): Promise<void> {
  return request("POST", "/api/auth/change-password", { currentPassword, newPassword, revokeOtherSessions: true });
}

export function listSessions(): Promise<DeviceSession[]> {
  return request("GET", "/api/auth/list-sessions");
}

export function revokeSession(token: string): Promise<void> {
  return request("POST", "/api/auth/revoke-session", { token });
}

export function revokeOtherSessions(): Promise<void> {
  return request("POST", "/api/auth/revoke-other-sessions", {});
}

export function deleteUser(password: string): Promise<void> {
  return request("POST", "/api/auth/delete-user", { password });
}
