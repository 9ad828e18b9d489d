/**
 * Pages of a conversation, for the window (read-only connection) and the worker's commands.
 *
 * Order is (acceptedAt, guid) everywhere; what waits in the outbox comes after everything accepted, in its own order. A page costs
 * its own length, whatever the size of the store (message_shown).
 */
import { itemsOf, MESSAGE_COLUMNS, type MessageItem, type MessageRow, waitingItem } from './messages.ts';
import type { Store } from './open.ts';
import { waitingMessages } from './outbox.ts';
import { comparePlaces, type Place, plain, sameBytes } from './values.ts';

export type MessagePage = {
  /** Oldest first. */
  messages: MessageItem[];
  hasOlder: boolean;
  hasNewer: boolean;
};

export type PageRequest = {
  conversation: Uint8Array;
  /** A message's id and time; null: the newest end. The time is for one that is no longer here. */
  anchor: { ms: number; id: Uint8Array } | null;
  /** The anchor itself is only in 'around'. */
  direction: 'older' | 'newer' | 'around';
  limit: number;
};

type Bounds = { cid: number; guid: Uint8Array; clearMs: number; clearGuid: Uint8Array };

const LAST_GUID = new Uint8Array(17).fill(255);
const END: Place = { ms: Number.MAX_SAFE_INTEGER, guid: LAST_GUID };

export function messagePage(store: Store, request: PageRequest): MessagePage {
  const bounds = boundsOf(store, request.conversation);
  const waiting = waitingMessages(store, request.conversation);
  if (bounds === undefined) {
    const items = waiting.map((entry) => waitingItem(store, entry));
    return { messages: items, hasOlder: false, hasNewer: false };
  }
  const { limit, direction } = request;
  const inOutbox =
    request.anchor !== null && waiting.some((entry) => sameBytes(entry.sendId, request.anchor!.id));
  // From the newest end, an anchor in the outbox included: it is all waiting ones and then the page.
  if (request.anchor === null || (inOutbox && direction !== 'newer')) {
    const rows = older(store, bounds, '<', END, limit + 1);
    const hasOlder = rows.length > limit;
    if (hasOlder) rows.pop();
    const withWaiting = request.anchor === null || direction === 'around';
    const items = itemsOf(store, bounds, rows.reverse());
    if (withWaiting) items.push(...waiting.map((entry) => waitingItem(store, entry)));
    return { messages: items, hasOlder, hasNewer: false };
  }
  if (inOutbox) {
    const at = waiting.findIndex((entry) => sameBytes(entry.sendId, request.anchor!.id));
    const items = waiting.slice(at + 1).map((entry) => waitingItem(store, entry));
    return { messages: items, hasOlder: true, hasNewer: false };
  }
  const place = placeOfAnchor(store, request.anchor);
  if (direction === 'older') {
    const rows = older(store, bounds, '<', place, limit + 1);
    const hasOlder = rows.length > limit;
    if (hasOlder) rows.pop();
    return { messages: itemsOf(store, bounds, rows.reverse()), hasOlder, hasNewer: true };
  }
  const half = direction === 'around' ? Math.ceil(limit / 2) : 0;
  const before = direction === 'around' ? older(store, bounds, '<=', place, half + 1) : [];
  const hasOlder = direction === 'newer' || before.length > half;
  if (direction === 'around' && hasOlder) before.pop();
  const after = newer(store, bounds, place, limit - half + 1);
  const hasNewer = after.length > limit - half;
  if (hasNewer) after.pop();
  const items = itemsOf(store, bounds, [...before.reverse(), ...after]);
  if (!hasNewer) items.push(...waiting.map((entry) => waitingItem(store, entry)));
  return { messages: items, hasOlder, hasNewer };
}

function boundsOf(store: Store, conversation: Uint8Array): Bounds | undefined {
  const row = store.get<{ cid: number; clear_ms: number; clear_guid: Uint8Array }>(
    'SELECT cid, clear_ms, clear_guid FROM conversation WHERE guid = ?',
    conversation,
  );
  return row && { cid: row.cid, guid: conversation, clearMs: row.clear_ms, clearGuid: row.clear_guid };
}

function placeOfAnchor(store: Store, anchor: { ms: number; id: Uint8Array }): Place {
  const row = store.get<{ accepted_ms: number; guid: Uint8Array }>(
    `SELECT m.accepted_ms, m.guid FROM record r JOIN message m ON m.rid = r.rid WHERE r.zone = 2 AND r.id = ?`,
    anchor.id,
  );
  return row === undefined ? { ms: anchor.ms, guid: LAST_GUID } : { ms: row.accepted_ms, guid: row.guid };
}

/** Newest first. `than`: without the place itself ('<'), or with it. */
function older(store: Store, bounds: Bounds, than: '<' | '<=', place: Place, limit: number): MessageRow[] {
  return store.all<MessageRow>(
    `SELECT ${MESSAGE_COLUMNS} FROM message WHERE cid = ? AND shown = 1 AND (accepted_ms, guid) > (?, ?) AND (accepted_ms, guid) ${than} (?, ?)
     ORDER BY accepted_ms DESC, guid DESC LIMIT ?`,
    bounds.cid,
    bounds.clearMs,
    bounds.clearGuid,
    place.ms,
    place.guid,
    limit,
  );
}
function newer(store: Store, bounds: Bounds, place: Place, limit: number): MessageRow[] {
  const cleared = comparePlaces(bounds.clearMs, bounds.clearGuid, place.ms, place.guid) > 0;
  return store.all<MessageRow>(
    `SELECT ${MESSAGE_COLUMNS} FROM message WHERE cid = ? AND shown = 1 AND (accepted_ms, guid) > (?, ?)
     ORDER BY accepted_ms, guid LIMIT ?`,
    bounds.cid,
    cleared ? bounds.clearMs : place.ms,
    cleared ? bounds.clearGuid : place.guid,
    limit,
  );
}

/** The newest message shown, or the newest accepted up to then: what Mark as Read, and Delete of a whole conversation, go up to. */
export function newestPlace(store: Store, conversation: Uint8Array, upToMs = END.ms): Place | null {
  const bounds = boundsOf(store, conversation);
  if (bounds === undefined) return null;
  const [row] = older(store, bounds, '<', { ms: upToMs, guid: LAST_GUID }, 1);
  return row === undefined ? null : { ms: row.accepted_ms, guid: plain(row.guid) };
}

/** How many of a conversation are shown, what waits in the outbox left out: for the warning before a delete. */
export function shownCount(store: Store, conversation: Uint8Array): number {
  const bounds = boundsOf(store, conversation);
  if (bounds === undefined) return 0;
  return store.get<{ n: number }>(
    'SELECT count(*) AS n FROM message WHERE cid = ? AND shown = 1 AND (accepted_ms, guid) > (?, ?)',
    bounds.cid,
    bounds.clearMs,
    bounds.clearGuid,
  )!.n;
}

/** How many files they have. */
export function shownAttachments(store: Store, conversation: Uint8Array): number {
  const bounds = boundsOf(store, conversation);
  if (bounds === undefined) return 0;
  return store.get<{ n: number }>(
    `SELECT coalesce(sum(attachments), 0) AS n FROM message
     WHERE cid = ? AND shown = 1 AND (accepted_ms, guid) > (?, ?)`,
    bounds.cid,
    bounds.clearMs,
    bounds.clearGuid,
  )!.n;
}
