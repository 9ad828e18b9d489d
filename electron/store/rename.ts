/**
 * New ids for the records of a zone: its generation has changed, and with it the key that ids are made with. Content, place and what is
 * shown stay. Runs in slices; what was renamed is offered, and so are tombstones, under the ids that they have: who is brought a message
 * looks for it under each id that it ever had. What has no name of its own (a register that waits for its message, a kind of a newer app)
 * belongs to the generation that is over.
 *
 * What a newer app has written since under its own schema cannot be read here, and is still the record that is shown: it has the name under
 * which it was projected.
 */
import { isNewerSchema, type Payload } from '../../shared/model/payload.ts';
import { decodePayload } from '../../shared/model/payload-codec.ts';
import { markDirty } from './dirty.ts';
import type { Store } from './open.ts';
import { project, unproject } from './project.ts';
import { putMerged } from './records.ts';
import { KIND, LEFT_BEHIND, plain, sameBytes, ZONE_NUMBER, type ZoneName } from './values.ts';

/** What a projection is found by. */
export type ShownRow = { rid: number; id: Uint8Array; kind: number };
type Row = ShownRow & { payload: Uint8Array };

/** `idOf`: the record's id from now on, or null where it has no name. Gives the row to go on after, or null at the end. */
export function renameSlice(
  store: Store,
  zone: ZoneName,
  afterRid: number,
  limit: number,
  idOf: (payload: Payload, row: ShownRow) => Uint8Array | null,
): number | null {
  return store.write(() => {
    const rows = store.all<Row>(
      `SELECT rid, id, kind, payload FROM record WHERE rid > ? AND +zone = ? AND gone = 0 AND payload IS NOT NULL
       ORDER BY rid LIMIT ?`,
      afterRid,
      ZONE_NUMBER[zone],
      limit,
    );
    for (const row of rows) {
      const payload = decodePayload(plain(row.payload), store.schema);
      const id = idOf(payload, row);
      if (id === null) store.run('UPDATE record SET hint = ? WHERE rid = ?', LEFT_BEHIND, row.rid);
      else renameOne(store, zone, row, payload, id);
    }
    return rows.length < limit ? null : rows[rows.length - 1]!.rid;
  });
}

/** Every message here by what its ids are made of, in slices: `id` is the one that it has now. */
export function messageNames(
  store: Store,
  afterRid: number,
  limit: number,
): { rid: number; id: Uint8Array; sender: Uint8Array; guid: Uint8Array }[] {
  return store
    .all<{ rid: number; id: Uint8Array; sender: Uint8Array; guid: Uint8Array }>(
      'SELECT rid, id, sender, guid FROM message WHERE rid > ? ORDER BY rid LIMIT ?',
      afterRid,
      limit,
    )
    .map(({ rid, id, sender, guid }) => ({ rid, id: plain(id), sender: plain(sender), guid: plain(guid) }));
}

/**
 * The name of a record from its projection: what ids are made of. Null where it was never shown, or is of a kind without a projection.
 */
export function shownAs(store: Store, { rid, id, kind }: ShownRow): Uint8Array[] | null {
  if (kind === KIND.message) return messageName(store, rid);
  const question = NAMED_BY[kind];
  const row = question === undefined ? undefined : store.get<{ name: Uint8Array }>(question, id);
  return row === undefined ? null : [plain(row.name)];
}

/** The same of a message, by its row. */
export function messageName(store: Store, rid: number): Uint8Array[] | null {
  const row = store.get<{ sender: Uint8Array; guid: Uint8Array }>(
    'SELECT sender, guid FROM message WHERE rid = ?',
    rid,
  );
  return row === undefined ? null : [plain(row.sender), plain(row.guid)];
}

const NAMED_BY: Record<number, string> = {
  [KIND.conversation]: 'SELECT guid AS name FROM conversation WHERE record_id = ?',
  [KIND.reading]: 'SELECT guid AS name FROM conversation WHERE reading_id = ?',
  [KIND.device]: 'SELECT id AS name FROM device WHERE record_id = ?',
};

/** What is not read here keeps its projection, under its new id. (A message's is told its id in any case.) */
const CALLED: Record<number, string> = {
  [KIND.conversation]: 'UPDATE conversation SET record_id = ? WHERE record_id = ?',
  [KIND.reading]: 'UPDATE conversation SET reading_id = ? WHERE reading_id = ?',
  [KIND.device]: 'UPDATE device SET record_id = ? WHERE record_id = ?',
};

function renameOne(store: Store, zone: ZoneName, row: Row, payload: Payload, id: Uint8Array): void {
  const number = ZONE_NUMBER[zone];
  const old = plain(row.id);
  // Renamed before a restart, or written under its new name meanwhile.
  if (sameBytes(old, id)) {
    store.run('UPDATE record SET hint = 0 WHERE rid = ? AND hint = ?', row.rid, LEFT_BEHIND);
    markDirty(store, zone, id, 'put');
    return;
  }
  store.run('UPDATE OR REPLACE local_delete SET id = ? WHERE id = ?', id, old);
  store.memory.localDeletesChanged();
  const there = store.get<{ rid: number }>('SELECT rid FROM record WHERE zone = ? AND id = ?', number, id);
  if (there !== undefined) {
    unproject(store, row.kind, row.rid);
    store.run('DELETE FROM record WHERE rid = ?', row.rid);
    putMerged(store, zone, id, payload, { dirty: true });
    return;
  }
  store.run('UPDATE record SET id = ?, hint = 0 WHERE rid = ?', id, row.rid);
  const called = CALLED[row.kind];
  if (isNewerSchema(payload) && called !== undefined) store.run(called, id, old);
  if (zone === 'messages') store.run('UPDATE message SET id = ? WHERE rid = ?', id, row.rid);
  project(store, zone, id, row.rid, payload, payload);
  markDirty(store, zone, id, 'put');
}

/** To the id that it should have had all along. Not of what the cloud holds under the one that it has: that would be there for good. */
export function renameLate(store: Store, zone: ZoneName, old: Uint8Array, id: Uint8Array): void {
  store.write(() => {
    const row = store.get<Row>(
      `SELECT rid, id, kind, payload FROM record WHERE zone = ? AND id = ? AND rev = 0 AND payload IS NOT NULL`,
      ZONE_NUMBER[zone],
      old,
    );
    if (row !== undefined) renameOne(store, zone, row, decodePayload(plain(row.payload), store.schema), id);
  });
}
