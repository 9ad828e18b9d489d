/** What of the messages zone is here, as it is compared with what the cloud has: for the numbers before the switch is turned on. Reads only. */
import type { Store } from './open.ts';
import { comparePlaces, KIND, type Place, plain, plainOrNull, ZONE_NUMBER } from './values.ts';

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

/** A conversation that has messages here, or had. */
export type LocalConversation = {
  cid: number;
  guid: Uint8Array;
  /** Of its record, as far as the cloud's version is known here; 0: none is. */
  rev: number;
  payload: Uint8Array | null;
};

/** All of them: few beside their messages. */
export function localConversations(store: Store): LocalConversation[] {
  return store
    .all<{ cid: number; guid: Uint8Array; rev: number | null; payload: Uint8Array | null }>(
      `SELECT c.cid, c.guid, r.rev, r.payload FROM conversation c LEFT JOIN record r ON r.zone = ? AND r.id = c.record_id`,
      ZONE,
    )
    .map(({ cid, guid, rev, payload }) => ({
      cid,
      guid: plain(guid),
      rev: rev ?? 0,
      payload: plainOrNull(payload),
    }));
}

/** Whether the message in this row is shown, and will not be once its conversation is deleted up to its mark (by `cid`). */
export function goesWithConversation(store: Store, rid: number, marks: ReadonlyMap<number, Place>): boolean {
  const row = store.get<{ cid: number; accepted_ms: number; guid: Uint8Array }>(
    `SELECT m.cid, m.accepted_ms, m.guid FROM message m CROSS JOIN conversation c ON c.cid = m.cid
     WHERE m.rid = ? AND m.shown = 1 AND (m.accepted_ms, m.guid) > (c.clear_ms, c.clear_guid)`,
    rid,
  );
  const mark = row && marks.get(row.cid);
  return mark !== undefined && comparePlaces(row!.accepted_ms, row!.guid, mark.ms, mark.guid) <= 0;
}
