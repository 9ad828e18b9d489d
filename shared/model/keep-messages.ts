/**
 * Keep Messages: how long messages are kept, and from when on. Pure (SPEC KEEP-*).
 *
 * A shortening takes effect a day after it was asked for; until then what held before holds, so that whoever did not mean it has a day
 * on any device to take it back. A lengthening takes effect at once.
 */

export type Keep = {
  /** Forever: 0. */
  days: number;
  /** From then on. */
  effectiveMs: number;
  /** What holds until then. Forever: 0. */
  beforeDays: number;
};

/** What a person can choose; 0 is forever. Any other number is a newer app's, which this one leaves alone. */
export const KEEP_DAYS = [0, 365, 30] as const;
export type KeepDays = (typeof KEEP_DAYS)[number];

export const FOREVER: Keep = { days: 0, effectiveMs: 0, beforeDays: 0 };
export const DAY_MS = 24 * 60 * 60 * 1000;
/** A shortening waits so long. */
export const NOTICE_MS = 24 * 60 * 60 * 1000;

/** How long messages are kept at that moment. */
export function daysInForce(keep: Keep, nowMs: number): number {
  return nowMs < keep.effectiveMs ? keep.beforeDays : keep.days;
}

export function isShorter(days: number, than: number): boolean {
  return (days || Number.POSITIVE_INFINITY) < (than || Number.POSITIVE_INFINITY);
}

/** The setting after a person has chosen `days` at that moment. The same object where that changes nothing. */
export function chooseKeep(keep: Keep, days: KeepDays, nowMs: number): Keep {
  if (days === keep.days) return keep;
  const now = daysInForce(keep, nowMs);
  return isShorter(days, now)
    ? { days, effectiveMs: nowMs + NOTICE_MS, beforeDays: now }
    : { days, effectiveMs: nowMs, beforeDays: days };
}

/**
 * Up to when messages are expired: those accepted before that moment. Null: none are. `agreedMs` is the earlier of the cloud's time and
 * the device's, so that one wrong clock expires nothing.
 */
export function expiredBefore(keep: Keep, agreedMs: number): number | null {
  const days = daysInForce(keep, agreedMs);
  return isKnown(days) && days > 0 ? agreedMs - days * DAY_MS : null;
}

/** As many days as this version lets a person choose. */
export function isKnown(days: number): days is KeepDays {
  return KEEP_DAYS.some((known) => known === days);
}
