/** Numbers that a seed decides, so that a round can be played again. */
export type Random = {
  /** At least `from`, less than `to`. */
  between: (from: number, to: number) => number;
  chance: (probability: number) => boolean;
  /** A generator of its own, for what runs beside. */
  fork: () => Random;
};

/** Mulberry32: small, and good enough to pick moments. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    between: (from, to) => from + Math.floor(next() * (to - from)),
    chance: (probability) => next() < probability,
    fork: () => createRandom(Math.floor(next() * 2 ** 32)),
  };
}
