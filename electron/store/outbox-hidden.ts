/**
 * Messages that were deleted before the cloud accepted them. Such a row shows nowhere. [Note: hidden rows]
 * - Never asked for (no request is stored): it is not sent. It stays only so that Undo can bring it back.
 * - On its way (its request is stored, so it may have been accepted): it goes on being asked for with the same bytes, and is written as a
 *   deleted message with the answer. When it turns out that it was not accepted, it is one that was never asked for.
 * How far such a delete reaches is settled when it is made (`here`: the switch is off), whatever the switch is when the answer comes.
 */
import type { Store } from './open.ts';
import { getOutbox, removeOutbox, touched } from './outbox.ts';
import { plain } from './values.ts';

/** False when there is no such message in the outbox, or it is hidden already. */
export function hideOutbox(store: Store, sendId: Uint8Array, deletedMs: number, here: boolean): boolean {
  return store.write(() => {
    const entry = getOutbox(store, sendId);
    if (entry === undefined || entry.kind !== 'message' || entry.deletedMs !== null) return false;
    store.run(
      'UPDATE outbox SET deleted_ms = ?, deleted_here = ?, undoable = 1 WHERE send_id = ?',
      deletedMs,
      here ? 1 : 0,
      sendId,
    );
    touched(store, entry);
    return true;
  });
}

/** Undo. False when it is not hidden (any more). */
export function showOutbox(store: Store, sendId: Uint8Array): boolean {
  return store.write(() => {
    const entry = getOutbox(store, sendId);
    if (entry === undefined || entry.deletedMs === null) return false;
    store.run(
      'UPDATE outbox SET deleted_ms = NULL, deleted_here = 0, undoable = 0 WHERE send_id = ?',
      sendId,
    );
    touched(store, entry);
    return true;
  });
}

/** Undo is over: what was never asked for goes for good, what is on its way will be a deleted message. */
export function settleHidden(store: Store, sendId: Uint8Array): void {
  store.write(() => {
    const entry = getOutbox(store, sendId);
    if (entry === undefined || entry.deletedMs === null) return;
    if (entry.sealed === null) removeOutbox(store, sendId);
    else store.run('UPDATE outbox SET undoable = 0 WHERE send_id = ?', sendId);
  });
}

/** At the start of the app: no Undo outlives it. */
export function settleAllHidden(store: Store): void {
  const ids = store
    .all<{ send_id: Uint8Array }>('SELECT send_id FROM outbox WHERE deleted_ms IS NOT NULL ORDER BY position')
    .map((row) => plain(row.send_id));
  if (ids.length === 0) return;
  store.write(() => {
    for (const id of ids) settleHidden(store, id);
  });
}

type Hidden = { sendId: Uint8Array; guid: Uint8Array; deletedMs: number; here: boolean };

/** Hidden messages that may have been accepted. */
export function hiddenOnTheirWay(store: Store): Hidden[] {
  return store
    .all<{ send_id: Uint8Array; guid: Uint8Array; deleted_ms: number; deleted_here: number }>(
      `SELECT send_id, guid, deleted_ms, deleted_here FROM outbox
       WHERE deleted_ms IS NOT NULL AND sealed IS NOT NULL ORDER BY position`,
    )
    .map((row) => ({
      sendId: plain(row.send_id),
      guid: plain(row.guid),
      deletedMs: row.deleted_ms,
      here: row.deleted_here === 1,
    }));
}

/** How many of them were deleted on this device alone. */
export function hiddenHere(store: Store): number {
  return hiddenOnTheirWay(store).filter(({ here }) => here).length;
}

/** The switch goes on again: those that were deleted on this device alone are deleted everywhere, or are shown again. */
export function answerHidden(store: Store, everywhere: boolean): void {
  for (const { sendId, here } of hiddenOnTheirWay(store)) {
    if (!here) continue;
    if (everywhere) store.run('UPDATE outbox SET deleted_here = 0 WHERE send_id = ?', sendId);
    else showOutbox(store, sendId);
  }
}
