/**
 * The first version number in a text, as in "v3.259.0" or "Docker version 26.1.5, build …".
 * @param {string} text
 * @returns {string | undefined} three numbers, without a "v"
 */
export function findVersion(text) {
  const [, major, minor, patch] = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(text) ?? [];
  return major === undefined ? undefined : `${major}.${minor}.${patch ?? 0}`;
}

/**
 * @param {string} version
 * @param {string} least
 */
export function isAtLeast(version, least) {
  const [have, want] = [version, least].map((text) => text.split(".").map(Number));
  for (const [i, number] of (want ?? []).entries()) {
    const mine = have?.[i] ?? 0;
    if (mine !== number) {
      return mine > number;
    }
  }
  return true;
}
