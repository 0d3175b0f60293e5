import { join } from "node:path";
import type { NextConfig } from "next";

const repositoryRoot = join(__dirname, "../..");

/** Headers of every answer. The content security policy needs a nonce per request: see `proxy.ts`. */
const securityHeaders = [
  { key: "X-Content-Type-Options", value: "nosniff" },
  { key: "X-Frame-Options", value: "DENY" },
  { key: "Referrer-Policy", value: "same-origin" },
  { key: "Cross-Origin-Opener-Policy", value: "same-origin" },
  // Browsers believe it over https only, so it does no harm where there is none.
  { key: "Strict-Transport-Security", value: "max-age=31536000; includeSubDomains" },
  { key: "Permissions-Policy", value: "camera=(), microphone=(), geolocation=(), payment=(), usb=()" },
];

/** Files are no pages: opened by themselves they do nothing. The icon has styles of its own. */
const filePolicy = [
  {
    key: "Content-Security-Policy",
    value: "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'",
  },
];

const config: NextConfig = {
  output: "standalone",
  outputFileTracingRoot: repositoryRoot,
  turbopack: { root: repositoryRoot },
  // Only `next/image` needs sharp and its parts, and we show no images: half of the server. Said from this folder on.
  outputFileTracingExcludes: {
    "*": ["sharp", "@img", "detect-libc", "semver"].map((name) => `../../node_modules/${name}/**/*`),
  },
  images: { unoptimized: true },
  transpilePackages: ["@todo/contract"],
  reactStrictMode: true,
  poweredByHeader: false,
  headers: async () => [
    { source: "/:path*", headers: securityHeaders },
    { source: "/_next/static/:path*", headers: filePolicy },
    { source: "/icon.svg", headers: filePolicy },
  ],
};

export default config;
