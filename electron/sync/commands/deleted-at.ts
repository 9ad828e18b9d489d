import { msFromStamp } from '../../../shared/clock/hlc.ts';
import { getMeta, setMeta } from '../../store/meta.ts';
import type { Store } from '../../store/open.ts';
import type { StepContext } from '../context.ts';
import { CLOCK_TOLERANCE_MS } from '../engine/state.ts';

/**
 * Something was deleted by a clock that was behind what this device had stamped: nobody can say when that was. Holds the first such date, in
 * milliseconds: what was deleted before has an earlier one.
 */
const DOUBT = 'deletedByClockBehind';

/**
 * When something was deleted: where the cloud has not said the time since this device began, never before what it has stamped already. A clock that
 * was set back by a year, before anybody has noticed, must not make the thirty days over at once (SPEC SYN-28). That it was behind is
 * noted: the last stamp may be old as well (SYN-98).
 */
export function deletedAt(ctx: StepContext): number {
  const nowMs = ctx.writeClock.now();
  // Then it is not behind, and what is stamped may be ahead for a year yet, of a clock that was ahead once.
  if (ctx.writeClock.isHeard()) return nowMs;
  const stampedMs = msFromStamp(ctx.hlc.last);
  if (nowMs < stampedMs - CLOCK_TOLERANCE_MS) doubt(ctx.store, stampedMs);
  return Math.max(nowMs, stampedMs);
}

/** What is deleted, or was, and dated from then on may be misdated. A date that is held already stays. */
export function doubt(store: Store, sinceMs: number): void {
  if (doubtedSince(store) === null) setMeta(store, DOUBT, String(sinceMs));
}

/** The date from which on deletes of this device may be misdated; null: none. */
export function doubtedSince(store: Store): number | null {
  const since = getMeta(store, DOUBT);
  return since === null ? null : Number(since);
}

export const forgetDoubt = (store: Store): void => setMeta(store, DOUBT, null);
