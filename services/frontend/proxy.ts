import { type NextRequest, NextResponse } from "next/server";
import { contentSecurityPolicy } from "./lib/server/content-security-policy.ts";

/**
 * Runs before every page. It decides nothing about who may see what (that is the backend's alone): it gives each
 * answer its own content security policy, and tells the page its own path.
 */
export function proxy(request: NextRequest): NextResponse {
  // Pages take no input. A form that was submitted before its script had loaded comes back as the empty form.
  if (request.method !== "GET" && request.method !== "HEAD") {
    return NextResponse.redirect(new URL(request.nextUrl.pathname, request.url), 303);
  }

  const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64");
  const policy = contentSecurityPolicy(nonce, process.env.NODE_ENV === "development");

  const headers = new Headers(request.headers);
  // Next takes the nonce for its own scripts from here.
  headers.set("content-security-policy", policy);
  headers.set("x-path", request.nextUrl.pathname);

  const response = NextResponse.next({ request: { headers } });
  response.headers.set("content-security-policy", policy);
  return response;
}

export const config = { matcher: ["/((?!api/|mcp$|_next/static/|icon.svg).*)"] };
