/** What time it is comes in as a parameter everywhere, so that a simulation can own it. */

export type Clock = { /** Milliseconds since 1970. */ now(): number };

/** How far a device's clock may be from the cloud's before it stops writing. */
export const MAX_CLOCK_SKEW_MS = 5 * 60_000;

export function clockIsWrong(deviceMs: number, cloudMs: number): boolean {
  return Math.abs(deviceMs - cloudMs) > MAX_CLOCK_SKEW_MS;
}
