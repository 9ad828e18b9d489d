/** The zone protocol's numbers (SPEC ZON-2). */
export const MOST_OPERATIONS = 400;
export const LARGEST_PUSH = 2 * 1024 * 1024;
export const LARGEST_RECORD = 256 * 1024;
/** Every device there ever was writes 41 bytes (shared/crypto/records.ts). They are free, and so no place to store things. */
export const LARGEST_PROOF = 64;
/** Over quota, a record that is there may still grow by less than this at a time. */
export const FREE_GROWTH = 1_024;
/**
 * And all of them together by so much for each: a message that goes to Recently Deleted grows by some 60 bytes, and all of them may
 * go there.
 */
const FREE_GROWTH_PER_ROW = 128;
const LEAST_FREE_GROWTH = 1024 ** 2;
export const mostFreeGrowth = (rows: number): number =>
  Math.max(LEAST_FREE_GROWTH, rows * FREE_GROWTH_PER_ROW);
/** What a row costs beside its ciphertext, roughly: the rows of an account are limited by it (docs/decisions/0022). */
const ROW_BYTES = 256;
const FEWEST_ROWS = 10_000;
export const mostRows = (quotaBytes: number): number =>
  Math.max(FEWEST_ROWS, Math.floor(quotaBytes / ROW_BYTES));
export const MOST_FETCHED = 400;
export const DEFAULT_QUOTA = 5 * 1024 ** 3;
export const HIGHEST_HINT = 0xffff_ffff;
/** Devices give conversations the highest hint and reading states the one below, so that both can be counted apart from messages. */
export const READING_HINT = HIGHEST_HINT - 1;
/** Of either no more are counted: nobody has so many, and a zone filled with them must not hold the cloud up. */
export const MOST_COUNTED = 100_000;
/** What a push's conflicts may bring back together; beyond it the push is refused as too large, and halved. */
export const LARGEST_ANSWER = 16 * 1024 * 1024;
