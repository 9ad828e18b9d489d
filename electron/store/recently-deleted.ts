/**
 * Recently Deleted: messages deleted by themselves, and those that went with their conversation (at or below its clear mark). After 30
 * days they go for good; that is the engine's doing (`dueForGood`), never the passing of time alone.
 */
import { itemsOf, MESSAGE_COLUMNS, type MessageItem, type MessageRow, messageRow } from './messages.ts';
import type { Store } from './open.ts';
import { comparePlaces, plain, plainOrNull } from './values.ts';

export const KEPT_MS = 30 * 24 * 60 * 60 * 1000;

export type DeletedItem = {
  message: MessageItem;
  deletedMs: number;
  goesMs: number;
  /** The device it was deleted on, where known. */
  deletedDevice: Uint8Array | null;
  /** It went with its whole conversation: Recover brings the conversation back. */
  withConversation: boolean;
};

type ClearRow = {
  cid: number;
  guid: Uint8Array;
  clear_ms: number;
  clear_guid: Uint8Array;
  clear_at_ms: number;
  clear_device: Uint8Array | null;
};

function clearedConversations(store: Store): ClearRow[] {
  return store.all<ClearRow>(
    `SELECT cid, guid, clear_ms, clear_guid, clear_at_ms, clear_device FROM conversation
     WHERE clear_at_ms IS NOT NULL ORDER BY clear_at_ms DESC`,
  );
}

/** Latest deleted first; of a cleared conversation its newest messages. */
export function listRecentlyDeleted(store: Store, limit: number): DeletedItem[] {
  const items: DeletedItem[] = [];
  const single = store.all<MessageRow>(
    `SELECT ${MESSAGE_COLUMNS} FROM message WHERE deleted_ms IS NOT NULL ORDER BY deleted_ms DESC, rid DESC LIMIT ?`,
    limit,
  );
  for (const row of single) {
    const conversation = store.get<{ guid: Uint8Array }>(
      'SELECT guid FROM conversation WHERE cid = ?',
      row.cid,
    )!;
    const [message] = itemsOf(store, { cid: row.cid, guid: plain(conversation.guid) }, [row]);
    items.push({
      message: message!,
      deletedMs: row.deleted_ms!,
      goesMs: row.deleted_ms! + KEPT_MS,
      deletedDevice: plainOrNull(row.deleted_device),
      withConversation: false,
    });
  }
  let left = limit;
  for (const clear of clearedConversations(store)) {
    if (left <= 0) break;
    const rows = store.all<MessageRow>(
      `SELECT ${MESSAGE_COLUMNS} FROM message WHERE cid = ? AND shown = 1 AND (accepted_ms, guid) <= (?, ?)
       ORDER BY accepted_ms DESC, guid DESC LIMIT ?`,
      clear.cid,
      clear.clear_ms,
      clear.clear_guid,
      left,
    );
    left -= rows.length;
    for (const message of itemsOf(store, { cid: clear.cid, guid: plain(clear.guid) }, rows)) {
      items.push({
        message,
        deletedMs: clear.clear_at_ms,
        goesMs: clear.clear_at_ms + KEPT_MS,
        deletedDevice: plainOrNull(clear.clear_device),
        withConversation: true,
      });
    }
  }
  return items.sort((a, b) => b.deletedMs - a.deletedMs).slice(0, limit);
}

/** How much is there, and when the first of it goes for good (null: nothing is there). Reads no text. */
export function recentlyDeletedSummary(store: Store): { messages: number; firstGoesMs: number | null } {
  const single = store.get<{ n: number; oldest: number | null }>(
    'SELECT count(*) AS n, min(deleted_ms) AS oldest FROM message WHERE deleted_ms IS NOT NULL',
  )!;
  let messages = single.n;
  let oldest = single.oldest;
  for (const clear of clearedConversations(store)) {
    const { n } = store.get<{ n: number }>(
      'SELECT count(*) AS n FROM message WHERE cid = ? AND shown = 1 AND (accepted_ms, guid) <= (?, ?)',
      clear.cid,
      clear.clear_ms,
      clear.clear_guid,
    )!;
    messages += n;
    if (n > 0) oldest = Math.min(oldest ?? clear.clear_at_ms, clear.clear_at_ms);
  }
  return { messages, firstGoesMs: oldest === null ? null : oldest + KEPT_MS };
}

/** How a message came to be in Recently Deleted; null when it is not there. */
export function deletedHow(store: Store, recordId: Uint8Array): 'itself' | 'withConversation' | null {
  const row = messageRow(store, recordId);
  if (row === undefined) return null;
  if (row.deleted_ms !== null) return 'itself';
  const clear = store.get<{ clear_ms: number; clear_guid: Uint8Array }>(
    'SELECT clear_ms, clear_guid FROM conversation WHERE cid = ?',
    row.cid,
  )!;
  return comparePlaces(row.accepted_ms, row.guid, clear.clear_ms, clear.clear_guid) <= 0
    ? 'withConversation'
    : null;
}

/** Record ids whose 30 days were over at `nowMs`, a slice of them. The caller has checked the cloud's time as well. */
export function dueForGood(store: Store, nowMs: number, limit: number): Uint8Array[] {
  const before = nowMs - KEPT_MS;
  const due = store
    .all<{ id: Uint8Array }>(
      'SELECT id FROM message WHERE deleted_ms IS NOT NULL AND deleted_ms <= ? ORDER BY deleted_ms, rid LIMIT ?',
      before,
      limit,
    )
    .map((row) => plain(row.id));
  for (const clear of clearedConversations(store)) {
    if (due.length >= limit) break;
    if (clear.clear_at_ms > before) continue;
    due.push(...clearedMessages(store, plain(clear.guid), limit - due.length));
  }
  return due;
}

/** Record ids of what went with a conversation: for Delete Now of all of it, in slices. */
export function clearedMessages(store: Store, conversation: Uint8Array, limit: number): Uint8Array[] {
  return store
    .all<{ id: Uint8Array }>(
      `SELECT m.id FROM conversation c JOIN message m ON m.cid = c.cid
       WHERE c.guid = ? AND m.shown = 1 AND (m.accepted_ms, m.guid) <= (c.clear_ms, c.clear_guid) LIMIT ?`,
      conversation,
      limit,
    )
    .map((row) => plain(row.id));
}
