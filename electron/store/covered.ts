/** Whether a conversation's delete takes a message, by the message's place in it. In the sync worker, beside the merge (records.ts, pulled.ts). */
import type { Store } from './open.ts';

/** When its conversation was deleted for all devices up to its place or further. Null: it was not. `rid`: of its record. */
function coveredAt(store: Store, rid: number): number | null {
  const row = store.get<{ at: number }>(
    `SELECT c.register_clear_at_ms AS at FROM message m CROSS JOIN conversation c ON c.cid = m.cid
     WHERE m.rid = ? AND (m.accepted_ms, m.guid) <= (c.register_clear_ms, c.register_clear_guid)`,
    rid,
  );
  return row?.at ?? null;
}

/**
 * Writes another core in the place of one, which may stand later: what its conversation's delete took by its place then is no longer taken by that.
 * Gives when it was deleted where that is so; null otherwise. `conflict`: whether there are two cores at all.
 */
export function moved(store: Store, rid: number, conflict: boolean, replace: () => void): number | null {
  const before = conflict ? coveredAt(store, rid) : null;
  replace();
  return before !== null && coveredAt(store, rid) === null ? before : null;
}
