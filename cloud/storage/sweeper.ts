/**
 * Deleted ciphertext is overwritten in the database at once (secure_delete) but stays in the WAL until that is emptied. The
 * sweeper empties it shortly after a delete, once for many (SPEC ZON-6).
 */
import { within } from '../../shared/trace.ts';
import type { Timers } from '../events/hub.ts';
import type { Database } from './database.ts';

const SWEEP_AFTER_MS = 1_000;
/** The disk is full, or somebody reads for long, a backup for instance. */
const SWEEP_AGAIN_MS = 60_000;

export const createSweeper = (db: Database, timers: Timers) => {
  let timer: unknown;
  const sweep = (afterMs: number): void => {
    timer ??= timers.set(() => {
      timer = undefined;
      if (!within('sweep', () => db.checkpoint())) sweep(SWEEP_AGAIN_MS);
    }, afterMs);
  };
  return {
    soon: () => sweep(SWEEP_AFTER_MS),
    stop(): void {
      if (timer !== undefined) timers.clear(timer);
      timer = undefined;
    },
  };
};
