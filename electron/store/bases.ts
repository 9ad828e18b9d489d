/**
 * Bases without content: of records that do not open (the cloud has them, this device cannot read them) and of tombstones that wait
 * for the end of a first sync. Knowing the base keeps the digest comparable; content that is here is not touched.
 */
import type { Store } from './open.ts';
import { type Base, changeBase, isMerged, recordRow } from './records.ts';
import { plain, ZONE_NUMBER, type ZoneName } from './values.ts';
import { isGenerationOver } from './zone-state.ts';

export function rememberBase(
  store: Store,
  zone: ZoneName,
  id: Uint8Array,
  base: Base,
  proof: Uint8Array | null = null,
): void {
  store.write(() => {
    const row = recordRow(store, zone, id);
    if (row !== undefined) {
      const unmerged = proof === null && row.payload !== null && row.rev > 0 && !isMerged(row);
      changeBase(store, zone, id, row, unmerged ? { ...base, epoch: row.epoch } : base, proof);
      return;
    }
    store.run(
      'INSERT INTO record (rid, zone, id, kind, rev, epoch, hint, hash, proof) VALUES (?, ?, ?, 0, ?, ?, ?, ?, ?)',
      store.memory.smallRid(),
      ZONE_NUMBER[zone],
      id,
      base.rev,
      base.epoch,
      base.hint,
      base.hash,
      proof,
    );
    if (base.rev > 0 && base.hash !== null)
      store.memory.changeDigest(ZONE_NUMBER[zone]).add(id, base.rev, base.hash);
  });
}

/** Tombstones that were proven but whose content is still here. */
export function heldTombstones(
  store: Store,
  zone: ZoneName,
  hash: Uint8Array,
  limit: number,
): { id: Uint8Array; rev: number; epoch: number; proof: Uint8Array }[] {
  return store
    .all<{ id: Uint8Array; rev: number; epoch: number; proof: Uint8Array }>(
      `SELECT id, rev, epoch, proof FROM record WHERE zone = ? AND gone = 0 AND proof IS NOT NULL AND hash = ? LIMIT ?`,
      ZONE_NUMBER[zone],
      hash,
      limit,
    )
    .map((row) => ({ id: plain(row.id), rev: row.rev, epoch: row.epoch, proof: plain(row.proof) }));
}

/** Records of which only the base is known: the cloud's version does not open here. Not what was let go of on this device alone, and still is. */
export function unreadable(store: Store, zone: ZoneName, limit: number): Uint8Array[] {
  return store
    .all<{ id: Uint8Array }>(
      `SELECT id FROM record r WHERE zone = ? AND gone = 0 AND payload IS NULL AND rev > 0
         AND NOT EXISTS (SELECT 1 FROM local_delete l WHERE l.id = r.id AND l.gone = 1) LIMIT ?`,
      ZONE_NUMBER[zone],
      limit,
    )
    .map((row) => plain(row.id));
}

/** Messages that are here and, as far as is known, not in the cloud. What this device alone has let go of is a record without content. */
export function messagesToUpload(store: Store): number {
  return store.get<{ n: number }>(
    'SELECT count(*) AS n FROM record WHERE zone = ? AND kind = 1 AND rev = 0 AND gone = 0 AND payload IS NOT NULL',
    ZONE_NUMBER.messages,
  )!.n;
}

/** Whether the cloud, as far as is known here, holds any message. */
export function someInCloud(store: Store): boolean {
  if (isGenerationOver(store, 'messages')) return false;
  const row = store.get<{ yes: number }>(
    'SELECT EXISTS (SELECT 1 FROM record WHERE zone = ? AND kind = 1 AND rev > 0 AND gone = 0) AS yes',
    ZONE_NUMBER.messages,
  )!;
  return row.yes === 1;
}
