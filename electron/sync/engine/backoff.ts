/** How long to wait after a failure: doubling, with jitter, never less than what the cloud asked for (SPEC SYN-12). */
const FIRST_MS = 500;
const LONGEST_MS = 60_000;

export function waitAfter(failures: number, retryAfterMs: number, jitter: number): number {
  const doubling = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 10));
  const spread = doubling * (0.5 + jitter / 2);
  // A whole office must not come back at the same moment either: Retry-After is stretched, never shortened.
  return Math.round(Math.max(spread, retryAfterMs * (1 + jitter * 0.25)));
}
