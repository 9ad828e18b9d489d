/**
 * How long a send is remembered (SPEC MBX-1). What was remembered for long enough goes by itself, a little at a time: also in a
 * cloud to which nobody sends any more, and in one that is full, where nothing else would make that room again.
 */
import type { Timers } from '../events/hub.ts';
import type { Log } from '../http/log.ts';
import type { CloudSizes } from '../sizes.ts';
import { createChores } from '../storage/chores.ts';
import type { Database } from '../storage/database.ts';
import { forgetQuery, oldestSendQuery, oldSendsQuery } from './mailbox-queries.ts';

const SENDS_KEPT_MS = 30 * 24 * 3_600_000;

export type Remembered = {
  /** A send is remembered from this time on. */
  since(time: number): void;
  /** Forgets what is old enough. */
  settle(): void;
  stop(): void;
};

type Parts = { db: Database; sizes: CloudSizes; timers: Timers; now: () => number; log: Log };

export const createRemembered = ({ db, sizes, timers, now, log }: Parts): Remembered => {
  const endOf = (since: number): number => since + SENDS_KEPT_MS + 1;
  const chores = createChores({
    timers,
    now,
    log,
    postponed: 'sends_postponed',
    earliest: () => {
      const oldest = db.read.first(oldestSendQuery({}));
      return oldest === undefined ? Number.POSITIVE_INFINITY : endOf(oldest.created_ms);
    },
    carryOut: () =>
      db.transaction((write) => {
        const before = now() - SENDS_KEPT_MS;
        for (const { account, send_id } of write.all(oldSendsQuery({ before, limit: sizes.forgottenSends })))
          write.run(forgetQuery({ account, sendId: send_id }));
      }, 'frees'),
    slice: () => false,
    emptied: () => undefined,
  });
  chores.start();
  return { since: (time) => chores.at(endOf(time)), settle: chores.settle, stop: chores.stop };
};
