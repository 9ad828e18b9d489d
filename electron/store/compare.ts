/** What of the messages zone is here, as it is compared with what the cloud has: for the numbers before the switch is turned on. Reads only. */
import type { Store } from './open.ts';
import { KIND, plain, ZONE_NUMBER } from './values.ts';

const ZONE = ZONE_NUMBER.messages;

/** A record as the comparison sees it. */
export type LocalRow = {
  rid: number;
  id: Uint8Array;
  kind: number;
  gone: boolean;
  rev: number;
  /** Bytes of its content; null when there is none. */
  size: number | null;
};

/** Whether this device has, or had, anything of the zone besides conversations and reading states. */
export function anythingHere(store: Store): boolean {
  const row = store.get(
    'SELECT 1 AS one FROM record WHERE zone = ? AND (rev > 0 OR gone = 1 OR kind = ?) LIMIT 1',
    ZONE,
    KIND.message,
  );
  return row !== undefined;
}

/** All records of the zone, a slice at a time, in the order they lie on the disk. */
export function localSlice(store: Store, afterRid: number, limit: number): LocalRow[] {
  return store
    .all<{ rid: number; id: Uint8Array; kind: number; gone: number; rev: number; size: number | null }>(
      'SELECT rid, id, kind, gone, rev, length(payload) AS size FROM record WHERE rid > ? AND +zone = ? ORDER BY rid LIMIT ?',
      afterRid,
      ZONE,
      limit,
    )
    .map((row) => ({ ...row, id: plain(row.id), gone: row.gone === 1 }));
}

/** Content by row number, of the rows of a slice: where ids follow from it. */
export function contentOf(store: Store, rid: number): Uint8Array | null {
  const row = store.get<{ payload: Uint8Array | null }>('SELECT payload FROM record WHERE rid = ?', rid);
  return row?.payload == null ? null : plain(row.payload);
}

/** Messages with content that the cloud is not known to hold. */
export function newMessages(store: Store): { messages: number; bytes: number } {
  return store.get<{ messages: number; bytes: number }>(
    `SELECT count(*) AS messages, coalesce(sum(length(payload)), 0) AS bytes FROM record
     WHERE zone = ? AND kind = 1 AND rev = 0 AND gone = 0 AND payload IS NOT NULL`,
    ZONE,
  )!;
}

/** Row numbers of the messages whose content is here and of which the cloud is known to hold the tombstone (of that hash). */
export function heldMessages(store: Store, tombstone: Uint8Array): number[] {
  return store
    .all<{ rid: number }>(
      `SELECT rid FROM record WHERE zone = ? AND gone = 0 AND proof IS NOT NULL AND hash = ? AND kind = ? AND payload IS NOT NULL`,
      ZONE,
      tombstone,
      KIND.message,
    )
    .map(({ rid }) => rid);
}
