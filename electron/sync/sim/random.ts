/** Seeded randomness of a simulation: the same seed gives the same run. Never for keys of real people. */
export type SeededRandom = {
  /** 0 <= x < 1. */
  next(): number;
  /** 0 <= n < below. */
  below(below: number): number;
  chance(probability: number): boolean;
  pick<T>(from: readonly T[]): T;
  /** One of `from`, each as likely as its weight says. */
  weighted<T extends { weight: number }>(from: readonly T[]): T;
  bytes(length: number): Uint8Array;
  /** An independent stream. */
  fork(): SeededRandom;
};

/** Of a seed and a number another seed, so that one part of a run may be left out without moving the others. */
export function derived(seed: number, part: number): number {
  let h = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(part + 0x7f4a7c15, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 16), 0x21f0aaad);
  h = Math.imul(h ^ (h >>> 15), 0x735a2d97);
  return (h ^ (h >>> 15)) >>> 0;
}

/** mulberry32. */
export function seeded(seed: number): SeededRandom {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const random: SeededRandom = {
    next,
    below: (below) => Math.floor(next() * below),
    chance: (probability) => next() < probability,
    pick: (from) => {
      const picked = from[Math.floor(next() * from.length)];
      if (picked === undefined) {
        throw new RangeError('Nothing to pick from.');
      }
      return picked;
    },
    weighted: (from) => {
      let left = next() * from.reduce((sum, { weight }) => sum + weight, 0);
      for (const one of from) {
        left -= one.weight;
        if (left < 0) return one;
      }
      return random.pick(from);
    },
    bytes: (length) => {
      const bytes = new Uint8Array(length);
      for (let at = 0; at < length; at += 1) bytes[at] = next() * 256;
      return bytes;
    },
    fork: () => seeded(Math.floor(next() * 4_294_967_296)),
  };
  return random;
}
