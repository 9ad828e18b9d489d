/**
 * Who uses which blob, who is charged for it, and when it dies (SPEC BLB-12 to BLB-20). Everything here runs inside the
 * transaction of what changes a use: a push, a send, an acknowledgement, a purge, an upload.
 *
 * Invariants (blobs.test.ts counts them anew after random histories)
 * - blob_in_zone.records is the number of live records of that zone that name the blob; there is no row with 0.
 * - blob_use: `put` is the account's own upload, until a time. `sent` counts its envelopes that are still in a mailbox and name the
 *   blob, `received` the entries of its own mailbox; both may hold on until a time after that. There is no row that holds nothing.
 * - A zone's bytes include each blob in it once. An account's bytes_used include its zones' bytes, and each blob that it has put or
 *   sent and that is in none of its zones. What it only received costs it nothing.
 * - A blob lives exactly as long as it has a row in one of the two tables.
 */
import { sql } from 'kysely';
import { toHex } from '../../shared/crypto/bytes.ts';
import type { Database, Reader, Writer } from '../storage/database.ts';
import { MAIL_KEPT_MS } from './limits.ts';
import { splitNames } from './names.ts';

export const Reason = { put: 1, sent: 2, received: 3 } as const;
type Reason = (typeof Reason)[keyof typeof Reason];

export type Blob = { no: number; size: number };

/** A whole blob that an account reaches, as its live zone and its own uses have it. */
export type Reached = Blob & {
  /** Records of the account's live zone that name it. */
  records: number;
  /** The account is charged for it outside its zones: it has put or sent it. */
  own: boolean;
};

type Parts = {
  db: Database;
  now: () => number;
  /** Something holds until this time and no longer. */
  holdsUntil: (time: number) => void;
  /** A blob died. */
  died: () => void;
};

export type BlobUses = ReturnType<typeof createBlobUses>;

/** Which of these uses of one account over one blob hold it, and for what. */
export const usesQuery = (db: Database, account: number, blobs: number[]) =>
  db.sql
    .selectFrom('blob_use')
    .select(['blob', 'reason', 'count', 'until_ms'])
    .where('account', '=', account)
    .where('blob', 'in', blobs);

/** In the zones that the account has now: a purged one is none any more. */
export const inZonesQuery = (db: Database, account: number, blobs: number[]) =>
  db.sql
    .selectFrom('zone')
    .innerJoin('blob_in_zone', 'blob_in_zone.zone', 'zone.no')
    .select(['blob_in_zone.blob', 'blob_in_zone.records'])
    .where('zone.account', '=', account)
    .where('zone.kind', '>', 0)
    .where('blob_in_zone.blob', 'in', blobs);

export const wholeQuery = (db: Database, ids: Uint8Array[]) =>
  db.sql.selectFrom('blob').select(['no', 'id', 'size']).where('id', 'in', ids).where('uploader', 'is', null);

export const dueQuery = (db: Database, time: number, limit: number) =>
  db.sql
    .selectFrom('blob_use')
    .innerJoin('blob', 'blob.no', 'blob_use.blob')
    .select(['blob_use.account', 'blob_use.blob', 'blob_use.reason', 'blob.size'])
    .where('until_ms', '>', 0)
    .where('until_ms', '<=', time)
    .orderBy('until_ms')
    .limit(limit);

const ASKED_AT_ONCE = 100;

/**
 * Asks for a few at a time, each once: a push may name thousands, whether they are there or not, and every text that was asked is kept
 * with its statement (storage/database.ts), which is as large as its list.
 */
const inGroups = <One, Row>(of: Iterable<One>, ask: (group: One[]) => Row[]): Row[] => {
  const all = [...of];
  const rows: Row[] = [];
  for (let at = 0; at < all.length; at += ASKED_AT_ONCE) rows.push(...ask(all.slice(at, at + ASKED_AT_ONCE)));
  return rows;
};

export const createBlobUses = ({ db, now, holdsUntil, died }: Parts) => {
  const inZone = (read: Reader, account: number, blob: number): boolean =>
    read.first(inZonesQuery(db, account, [blob])) !== undefined;

  const isCharged = (read: Reader, account: number, blob: number): boolean =>
    read.all(usesQuery(db, account, [blob])).some(({ reason }) => reason !== Reason.received) ||
    inZone(read, account, blob);

  const add = (
    write: Writer,
    rows: { account: number; blob: number; reason: Reason; count: number; until_ms: number }[],
  ): void => {
    write.run(
      db.sql
        .insertInto('blob_use')
        .values(rows)
        .onConflict((conflict) =>
          conflict.columns(['account', 'blob', 'reason']).doUpdateSet({
            count: sql<number>`blob_use.count + excluded.count`,
            until_ms: sql<number>`max(blob_use.until_ms, excluded.until_ms)`,
          }),
        ),
    );
  };

  const one = (query: { account: number; blob: number; reason: Reason }) =>
    sql<boolean>`account = ${query.account} AND blob = ${query.blob} AND reason = ${query.reason}`;

  const dropEmpty = (write: Writer, use: { account: number; blob: number; reason: Reason }): void => {
    write.run(
      db.sql.deleteFrom('blob_use').where(one(use)).where('count', '<=', 0).where('until_ms', '=', 0),
    );
  };

  /** Does the work; the account's used bytes follow, if it is charged afterwards and was not, or the other way round. */
  const charging = (write: Writer, account: number, blob: Blob, work: () => void): void => {
    const before = isCharged(write, account, blob.no);
    work();
    const after = isCharged(write, account, blob.no);
    if (before === after) return;
    const change = after ? blob.size : -blob.size;
    write.run(
      db.sql
        .updateTable('account')
        .set((row) => ({ bytes_used: row('bytes_used', '+', change) }))
        .where('no', '=', account),
    );
  };

  /** A use of it went: when that was the last one, the blob is dead, and nobody finds it from here on. */
  const release = (write: Writer, blob: number): void => {
    const used =
      write.first(db.sql.selectFrom('blob_use').select('reason').where('blob', '=', blob).limit(1)) ??
      write.first(db.sql.selectFrom('blob_in_zone').select('zone').where('blob', '=', blob).limit(1));
    if (used !== undefined) return;
    write.run(db.sql.updateTable('blob').set({ id: null, uploader: null }).where('no', '=', blob));
    died();
  };

  const byId = (read: Reader, ids: Uint8Array[]): Map<string, Blob> => {
    const different = new Map(ids.map((id) => [toHex(id), id]));
    const rows = inGroups(different.values(), (group) => read.all(wholeQuery(db, group)));
    return new Map(rows.map(({ no, id, size }) => [toHex(id ?? new Uint8Array()), { no, size }]));
  };

  return {
    charging,
    release,

    /** Those of `ids` that the account reaches, whole, by their id in hex. */
    reached: (read: Reader, account: number, ids: Uint8Array[]): Map<string, Reached> => {
      const there = byId(read, ids);
      if (there.size === 0) return new Map();
      const blobs = [...there.values()].map(({ no }) => no);
      const records = new Map(
        inGroups(blobs, (group) => read.all(inZonesQuery(db, account, group))).map((row) => [
          row.blob,
          row.records,
        ]),
      );
      const uses = inGroups(blobs, (group) => read.all(usesQuery(db, account, group)));
      const any = new Set(uses.map((use) => use.blob));
      const own = new Set(uses.filter(({ reason }) => reason !== Reason.received).map((use) => use.blob));
      return new Map(
        [...there]
          .filter(([, { no }]) => any.has(no) || records.has(no))
          .map(([id, blob]) => [
            id,
            {
              ...blob,
              records: records.get(blob.no) ?? 0,
              own: own.has(blob.no),
            },
          ]),
      );
    },

    /** The account is putting it, and holds it until `untilMs` without anything that names it. */
    put: (write: Writer, account: number, blob: Blob, untilMs: number): void => {
      charging(write, account, blob, () =>
        add(write, [{ account, blob: blob.no, reason: Reason.put, count: 0, until_ms: untilMs }]),
      );
      holdsUntil(untilMs);
    },

    /** Its upload holds it no longer: given up, or a record of the account's zone took it over. */
    unput: (write: Writer, account: number, blob: Blob): void => {
      charging(write, account, blob, () =>
        write.run(db.sql.deleteFrom('blob_use').where(one({ account, blob: blob.no, reason: Reason.put }))),
      );
      release(write, blob.no);
    },

    /** An envelope that names these went into the mailboxes of `recipients`. */
    sent: (write: Writer, sender: number, recipients: number[], blobs: Blob[]): void => {
      for (const blob of blobs) {
        charging(write, sender, blob, () =>
          add(write, [{ account: sender, blob: blob.no, reason: Reason.sent, count: 1, until_ms: 0 }]),
        );
        add(
          write,
          recipients.map((account) => ({
            account,
            blob: blob.no,
            reason: Reason.received,
            count: 1,
            until_ms: 0,
          })),
        );
      }
    },

    /**
     * Entries left the account's mailbox. Where its zone has not taken a blob over, the account can fetch it for a while yet, and its
     * sender is charged for as long; `gone`: no other mailbox has the envelope.
     */
    unsent: (
      write: Writer,
      account: number,
      envelopes: { blobs: Uint8Array | null; sender: Uint8Array; gone: boolean }[],
    ): void => {
      const untilMs = now() + MAIL_KEPT_MS;
      for (const { blobs, sender, gone } of envelopes) {
        if (blobs === null) continue;
        const from = write.first(db.sql.selectFrom('account').select('no').where('id', '=', sender));
        if (from === undefined) throw new Error('an envelope without its sender');
        for (const blob of byId(write, splitNames(blobs)).values()) {
          const keptMs = inZone(write, account, blob.no) ? 0 : untilMs;
          const received = { account, blob: blob.no, reason: Reason.received };
          add(write, [{ ...received, count: -1, until_ms: keptMs }]);
          dropEmpty(write, received);
          charging(write, from.no, blob, () => {
            const sent = { account: from.no, blob: blob.no, reason: Reason.sent };
            add(write, [{ ...sent, count: gone ? -1 : 0, until_ms: keptMs }]);
            dropEmpty(write, sent);
          });
          release(write, blob.no);
          if (keptMs > 0) holdsUntil(keptMs);
        }
      }
    },

    /** What holds until a time that is over holds no longer; `limit` uses at the most. */
    expire: (write: Writer, limit: number): void => {
      for (const { account, blob, reason, size } of write.all(dueQuery(db, now(), limit))) {
        const use = { account, blob, reason: reason as Reason };
        charging(write, account, { no: blob, size }, () => {
          write.run(db.sql.updateTable('blob_use').set({ until_ms: 0 }).where(one(use)));
          dropEmpty(write, use);
        });
        release(write, blob);
      }
    },

    /** What an account is charged for outside its zones and was charged for in this one, which is on its way out. */
    chargedBeside: (read: Reader, account: number, zone: number): number =>
      read
        .all(
          db.sql
            .selectFrom('blob_use')
            .innerJoin('blob_in_zone', 'blob_in_zone.blob', 'blob_use.blob')
            .innerJoin('blob', 'blob.no', 'blob_use.blob')
            .select('blob.size')
            .where('blob_use.account', '=', account)
            .where('blob_use.reason', '<>', Reason.received)
            .where('blob_in_zone.zone', '=', zone)
            .groupBy('blob.no'),
        )
        .reduce((sum, { size }) => sum + size, 0),

    /** Takes some of a purged zone's blobs out of it; false when there is none left. */
    emptyZone: (write: Writer, zone: number, limit: number): boolean => {
      const rows = write.all(
        db.sql
          .selectFrom('blob_in_zone')
          .select('blob')
          .where('zone', '=', zone)
          .orderBy('blob')
          .limit(limit),
      );
      const last = rows.at(-1);
      if (last === undefined) return false;
      write.run(db.sql.deleteFrom('blob_in_zone').where('zone', '=', zone).where('blob', '<=', last.blob));
      for (const { blob } of rows) release(write, blob);
      return true;
    },

    /** When the first use that holds until a time ends. */
    earliest: (read: Reader): number =>
      read.first(
        db.sql
          .selectFrom('blob_use')
          .select('until_ms')
          .where('until_ms', '>', 0)
          .orderBy('until_ms')
          .limit(1),
      )?.until_ms ?? Number.POSITIVE_INFINITY,
  };
};
