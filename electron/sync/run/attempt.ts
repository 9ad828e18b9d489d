/** Writes that belong to no step and no command, so that nobody would catch what they throw: it would end the sync worker. In that worker. */
import { codeOf, failureOf } from './failure-kind.ts';
import type { Timers } from './timers.ts';

const AGAIN_MS = 30_000;

/**
 * `work` now, or later: while there is no room on the disk or somebody else holds the database, it is done again, until it is done or the device
 * is stopped. What else it throws is a defect or damage, and is thrown. Never inside a transaction: SQLite may roll all of it back when the disk
 * is full, and whoever began it would not know.
 */
export function attempt(timers: Timers, stopped: AbortSignal, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!passes(error)) throw error;
    timers.after(AGAIN_MS, () => {
      if (!stopped.aborted) attempt(timers, stopped, work);
    });
  }
}

function passes(error: unknown): boolean {
  const code = codeOf(error);
  return (
    failureOf(error).kind === 'diskFull' ||
    code?.startsWith('SQLITE_BUSY') === true ||
    code?.startsWith('SQLITE_LOCKED') === true
  );
}
