/** Randomness comes in as a parameter everywhere, so that a simulation can repeat itself. This is the real one. */

/** `n` fresh random bytes that belong to the caller. */
export type Random = (n: number) => Uint8Array;

declare const crypto: { getRandomValues<T extends Uint8Array>(into: T): T };

const POOL_BYTES = 16_384;
let pool: Uint8Array | undefined;
let used = 0;

/** The operating system's randomness, fetched 16 KiB at a time: a nonce a record would cost more than its encryption. */
export const systemRandom: Random = (n) => {
  if (!Number.isInteger(n) || n < 0) throw new RangeError(`Cannot give ${n} random bytes.`);
  if (n > 1024) {
    const bytes = new Uint8Array(n);
    for (let at = 0; at < n; at += 65_536)
      crypto.getRandomValues(bytes.subarray(at, Math.min(n, at + 65_536)));
    return bytes;
  }
  if (pool === undefined || used + n > POOL_BYTES) {
    pool = crypto.getRandomValues(new Uint8Array(POOL_BYTES));
    used = 0;
  }
  const bytes = pool.slice(used, used + n);
  pool.fill(0, used, used + n);
  used += n;
  return bytes;
};
