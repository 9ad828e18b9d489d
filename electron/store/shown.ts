/** The ids of what a conversation shows: for selecting all of it, and for a delete that goes message by message. */
import type { Store } from './open.ts';
import { waitingMessages } from './outbox.ts';
import { NOWHERE, type Place, plain } from './values.ts';

/** As the window knows them, newest first: what waits in the outbox stands behind everything accepted. */
export function shownIds(store: Store, conversation: Uint8Array, limit: number): Uint8Array[] {
  const waiting = waitingMessages(store, conversation).map((entry) => entry.sendId);
  const accepted = store.all<{ id: Uint8Array }>(
    `SELECT m.id FROM conversation c JOIN message m ON m.cid = c.cid
     WHERE c.guid = ? AND m.shown = 1 AND (m.accepted_ms, m.guid) > (c.clear_ms, c.clear_guid)
     ORDER BY m.accepted_ms DESC, m.guid DESC LIMIT ?`,
    conversation,
    limit,
  );
  return [...waiting.reverse(), ...accepted.map((row) => plain(row.id))].slice(0, limit);
}

/** Record ids of all that are shown behind a place, oldest first; null: of all. */
export function shownBehind(store: Store, conversation: Uint8Array, place: Place | null): Uint8Array[] {
  const { ms, guid } = place ?? NOWHERE;
  return store
    .all<{ id: Uint8Array }>(
      `SELECT m.id FROM conversation c JOIN message m ON m.cid = c.cid
       WHERE c.guid = ? AND m.shown = 1 AND (m.accepted_ms, m.guid) > (c.clear_ms, c.clear_guid)
         AND (m.accepted_ms, m.guid) > (?, ?) ORDER BY m.accepted_ms, m.guid`,
      conversation,
      ms,
      guid,
    )
    .map((row) => plain(row.id));
}
