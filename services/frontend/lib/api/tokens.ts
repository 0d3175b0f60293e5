import type { ApiToken, ApiTokenList, MadeApiToken, NewApiToken } from "@todo/contract";
import { repeated, request } from "./http.ts";

export async function listTokens(): Promise<ApiToken[]> {
  const { items } = await request<ApiTokenList>("GET", "/api/tokens");
  return items;
}

/** Makes a token. The answer is the only one that holds it. */
export function makeToken(token: NewApiToken): Promise<MadeApiToken> {
  return request("POST", "/api/tokens", token);
}

export function revokeToken(id: string): Promise<void> {
  return repeated(() => request("DELETE", `/api/tokens/${id}`));
}
