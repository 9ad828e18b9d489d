/**
 * Carries purges out (SPEC ZON-15, ZON-16). When a zone's time has come, one transaction puts an empty zone of the next
 * generation in its place and gives its row a negative kind: from then on no call finds what was there. The records themselves
 * go in slices, so that a zone of millions holds nobody up; a cloud that is stopped in between goes on at its next start.
 *
 * A purge is on time: every call that looks at zones asks `settle` first, so nobody sees a zone, or undoes a purge, after its time.
 */
import { sql } from 'kysely';
import type { BlobUses } from '../blobs/uses.ts';
import type { Hub, Timers } from '../events/hub.ts';
import type { Log } from '../http/log.ts';
import type { CloudSizes } from '../sizes.ts';
import { createChores } from '../storage/chores.ts';
import type { Database } from '../storage/database.ts';
import { rememberEnded } from './purge.ts';
import { createZone, zonePosition } from './zone-row.ts';

export type Purger = {
  /** A purge is pending for this time; 0 is none. */
  at(time: number): void;
  /** Carries out what is due now. */
  settle(): void;
  stop(): void;
};

type Parts = {
  db: Database;
  sizes: CloudSizes;
  hub: Hub;
  blobs: BlobUses;
  timers: Timers;
  now: () => number;
  log: Log;
  emptied: () => void;
};

export const createPurger = ({ db, sizes, hub, blobs, timers, now, log, emptied }: Parts): Purger => {
  const earliest = (): number =>
    db.read.first(
      db.sql
        .selectFrom('zone')
        .select('purge_at_ms')
        .where('purge_at_ms', '>', 0)
        .orderBy('purge_at_ms')
        .limit(1),
    )?.purge_at_ms ?? Number.POSITIVE_INFINITY;

  const purgeDue = (): void => {
    const purged = db.transaction((write) => {
      const due = write.all(
        db.sql
          .selectFrom('zone')
          .select(['no', 'account', 'kind', 'generation', 'incarnation', 'bytes', 'purge_id'])
          .where('purge_at_ms', '>', 0)
          .where('purge_at_ms', '<=', now()),
      );
      for (const zone of due) {
        write.run(
          db.sql
            .updateTable('zone')
            .set({
              kind: -zone.no,
              digest: new Uint8Array(32),
              purge_at_ms: 0,
              purge_id: null,
              purge_device: null,
            })
            .where('no', '=', zone.no),
        );
        const { account, kind, incarnation } = zone;
        const freed = zone.bytes - blobs.chargedBeside(write, account, zone.no);
        createZone(write, db, { account, kind, incarnation, generation: zone.generation + 1 });
        write.run(
          db.sql
            .updateTable('account')
            .set((row) => ({ bytes_used: row('bytes_used', '-', freed) }))
            .where('no', '=', account),
        );
        if (zone.purge_id !== null) rememberEnded(write, db, account, zone.purge_id);
      }
      return due;
    }, 'frees');
    for (const { account, kind, generation } of purged) {
      const empty = { generation: generation + 1, head: 0, purge_at_ms: 0, purge_id: null };
      hub.zone(account, kind, zonePosition(empty));
    }
    if (purged.length > 0) chores.sliceSoon();
  };

  /** One slice of one purged zone; false when there is none left. */
  const emptySlice = (): boolean =>
    db.transaction((write) => {
      const zone = write.first(
        db.sql.selectFrom('zone').select('no').where('kind', '<', 0).orderBy('no').limit(1),
      );
      if (zone === undefined) return false;
      const rows = write.all(
        db.sql
          .selectFrom('record')
          .select(['seq', 'size'])
          .where('zone', '=', zone.no)
          .orderBy('seq')
          .limit(sizes.purgedRecords),
      );
      let bytes = 0;
      let last: number | undefined;
      for (const row of rows) {
        bytes += row.size;
        if (last !== undefined && bytes > sizes.purgedBytes) break;
        last = row.seq;
      }
      if (last === undefined) {
        if (!blobs.emptyZone(write, zone.no, sizes.purgedRecords))
          write.run(db.sql.deleteFrom('zone').where('no', '=', zone.no));
      } else write.run(db.sql.deleteFrom('record').where('zone', '=', zone.no).where('seq', '<=', last));
      return true;
    }, 'frees');

  const chores = createChores({
    timers,
    now,
    log,
    postponed: 'purge_postponed',
    earliest,
    carryOut: purgeDue,
    slice: emptySlice,
    emptied,
  });
  chores.start();
  if (
    db.read.first(db.sql.selectFrom('zone').select(sql<number>`1`.as('one')).where('kind', '<', 0).limit(1))
  )
    chores.sliceSoon();
  return { at: chores.at, settle: chores.settle, stop: chores.stop };
};
