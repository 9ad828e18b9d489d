/**
 * After an update: records of a schema that the app before did not know were kept whole (decision 0010). What this app knows of them now is
 * read and shown. Runs once, when the schema has risen; as often as needed where it is interrupted.
 */
import { decodePayload, schemaOf } from '../../shared/model/payload-codec.ts';
import { getMeta, setMeta } from './meta.ts';
import type { Store } from './open.ts';
import { project } from './project.ts';
import { putMerged, recordRow, replaceContent } from './records.ts';
import { takeRememberedDelete } from './remembered-deletes.ts';
import { plain, type ZoneName } from './values.ts';

/** The schema by which everything here has been read. */
const READ_BY = 'readBySchema';
/** Absent in a database that only apps of this one have read. */
const FIRST = 1;

/** Gives what was read anew. In a transaction of its own, or in the caller's. */
export function rereadNewer(store: Store): { zone: ZoneName; id: Uint8Array }[] {
  const before = Number(getMeta(store, READ_BY) ?? FIRST);
  if (store.schema <= before) return [];
  return store.write(() => {
    // A payload begins with its schema: those of the first one are not even looked at.
    const rows = store.all<{ zone: number; id: Uint8Array; payload: Uint8Array }>(
      "SELECT zone, id, payload FROM record WHERE payload IS NOT NULL AND substr(payload, 1, 2) <> x'0801'",
    );
    const read: { zone: ZoneName; id: Uint8Array }[] = [];
    for (const row of rows) {
      const bytes = plain(row.payload);
      const schema = schemaOf(bytes);
      if (schema <= before || schema > store.schema) continue;
      const zone: ZoneName = row.zone === 1 ? 'account' : 'messages';
      const id = plain(row.id);
      const known = recordRow(store, zone, id);
      if (known === undefined) continue;
      const now = decodePayload(bytes, store.schema);
      replaceContent(store, zone, id, known, decodePayload(bytes, before), now);
      // Deleted, or recovered, here before the newer app's words came (SPEC DEL-20).
      const remembered = zone === 'messages' ? takeRememberedDelete(store, now) : null;
      if (remembered !== null) putMerged(store, zone, id, remembered, { dirty: true });
      read.push({ zone, id });
    }
    setMeta(store, READ_BY, String(store.schema));
    return read;
  });
}

/** What an app of before kept of whom a message did not reach, and did not show (migration 100). In the caller's transaction. */
export function readMissed(store: Store): void {
  const rows = store.all<{ rid: number; id: Uint8Array; payload: Uint8Array | null }>(
    `SELECT m.rid, m.id, r.payload FROM message m JOIN record r ON r.rid = m.rid WHERE m.missed = x''`,
  );
  for (const { rid, id, payload } of rows) {
    // Of one that this app cannot read it is not known.
    store.run('UPDATE message SET missed = NULL WHERE rid = ?', rid);
    if (payload === null) continue;
    const read = decodePayload(plain(payload), store.schema);
    project(store, 'messages', plain(id), rid, read, read);
  }
}
