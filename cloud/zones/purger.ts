/**
 * Carries purges out (SPEC ZON-15, ZON-16). When a zone's time has come, one transaction puts an empty zone of the next
 * generation in its place and gives its row a negative kind: from then on no call finds what was there. The records themselves
 * go in slices, so that a zone of millions holds nobody up; a cloud that is stopped in between goes on at its next start.
 *
 * [Note: a purge is on time] Timers are late and the machine may have slept, so every call that looks at zones asks `settle`
 * first: it costs one comparison, and nobody sees a zone, or undoes a purge, after its time.
 */
import { sql } from 'kysely';
import type { Hub, Timers } from '../events/hub.ts';
import type { Log } from '../http/log.ts';
import type { Database } from '../storage/database.ts';
import { rememberEnded } from './purge.ts';
import { createZone, zonePosition } from './zone-row.ts';

const LOOK_EVERY_MS = 3_600_000;
const AGAIN_MS = 60_000;
const BETWEEN_SLICES_MS = 20;
const SLICE_RECORDS = 200;
const SLICE_BYTES = 8 * 1024 * 1024;

export type Purger = {
  /** A purge is pending for this time; 0 is none. */
  at(time: number): void;
  /** Carries out what is due now. */
  settle(): void;
  stop(): void;
};

type Parts = { db: Database; hub: Hub; timers: Timers; now: () => number; log: Log; emptied: () => void };

export const createPurger = ({ db, hub, timers, now, log, emptied }: Parts): Purger => {
  let next = Number.POSITIVE_INFINITY;
  let looking: unknown;
  let slicing: unknown;
  let stopped = false;

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
        createZone(write, db, { account, kind, incarnation, generation: zone.generation + 1 });
        write.run(
          db.sql
            .updateTable('account')
            .set((row) => ({ bytes_used: row('bytes_used', '-', zone.bytes) }))
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
    if (purged.length > 0) emptySoon();
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
          .limit(SLICE_RECORDS),
      );
      let bytes = 0;
      let last: number | undefined;
      for (const row of rows) {
        bytes += row.size;
        if (last !== undefined && bytes > SLICE_BYTES) break;
        last = row.seq;
      }
      if (last === undefined) write.run(db.sql.deleteFrom('zone').where('no', '=', zone.no));
      else write.run(db.sql.deleteFrom('record').where('zone', '=', zone.no).where('seq', '<=', last));
      return true;
    }, 'frees');

  const emptySoon = (afterMs = BETWEEN_SLICES_MS): void => {
    if (stopped) return;
    slicing ??= timers.set(() => {
      slicing = undefined;
      const going = guarded(() => {
        if (emptySlice()) emptySoon();
        else emptied();
      });
      if (!going) emptySoon(AGAIN_MS);
    }, afterMs);
  };

  /** What fails is logged and tried again later: a disk that is full now may not be in an hour. */
  const guarded = (work: () => void): boolean => {
    try {
      work();
      return true;
    } catch (thrown) {
      const kind = String((thrown as { code?: unknown }).code ?? 'unknown');
      log({ level: 'error', event: 'purge_postponed', kind });
      return false;
    }
  };

  const look = (): void => {
    if (looking !== undefined || stopped || next === Number.POSITIVE_INFINITY) return;
    looking = timers.set(
      () => {
        looking = undefined;
        settle();
        look();
      },
      Math.min(Math.max(next - now(), 1_000), LOOK_EVERY_MS),
    );
  };

  const settle = (): void => {
    if (stopped || now() < next) return;
    // Put off first: what cannot be written now, on a full disk for instance, must not refuse everybody's calls.
    next = now() + AGAIN_MS;
    guarded(() => {
      purgeDue();
      next = earliest();
    });
    look();
  };

  next = earliest();
  settle();
  look();
  if (
    db.read.first(db.sql.selectFrom('zone').select(sql<number>`1`.as('one')).where('kind', '<', 0).limit(1))
  )
    emptySoon();
  return {
    at: (time) => {
      if (time > 0 && time < next) next = time;
      look();
    },
    settle,
    stop: () => {
      stopped = true;
      for (const timer of [looking, slicing]) if (timer !== undefined) timers.clear(timer);
    },
  };
};
