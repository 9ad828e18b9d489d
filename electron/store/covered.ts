/** Whether a conversation's delete takes a message, by the message's place in it. In the sync worker, beside the merge (records.ts, pulled.ts). */
import type { Store } from './open.ts';
import { FIRST_MESSAGE_RID, messageRid } from './rid.ts';

/** A message that its conversation's delete does not take any more: when that was, and whether it was a delete on this device alone. */
export type Uncovered = { deletedMs: number; here: boolean };

/** When its conversation was deleted for all devices up to its place or further. Null: it was not. `rid`: of its record. */
function coveredAt(store: Store, rid: number): number | null {
  const row = store.get<{ at: number }>(
    `SELECT c.register_clear_at_ms AS at FROM message m CROSS JOIN conversation c ON c.cid = m.cid
     WHERE m.rid = ? AND (m.accepted_ms, m.guid) <= (c.register_clear_ms, c.register_clear_guid)`,
    rid,
  );
  return row?.at ?? null;
}

/** The same of a delete on this device alone: of what was shown until then. */
function coveredHereAt(store: Store, rid: number): number | null {
  const row = store.get<{ at: number }>(
    `SELECT l.deleted_ms AS at FROM message m CROSS JOIN conversation c ON c.cid = m.cid CROSS JOIN local_clear l ON l.conversation = c.guid
     WHERE m.rid = ? AND m.shown = 1 AND (m.accepted_ms, m.guid) <= (l.up_to_ms, l.up_to_guid)`,
    rid,
  );
  return row?.at ?? null;
}

/** What takes it with its conversation; where both do, the delete for all devices. */
function takenBy(store: Store, rid: number): Uncovered | null {
  const forAll = coveredAt(store, rid);
  if (forAll !== null) return { deletedMs: forAll, here: false };
  const alone = coveredHereAt(store, rid);
  return alone === null ? null : { deletedMs: alone, here: true };
}

/** The same of the place that the row number `was` says, for a message that stands behind its conversation's delete now. */
function wasCoveredAt(store: Store, was: number, rid: number): number | null {
  const row = store.get<{ at: number; ms: number; beyond: number }>(
    `SELECT c.register_clear_at_ms AS at, c.register_clear_ms AS ms, m.guid > c.register_clear_guid AS beyond
     FROM message m CROSS JOIN conversation c ON c.cid = m.cid
     WHERE m.rid = ? AND m.accepted_ms > c.register_clear_ms`,
    rid,
  );
  if (row === undefined) return null;
  const mark = messageRid(row.ms);
  return was < mark || (was === mark && row.beyond === 0) ? row.at : null;
}

/**
 * Writes another core in the place of one, which may stand later: what its conversation's delete took by its place then is no longer taken by that.
 * Gives when it was deleted where that is so; null otherwise. `conflict`: whether there are two cores at all. `gone`: the content had gone from this
 * device alone, and comes again; where it stood, its row number still says. (On this device alone it is gone by itself then, wherever it stands.)
 */
export function moved(
  store: Store,
  row: { rid: number },
  { conflict, gone }: { conflict: boolean; gone: boolean },
  replace: () => void,
): Uncovered | null {
  const was = row.rid;
  const before = conflict ? takenBy(store, was) : null;
  replace();
  if (gone) {
    const deletedMs = was < FIRST_MESSAGE_RID ? null : wasCoveredAt(store, was, row.rid);
    return deletedMs === null ? null : { deletedMs, here: false };
  }
  if (before === null) return null;
  const after = takenBy(store, row.rid);
  // One on this device alone does not stand in for one that was for all.
  return after === null || (after.here && !before.here) ? before : null;
}
