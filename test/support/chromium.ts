import { existsSync } from "node:fs";

const PLACES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/snap/bin/chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
  "C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe",
  "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe",
];

/** The browser that the stories use: the one that CHROMIUM_PATH names, otherwise one that is installed. */
export function findChromium(env: NodeJS.ProcessEnv): string | undefined {
  const chosen = env["CHROMIUM_PATH"]?.trim();
  return chosen ? [chosen].find(existsSync) : PLACES.find(existsSync);
}
