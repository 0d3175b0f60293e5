/** The policy of one page: only our own scripts, styles and connections, and nobody may frame it. */
export function contentSecurityPolicy(nonce: string, development: boolean): string {
  // React's development build evaluates strings, and the development server injects styles and opens a web socket.
  const scriptExtra = development ? " 'unsafe-eval'" : "";
  const style = development ? "'self' 'unsafe-inline'" : `'self' 'nonce-${nonce}'`;
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${scriptExtra}`,
    `style-src ${style}`,
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src 'self'${development ? " ws:" : ""}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
}
