/**
 * What becomes of blobs by itself (SPEC BLB-18 to BLB-20): uses that hold until a time end then, and the chunks of a dead blob
 * leave the database file in slices, as the records of a purged zone do.
 */
import { sql } from 'kysely';
import type { Timers } from '../events/hub.ts';
import type { Log } from '../http/log.ts';
import type { CloudSizes } from '../sizes.ts';
import { createChores } from '../storage/chores.ts';
import type { Database } from '../storage/database.ts';
import { type BlobUses, createBlobUses } from './uses.ts';

export type BlobKeeper = { uses: BlobUses; settle(): void; stop(): void };

type Parts = {
  db: Database;
  sizes: CloudSizes;
  timers: Timers;
  now: () => number;
  log: Log;
  emptied: () => void;
};

export const deadQuery = (db: Database) =>
  db.sql.selectFrom('blob').select('no').where('id', 'is', null).orderBy('no').limit(1);

export const createBlobKeeper = ({ db, sizes, timers, now, log, emptied }: Parts): BlobKeeper => {
  const uses = createBlobUses({
    db,
    now,
    holdsUntil: (time) => chores.at(time),
    died: () => chores.sliceSoon(),
  });

  /** A few chunks of one dead blob, the last ones first: what is left is a blob from its beginning, at every moment. */
  const slice = (): boolean =>
    db.transaction((write) => {
      const blob = write.first(deadQuery(db));
      if (blob === undefined) return false;
      const chunks = write.all(
        db.sql
          .selectFrom('blob_chunk')
          .select('chunk')
          .where('blob', '=', blob.no)
          .orderBy('chunk', 'desc')
          .limit(sizes.deadChunks),
      );
      const first = chunks.at(-1);
      if (first === undefined) write.run(db.sql.deleteFrom('blob').where('no', '=', blob.no));
      else
        write.run(
          db.sql.deleteFrom('blob_chunk').where('blob', '=', blob.no).where('chunk', '>=', first.chunk),
        );
      return true;
    }, 'frees');

  const chores = createChores({
    timers,
    now,
    log,
    postponed: 'blobs_postponed',
    earliest: () => uses.earliest(db.read),
    carryOut: () => db.transaction((write) => uses.expire(write, sizes.endedUses), 'frees'),
    slice,
    emptied,
  });
  chores.start();
  if (
    db.read.first(db.sql.selectFrom('blob').select(sql<number>`1`.as('one')).where('id', 'is', null).limit(1))
  )
    chores.sliceSoon();
  return { uses, settle: chores.settle, stop: chores.stop };
};
