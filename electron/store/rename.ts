/**
 * New ids for the records of a zone: its generation has changed, and with it the key that ids are made with. Content, place and what is
 * shown stay. Runs in slices; what was renamed is offered, and nothing else is: tombstones and what has no name of its own (a register
 * that waits for its message, a kind of a newer app) belong to the generation that is over.
 */
import type { Payload } from '../../shared/model/payload.ts';
import { decodePayload } from '../../shared/model/payload-codec.ts';
import { markDirty } from './dirty.ts';
import type { Store } from './open.ts';
import { project, unproject } from './project.ts';
import { putMerged } from './records.ts';
import { plain, sameBytes, ZONE_NUMBER, type ZoneName } from './values.ts';

type Row = { rid: number; id: Uint8Array; kind: number; payload: Uint8Array };

/** `idOf`: the record's id from now on, or null where it has no name. Gives the row to go on after, or null at the end. */
export function renameSlice(
  store: Store,
  zone: ZoneName,
  afterRid: number,
  limit: number,
  idOf: (payload: Payload) => Uint8Array | null,
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
      const id = idOf(payload);
      if (id !== null) renameOne(store, zone, row, payload, id);
    }
    return rows.length < limit ? null : rows[rows.length - 1]!.rid;
  });
}

function renameOne(store: Store, zone: ZoneName, row: Row, payload: Payload, id: Uint8Array): void {
  const number = ZONE_NUMBER[zone];
  const old = plain(row.id);
  // Renamed before a restart, or written under its new name meanwhile.
  if (sameBytes(old, id)) {
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
  store.run('UPDATE record SET id = ? WHERE rid = ?', id, row.rid);
  if (zone === 'messages') store.run('UPDATE message SET id = ? WHERE rid = ?', id, row.rid);
  project(store, zone, id, row.rid, payload, payload);
  markDirty(store, zone, id, 'put');
}
