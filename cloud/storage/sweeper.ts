/**
 * Deleted ciphertext is overwritten in the database at once (secure_delete) but stays in the WAL until that is emptied. The
 * sweeper empties it shortly after a delete, once for many (SPEC ZON-6).
 */
import type { Timers } from '../events/hub.ts';
import type { Database } from './database.ts';

export const SWEEP_AFTER_MS = 1_000;

export const createSweeper = (db: Database, timers: Timers) => {
  let timer: unknown;
  return {
    soon(): void {
      timer ??= timers.set(() => {
        timer = undefined;
        db.checkpoint();
      }, SWEEP_AFTER_MS);
    },
    stop(): void {
      if (timer !== undefined) timers.clear(timer);
      timer = undefined;
    },
  };
};
