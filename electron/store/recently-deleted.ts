/**
 * Recently Deleted: messages deleted by themselves, and those that went with their conversation (at or below its clear mark). After 30
 * days they go for good; that is the engine's doing (`dueForGood`), never the passing of time alone.
 */
import { itemsOf, MESSAGE_COLUMNS, type MessageItem, type MessageRow, messageRow } from './messages.ts';
import type { Store } from './open.ts';
import { comparePlaces, NOWHERE, type Place, plain, plainOrNull, sameBytes } from './values.ts';

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

/** What of one conversation is there. */
export type DeletedConversation = {
  conversation: Uint8Array;
  messages: number;
  /** When the latest of them was deleted: the latest conversation comes first. */
  newestMs: number;
};

type Clear = { ms: number; guid: Uint8Array; atMs: number; device: Uint8Array | null };
type Group = DeletedConversation & {
  cid: number;
  /** Of those deleted by themselves. */
  newestSingleMs: number | null;
  /** Those that went with the conversation. */
  clear: Clear | null;
  cleared: number;
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

function groupsOf(store: Store): Group[] {
  const groups = new Map<number, Group>();
  const singles = store.all<{ cid: number; n: number; newest: number }>(
    `SELECT cid, count(*) AS n, max(deleted_ms) AS newest FROM message INDEXED BY message_deleted_in
     WHERE deleted_ms IS NOT NULL GROUP BY cid`,
  );
  for (const { cid, n, newest } of singles) {
    const { guid } = store.get<{ guid: Uint8Array }>('SELECT guid FROM conversation WHERE cid = ?', cid)!;
    groups.set(cid, {
      cid,
      conversation: plain(guid),
      messages: n,
      newestMs: newest,
      newestSingleMs: newest,
      clear: null,
      cleared: 0,
    });
  }
  for (const row of clearedConversations(store)) {
    const { n } = store.get<{ n: number }>(
      'SELECT count(*) AS n FROM message WHERE cid = ? AND shown = 1 AND (accepted_ms, guid) <= (?, ?)',
      row.cid,
      row.clear_ms,
      row.clear_guid,
    )!;
    if (n === 0) continue;
    const single = groups.get(row.cid);
    const clear = {
      ms: row.clear_ms,
      guid: plain(row.clear_guid),
      atMs: row.clear_at_ms,
      device: plainOrNull(row.clear_device),
    };
    groups.set(row.cid, {
      cid: row.cid,
      conversation: plain(row.guid),
      messages: n + (single?.messages ?? 0),
      newestMs: Math.max(clear.atMs, single?.newestMs ?? 0),
      newestSingleMs: single?.newestSingleMs ?? null,
      clear,
      cleared: n,
    });
  }
  return [...groups.values()].sort((a, b) => b.newestMs - a.newestMs || b.cid - a.cid);
}

/** By conversation, the latest delete first. Costs what is there, in the narrowest index. */
export function deletedConversations(store: Store): DeletedConversation[] {
  return groupsOf(store);
}

/** Conversation by conversation as above; within one the latest deleted first, what went at once with the newest message first. */
export function listRecentlyDeleted(store: Store, limit: number, offset = 0): DeletedItem[] {
  const items: DeletedItem[] = [];
  let skip = offset;
  for (const group of groupsOf(store)) {
    if (items.length >= limit) break;
    if (skip >= group.messages) {
      skip -= group.messages;
      continue;
    }
    items.push(...pageOf(store, group, limit - items.length, skip));
    skip = 0;
  }
  return items;
}

function pageOf(store: Store, group: Group, limit: number, offset: number): DeletedItem[] {
  const { cid, clear } = group;
  const items: DeletedItem[] = [];
  let skip = offset;
  const add = (count: number, rowsOf: (limit: number, offset: number) => MessageRow[]): void => {
    const left = limit - items.length;
    if (left > 0 && skip < count) {
      for (const item of itemsOf(store, { cid, guid: group.conversation }, rowsOf(left, skip))) {
        const itself = item.deletedMs !== null;
        const deletedMs = item.deletedMs ?? clear?.atMs ?? 0;
        const deletedDevice = itself ? item.deletedDevice : (clear?.device ?? null);
        items.push({
          message: item,
          deletedMs,
          goesMs: deletedMs + KEPT_MS,
          deletedDevice,
          withConversation: !itself,
        });
      }
    }
    skip = Math.max(0, skip - count);
  };
  const singles = (fromMs: number, toMs: number) => (most: number, after: number) =>
    store.all<MessageRow>(
      `SELECT ${MESSAGE_COLUMNS} FROM message INDEXED BY message_deleted_in
       WHERE cid = ? AND deleted_ms > ? AND deleted_ms <= ? ORDER BY deleted_ms DESC, rid DESC LIMIT ? OFFSET ?`,
      cid,
      fromMs,
      toMs,
      most,
      after,
    );
  const single = group.messages - group.cleared;
  if (clear === null) {
    add(single, singles(-1, Number.MAX_SAFE_INTEGER));
    return items;
  }
  const { n: later } = store.get<{ n: number }>(
    'SELECT count(*) AS n FROM message INDEXED BY message_deleted_in WHERE cid = ? AND deleted_ms > ?',
    cid,
    clear.atMs,
  )!;
  add(later, singles(clear.atMs, Number.MAX_SAFE_INTEGER));
  add(group.cleared, (most, after) =>
    store.all<MessageRow>(
      `SELECT ${MESSAGE_COLUMNS} FROM message WHERE cid = ? AND shown = 1 AND (accepted_ms, guid) <= (?, ?)
       ORDER BY accepted_ms DESC, guid DESC LIMIT ? OFFSET ?`,
      cid,
      clear.ms,
      clear.guid,
      most,
      after,
    ),
  );
  add(single - later, singles(-1, clear.atMs));
  return items;
}

/**
 * Record ids of what is there now, a page of so many at a time: of one conversation, or of all. What gets there between two pages is not
 * among them.
 */
export function* deletedIds(
  store: Store,
  conversation: Uint8Array | null,
  page: number,
): Generator<Uint8Array[]> {
  for (const group of groupsOf(store)) {
    if (conversation !== null && !sameBytes(conversation, group.conversation)) continue;
    if (group.newestSingleMs !== null) yield* singleIds(store, group.cid, group.newestSingleMs, page);
    if (group.clear !== null) yield* clearedIds(store, group.cid, group.clear, page);
  }
}

function* singleIds(store: Store, cid: number, newestMs: number, page: number): Generator<Uint8Array[]> {
  for (let after = { ms: -1, rid: -1 }; ; ) {
    const rows = store.all<{ id: Uint8Array; rid: number; deleted_ms: number }>(
      `SELECT id, rid, deleted_ms FROM message INDEXED BY message_deleted_in
       WHERE cid = ? AND deleted_ms <= ? AND (deleted_ms, rid) > (?, ?) ORDER BY deleted_ms, rid LIMIT ?`,
      cid,
      newestMs,
      after.ms,
      after.rid,
      page,
    );
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows.map((row) => plain(row.id));
    after = { ms: last.deleted_ms, rid: last.rid };
  }
}

function* clearedIds(store: Store, cid: number, upTo: Clear, page: number): Generator<Uint8Array[]> {
  for (let after: Place = NOWHERE; ; ) {
    const rows = store.all<{ id: Uint8Array; accepted_ms: number; guid: Uint8Array }>(
      `SELECT id, accepted_ms, guid FROM message
       WHERE cid = ? AND shown = 1 AND (accepted_ms, guid) <= (?, ?) AND (accepted_ms, guid) > (?, ?)
       ORDER BY accepted_ms, guid LIMIT ?`,
      cid,
      upTo.ms,
      upTo.guid,
      after.ms,
      after.guid,
      page,
    );
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows.map((row) => plain(row.id));
    after = { ms: last.accepted_ms, guid: plain(last.guid) };
  }
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

/**
 * Record ids whose 30 days were over at `nowMs`, a slice of them. The caller has checked the cloud's time as well. Of what a newer app has written
 * since, only the time before that is known here: it may have been recovered, and is not due (SPEC DEL-21).
 */
export function dueForGood(store: Store, nowMs: number, limit: number): Uint8Array[] {
  const before = nowMs - KEPT_MS;
  // A payload begins with its schema.
  const readable = Uint8Array.of(store.schema);
  const due = store
    .all<{ id: Uint8Array }>(
      `SELECT m.id FROM message m JOIN record r ON r.rid = m.rid
       WHERE m.deleted_ms IS NOT NULL AND m.deleted_ms <= ? AND substr(r.payload, 2, 1) <= ? ORDER BY m.deleted_ms, m.rid LIMIT ?`,
      before,
      readable,
      limit,
    )
    .map((row) => plain(row.id));
  for (const clear of clearedConversations(store)) {
    if (due.length >= limit) break;
    if (clear.clear_at_ms > before || !isReadable(store, plain(clear.guid), readable)) continue;
    due.push(...clearedMessages(store, plain(clear.guid), limit - due.length));
  }
  return due;
}

function isReadable(store: Store, conversation: Uint8Array, readable: Uint8Array): boolean {
  const newer = store.get(
    `SELECT 1 AS one FROM conversation c JOIN record r ON r.zone = 2 AND r.id = c.record_id
     WHERE c.guid = ? AND substr(r.payload, 2, 1) > ?`,
    conversation,
    readable,
  );
  return newer === undefined;
}

/**
 * Of a message that went with its conversation: its place, and when that was deleted; `everywhere`: for all devices, not on this one alone. Undefined
 * where it is shown, or in Recently Deleted by itself.
 */
export function goneWithConversation(
  store: Store,
  recordId: Uint8Array,
): { conversation: Uint8Array; place: Place; deletedMs: number; everywhere: boolean } | undefined {
  const row = store.get<{
    conversation: Uint8Array;
    accepted_ms: number;
    guid: Uint8Array;
    here_ms: number;
    everywhere: number | null;
    everywhere_ms: number | null;
  }>(
    `SELECT c.guid AS conversation, m.accepted_ms, m.guid, c.clear_at_ms AS here_ms, c.register_clear_at_ms AS everywhere_ms,
       (m.accepted_ms, m.guid) <= (c.register_clear_ms, c.register_clear_guid) AS everywhere
     FROM record r JOIN message m ON m.rid = r.rid JOIN conversation c ON c.cid = m.cid
     WHERE r.zone = 2 AND r.id = ? AND m.shown = 1 AND (m.accepted_ms, m.guid) <= (c.clear_ms, c.clear_guid)`,
    recordId,
  );
  if (row === undefined) return undefined;
  const everywhere = row.everywhere === 1;
  return {
    conversation: plain(row.conversation),
    place: { ms: row.accepted_ms, guid: plain(row.guid) },
    deletedMs: (everywhere ? row.everywhere_ms : null) ?? row.here_ms,
    everywhere,
  };
}

/** Record ids of messages later than `from` that its conversation's delete took, and that the cloud does not have. A slice. */
export function onlyHereUnderMark(
  store: Store,
  conversation: Uint8Array,
  from: Place,
  limit: number,
): Uint8Array[] {
  return store
    .all<{ id: Uint8Array }>(
      `SELECT m.id FROM conversation c CROSS JOIN message m ON m.cid = c.cid CROSS JOIN record r ON r.rid = m.rid
       WHERE c.guid = ? AND m.shown = 1 AND (m.accepted_ms, m.guid) > (?, ?)
         AND (m.accepted_ms, m.guid) <= (c.register_clear_ms, c.register_clear_guid) AND r.rev = 0 LIMIT ?`,
      conversation,
      from.ms,
      from.guid,
      limit,
    )
    .map((row) => plain(row.id));
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
