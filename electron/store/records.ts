/**
 * Records: the content on this device beside the base, what the cloud is known to hold. Runs in the sync worker.
 *
 * Every change of content goes through here and refreshes its projection in the same transaction. Writing merges, always:
 * no caller can lose what another wrote. What comes from the cloud must have been opened and, for a tombstone, proven by the caller.
 * `sodiumReady()` must have been awaited (hashes).
 */
import { tombstoneHash } from '../../shared/crypto/zone-digest.ts';
import { mergePayloads } from '../../shared/model/merge.ts';
import { equalPayloads, isNewerSchema, type Payload } from '../../shared/model/payload.ts';
import { decodePayload, encodePayload } from '../../shared/model/payload-codec.ts';
import { moved, type Uncovered } from './covered.ts';
import { markDirty } from './dirty.ts';
import type { Store } from './open.ts';
import { project, unproject } from './project.ts';
import { placeOf } from './project-message.ts';
import { dropRedelivery } from './redelivery.ts';
import { rememberDelete, takeRememberedDelete } from './remembered-deletes.ts';
import { messageRid } from './rid.ts';
import { KIND, mapKey, plain, plainOrNull, ZONE_NUMBER, type ZoneName } from './values.ts';

/** What the cloud is known to hold. rev 0: nothing yet. */
export type Base = { rev: number; epoch: number; hint: number; hash: Uint8Array | null };

/** The cloud holds nothing of it, as far as is known here. */
export const NO_BASE: Base = { rev: 0, epoch: 0, hint: 0, hash: null };
/**
 * In the place of a base's epoch (they begin at 1): the cloud has that version, and what is here was never merged with it, since there was no content
 * here. Pushed as a change of it, what is here would be all that is left; it is met and merged first (SPEC SYN-161).
 */
const UNMERGED = 0;
export const isMerged = ({ epoch }: { epoch: number }): boolean => epoch !== UNMERGED;

export type StoredRecord = {
  zone: ZoneName;
  id: Uint8Array;
  kind: number;
  base: Base;
  /** A tombstone: no content, for good. */
  gone: boolean;
  proof: Uint8Array | null;
  goneMs: number | null;
  /** Canonical bytes of the local content; null for a tombstone. */
  bytes: Uint8Array | null;
};

/** A row as the functions of this layer use it. */
export type RecordRow = {
  rid: number;
  kind: number;
  gone: number;
  rev: number;
  epoch: number;
  hint: number;
  hash: Uint8Array | null;
  proof: Uint8Array | null;
  gone_ms: number | null;
  payload: Uint8Array | null;
};

const SELECT_ROW =
  'SELECT rid, kind, gone, rev, epoch, hint, hash, proof, gone_ms, payload FROM record WHERE zone = ? AND id = ?';

export function recordRow(store: Store, zone: ZoneName, id: Uint8Array): RecordRow | undefined {
  return store.get<RecordRow>(SELECT_ROW, ZONE_NUMBER[zone], id);
}

export function getRecord(store: Store, zone: ZoneName, id: Uint8Array): StoredRecord | undefined {
  const row = recordRow(store, zone, id);
  if (row === undefined) return undefined;
  return {
    zone,
    id,
    kind: row.kind,
    base: { rev: row.rev, epoch: row.epoch, hint: row.hint, hash: plainOrNull(row.hash) },
    gone: row.gone === 1,
    proof: plainOrNull(row.proof),
    goneMs: row.gone_ms,
    bytes: plainOrNull(row.payload),
  };
}

/** What a pulled version is compared with, for all ids of a page: bases, and whether there is content that knows of it. */
export type KnownBase = { rev: number; hash: Uint8Array | null; gone: boolean; content: boolean };
/** Of a first sync's pages, and of what comes one by one: each asks as many times as there are places in the question. */
const KNOWN_AT_ONCE = [100, 4] as const;
const selectKnown = (places: number): string =>
  `SELECT id, rev, hash, gone, payload IS NOT NULL AND epoch <> ${UNMERGED} AS content FROM record WHERE zone = ? AND id IN (${Array(places).fill('?').join(', ')})`;
const SELECT_KNOWN = [selectKnown(KNOWN_AT_ONCE[0]), selectKnown(KNOWN_AT_ONCE[1])] as const;

export function knownBases(store: Store, zone: ZoneName, ids: readonly Uint8Array[]): Map<string, KnownBase> {
  const known = new Map<string, KnownBase>();
  const size = ids.length > KNOWN_AT_ONCE[1] ? 0 : 1;
  const places = KNOWN_AT_ONCE[size];
  for (let at = 0; at < ids.length; at += places) {
    const some = ids.slice(at, at + places);
    const last = some[some.length - 1]!;
    while (some.length < places) some.push(last);
    const rows = store.all<{
      id: Uint8Array;
      rev: number;
      hash: Uint8Array | null;
      gone: number;
      content: number;
    }>(SELECT_KNOWN[size], ZONE_NUMBER[zone], ...some);
    for (const row of rows) {
      known.set(mapKey(row.id), {
        rev: row.rev,
        hash: plainOrNull(row.hash),
        gone: row.gone === 1,
        content: row.content === 1,
      });
    }
  }
  return known;
}

/** The local content, or undefined when there is none (unknown, or a tombstone). */
export function getPayload(store: Store, zone: ZoneName, id: Uint8Array): Payload | undefined {
  const row = recordRow(store, zone, id);
  return row?.payload == null ? undefined : decodePayload(plain(row.payload), store.schema);
}

/** Deleted for good for all devices of the account. */
export function isTombstone(store: Store, zone: ZoneName, id: Uint8Array): boolean {
  const row = store.get<{ gone: number }>(
    'SELECT gone FROM record WHERE zone = ? AND id = ?',
    ZONE_NUMBER[zone],
    id,
  );
  return row?.gone === 1;
}

/** Deleted for good here: for all devices, or on this one alone. */
export function isGone(store: Store, zone: ZoneName, id: Uint8Array): boolean {
  if (isTombstone(store, zone, id)) return true;
  return store.memory.anyLocalDelete
    ? store.get('SELECT 1 AS one FROM local_delete WHERE id = ? AND gone = 1', id) !== undefined
    : false;
}

export type PutOptions = {
  /** It is to be pushed. False for what came from the zone, or while the switch is off. */
  dirty: boolean;
  /** Not to be pushed before (a message taken from the mailbox waits for its author's put). */
  notBeforeMs?: number;
};
export type PutResult = {
  /** What is stored now. Of a record that is gone: what was offered, and nothing was stored. */
  payload: Payload;
  changed: boolean;
  gone: boolean;
  /** Two different cores met; the lower hash stays. The person is told. */
  coreConflict: boolean;
  /** By that its conversation's delete does not take it any more. It stays deleted (SPEC DEL-31). */
  uncovered: Uncovered | null;
};

/** Merges into what is here, refreshes the projection, and marks dirty when that changed anything. */
export function putMerged(
  store: Store,
  zone: ZoneName,
  id: Uint8Array,
  offered: Payload,
  options: PutOptions,
): PutResult {
  return store.write(() => {
    const row = recordRow(store, zone, id);
    if (row?.gone === 1)
      return { payload: offered, changed: false, gone: true, coreConflict: false, uncovered: null };
    const before = row?.payload == null ? null : decodePayload(plain(row.payload), store.schema);
    // What a newer app has written is not written to: what is remembered waits until this one reads it.
    const closed = before !== null && isNewerSchema(before);
    const remembered = zone === 'messages' && !closed ? takeRememberedDelete(store, offered) : null;
    const payload = remembered === null ? offered : mergePayloads(offered, remembered);
    if (row === undefined) {
      const rid = insertRecord(store, zone, id, payload, encodePayload(payload), null);
      project(store, zone, id, rid, payload, null);
      if (options.dirty) markDirty(store, zone, id, 'put', options.notBeforeMs);
      return { payload, changed: true, gone: false, coreConflict: false, uncovered: null };
    }
    const merged = before === null ? { ...payload, coreConflict: false } : mergePayloads(before, payload);
    const changed = before === null || !equalPayloads(before, merged);
    let uncovered: Uncovered | null = null;
    if (changed) {
      if (before === null && row.rev > 0)
        store.run('UPDATE record SET epoch = ? WHERE rid = ?', UNMERGED, row.rid);
      uncovered = moved(store, row, { conflict: merged.coreConflict, gone: before === null }, () =>
        replaceContent(store, zone, id, row, before, merged),
      );
      if (options.dirty) markDirty(store, zone, id, 'put', options.notBeforeMs);
    }
    return { payload: merged, changed, gone: false, coreConflict: merged.coreConflict, uncovered };
  });
}

/** The cloud accepted a put or a delete, or was seen to hold this. Does not touch content or the dirty queue. */
export function setBase(
  store: Store,
  zone: ZoneName,
  id: Uint8Array,
  base: Base & { proof?: Uint8Array | null },
): void {
  store.write(() => {
    const row = recordRow(store, zone, id);
    if (row === undefined) throw new Error('setBase: this device has no such record.');
    changeBase(store, zone, id, row, base, base.proof ?? null);
  });
}

export function changeBase(
  store: Store,
  zone: ZoneName,
  id: Uint8Array,
  row: RecordRow,
  base: Base,
  proof: Uint8Array | null,
): void {
  const digest = store.memory.changeDigest(ZONE_NUMBER[zone]);
  if (row.rev > 0 && row.hash !== null) digest.remove(id, row.rev, plain(row.hash));
  if (base.rev > 0 && base.hash !== null) digest.add(id, base.rev, base.hash);
  store.run(
    'UPDATE record SET rev = ?, epoch = ?, hint = ?, hash = ?, proof = coalesce(?, proof) WHERE rid = ?',
    base.rev,
    base.epoch,
    base.hint,
    base.hash,
    proof,
    row.rid,
  );
}

/** Writes a new record's row and gives its row number. */
export function insertRecord(
  store: Store,
  zone: ZoneName,
  id: Uint8Array,
  payload: Payload,
  bytes: Uint8Array,
  base: Base | null,
): number {
  const rid = tryInsertRecord(store, zone, id, payload, bytes, base);
  if (rid === null) throw new Error('insertRecord: this device has the record already.');
  return rid;
}

/** Null when there is a record of that id already: nothing was changed. */
export function tryInsertRecord(
  store: Store,
  zone: ZoneName,
  id: Uint8Array,
  payload: Payload,
  bytes: Uint8Array,
  base: Base | null,
): number | null {
  const place = payload.kind === KIND.message ? placeOf(payload) : null;
  const statement = store.sql(
    `INSERT INTO record (rid, zone, id, kind, rev, epoch, hint, hash, payload) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO NOTHING`,
  );
  let rid = place === null ? store.memory.smallRid() : messageRid(place.ms);
  const zoneNumber = ZONE_NUMBER[zone];
  for (;;) {
    const { changes } = statement.run(
      rid,
      zoneNumber,
      id,
      payload.kind,
      base?.rev ?? 0,
      base?.epoch ?? 0,
      base?.hint ?? 0,
      base?.hash ?? null,
      bytes,
    );
    if (changes === 1) break;
    // Either the place is taken, or the id is there.
    if (store.get('SELECT 1 AS one FROM record WHERE zone = ? AND id = ?', zoneNumber, id) !== undefined)
      return null;
    rid = place === null ? store.memory.smallRid() : rid + 1;
  }
  if (base !== null && base.rev > 0 && base.hash !== null) {
    store.memory.changeDigest(zoneNumber).add(id, base.rev, base.hash);
  }
  return rid;
}

/** New local content of a record that is here; refreshes its projection. */
export function replaceContent(
  store: Store,
  zone: ZoneName,
  id: Uint8Array,
  row: RecordRow,
  before: Payload | null,
  payload: Payload,
): void {
  if (zone === 'messages' && isNewerSchema(payload) && before !== null) rememberDelete(store, before);
  const rid = moveToPlace(store, row.rid, before, payload);
  store.run(
    'UPDATE record SET kind = ?, payload = ? WHERE rid = ?',
    payload.kind,
    encodePayload(payload),
    rid,
  );
  row.rid = rid;
  project(store, zone, id, rid, payload, before);
}

/** A message whose core has just arrived (or, of two cores, another won) gets the row number of its place in time. */
function moveToPlace(store: Store, rid: number, before: Payload | null, payload: Payload): number {
  if (payload.kind !== KIND.message) return rid;
  const place = placeOf(payload);
  if (place === null) return rid;
  const old = before === null ? null : placeOf(before);
  const wanted = messageRid(place.ms);
  if (old !== null && messageRid(old.ms) === wanted) return rid;
  unproject(store, KIND.message, rid);
  for (let to = wanted; ; to += 1) {
    if (store.run('UPDATE OR IGNORE record SET rid = ? WHERE rid = ?', to, rid) === 1) return to;
  }
}

export type DeleteOptions = {
  /** A delete is to be pushed. */
  push: boolean;
  /** What a machine deletes carries the base's rev; what a person deletes does not. */
  byPerson: boolean;
  nowMs: number;
};

/** Delete for good: the content goes now, a tombstone stays. False when it was gone before. */
export function deleteForGood(store: Store, zone: ZoneName, id: Uint8Array, options: DeleteOptions): boolean {
  return store.write(() => {
    const row = recordRow(store, zone, id);
    if (row?.gone === 1) return false;
    if (row === undefined) {
      store.run(
        'INSERT INTO record (rid, zone, id, kind, gone, gone_ms) VALUES (?, ?, ?, 0, 1, ?)',
        store.memory.smallRid(),
        ZONE_NUMBER[zone],
        id,
        options.nowMs,
      );
    } else dropContent(store, row, options.nowMs);
    if (options.push) {
      markDirty(store, zone, id, 'delete', 0, options.byPerson ? null : (row?.rev ?? 0));
    } else {
      store.run('DELETE FROM dirty WHERE zone = ? AND id = ?', ZONE_NUMBER[zone], id);
    }
    return true;
  });
}

/** Content and projection go; the row stays as a tombstone with the base it has. */
export function dropContent(store: Store, row: RecordRow, nowMs: number): void {
  if (row.kind === KIND.message) dropRedelivery(store, row.rid);
  unproject(store, row.kind, row.rid);
  store.run('UPDATE record SET gone = 1, gone_ms = ?, payload = NULL WHERE rid = ?', nowMs, row.rid);
}

/** The base of a tombstone that the cloud holds. */
export function tombstoneBase(rev: number, epoch: number): Base {
  return { rev, epoch, hint: 0, hash: tombstoneHash() };
}

/** (id, rev, hash) of what the cloud is known to hold, by id: to find out where a digest differs. */
export function baseInventory(
  store: Store,
  zone: ZoneName,
  afterId: Uint8Array,
  limit: number,
): { id: Uint8Array; rev: number; hash: Uint8Array }[] {
  return store
    .all<{ id: Uint8Array; rev: number; hash: Uint8Array }>(
      'SELECT id, rev, hash FROM record WHERE zone = ? AND id > ? AND rev > 0 ORDER BY id LIMIT ?',
      ZONE_NUMBER[zone],
      afterId,
      limit,
    )
    .map((row) => ({ id: plain(row.id), rev: row.rev, hash: plain(row.hash) }));
}
