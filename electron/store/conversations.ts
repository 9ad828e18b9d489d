/** The list of conversations, as the window shows it. Each call costs what it returns. */
import { attachmentsOf, draftsOf } from './attachments.ts';
import {
  itemsOf,
  MESSAGE_COLUMNS,
  type MessageItem,
  type MessageRow,
  ownAccount,
  type Peer,
  stateOf,
  stateOfWaiting,
} from './messages.ts';
import type { Store } from './open.ts';
import { type OutboxState, waitingMessages } from './outbox.ts';
import { mapKey, NOWHERE, plain, plainOrNull, sameBytes } from './values.ts';

export type Member = {
  account: Uint8Array;
  handle: string;
  name: string;
  identityKey: Uint8Array | null;
  fromMe: boolean;
  deliveredMs: number | null;
  readMs: number | null;
};

export type ConversationItem = {
  guid: Uint8Array;
  recordId: Uint8Array | null;
  readingId: Uint8Array | null;
  kind: 'direct' | 'group';
  /** A group's name, if it has one. */
  name: string | null;
  /** Own account included. */
  members: Member[];
  pinned: boolean;
  mutedUntilMs: number | null;
  unread: number;
  markedUnread: boolean;
  draft: string;
  /** The newest shown: one that waits in the outbox, else the newest accepted. */
  last: Pick<
    MessageItem,
    'id' | 'text' | 'fromMe' | 'sender' | 'acceptedMs' | 'state' | 'unsentMs' | 'attachments'
  > | null;
  activityMs: number;
  readUpTo: { ms: number; guid: Uint8Array } | null;
  clearedUpTo: { ms: number; guid: Uint8Array; atMs: number | null } | null;
};

type Row = {
  cid: number;
  guid: Uint8Array;
  record_id: Uint8Array | null;
  reading_id: Uint8Array | null;
  kind: number;
  name: string | null;
  pinned: number;
  muted_until_ms: number | null;
  unread: number;
  marked_unread: number;
  draft: string;
  last_rid: number | null;
  activity_ms: number;
  read_ms: number;
  read_guid: Uint8Array | null;
  clear_ms: number;
  clear_guid: Uint8Array | null;
  clear_at_ms: number | null;
};
const COLUMNS =
  "cid, guid, record_id, reading_id, kind, name, pinned, muted_until_ms, unread, marked_unread, draft, last_rid, activity_ms, read_ms, nullif(read_guid, x'') AS read_guid, clear_ms, nullif(clear_guid, x'') AS clear_guid, clear_at_ms";

/** Pinned on top, then the newest first. */
export function listConversations(store: Store, limit = 10_000): ConversationItem[] {
  const rows = store.all<Row>(
    `SELECT ${COLUMNS} FROM conversation WHERE listed = 1 ORDER BY pinned DESC, activity_ms DESC, cid DESC LIMIT ?`,
    limit,
  );
  const self = ownAccount(store);
  const waiting = new Set(
    store
      .all<{ conversation: Uint8Array }>(
        `SELECT DISTINCT conversation FROM outbox WHERE kind = 'message' AND deleted_ms IS NULL`,
      )
      .map((row) => mapKey(row.conversation)),
  );
  const known = knownOfAll(store, self);
  return rows.map((row) =>
    itemOf(store, row, self, waiting.size > 0 && waiting.has(mapKey(row.guid)), known),
  );
}

/** Of all listed conversations at once: what one by one would be several queries each. */
type Known = { members: Map<number, MemberRow[]>; last: Map<number, ConversationItem['last']> };

function knownOfAll(store: Store, self: Uint8Array | null): Known {
  const members = new Map<number, MemberRow[]>();
  // A blob costs more than the rest of its row: none is made of what is empty, or not looked at.
  for (const row of store.all<MemberRow>(
    `SELECT m.cid, m.account, m.handle, m.name, m.identity_key, m.delivered_ms, nullif(m.delivered_guid, x'') AS delivered_guid,
       m.read_ms, nullif(m.read_guid, x'') AS read_guid
     FROM conversation c CROSS JOIN conversation_member m ON m.cid = c.cid
     WHERE c.listed = 1 AND m.member = 1`,
  )) {
    row.delivered_guid ??= NOWHERE.guid;
    row.read_guid ??= NOWHERE.guid;
    const some = members.get(row.cid);
    if (some === undefined) members.set(row.cid, [row]);
    else some.push(row);
  }
  const undelivered = new Map(
    store
      .all<{ guid: Uint8Array; state: OutboxState }>(
        `SELECT guid, state FROM outbox WHERE kind = 'redelivery'`,
      )
      .map((row) => [mapKey(row.guid), stateOfWaiting(row.state)]),
  );
  const ownState = (guid: Uint8Array, row: LastRow): MessageItem['state'] => {
    const again = undelivered.get(mapKey(guid));
    if (again !== undefined) return again;
    if (row.missed !== null && row.missed.length > 0) return 'failed';
    const peers = (members.get(row.cid) ?? []).filter(
      (one) => self === null || !sameBytes(one.account, self),
    );
    return stateOf({ mine: row.mine, accepted_ms: row.accepted_ms, guid }, peers);
  };
  const last = new Map<number, ConversationItem['last']>();
  for (const row of store.all<LastRow>(
    `SELECT m.cid, m.id, CASE m.mine WHEN 1 THEN m.guid END AS guid, m.sender, m.mine, m.accepted_ms, m.text, m.unsent_ms, m.rid,
       m.attachments, m.missed
     FROM conversation c CROSS JOIN message m ON m.rid = c.last_rid WHERE c.listed = 1`,
  )) {
    last.set(row.cid, {
      id: plain(row.id),
      text: row.text,
      fromMe: row.mine === 1,
      sender: plain(row.sender),
      acceptedMs: row.accepted_ms,
      state: row.guid === null ? 'received' : ownState(row.guid, row),
      unsentMs: row.unsent_ms,
      attachments: row.attachments === 0 ? [] : attachmentsOf(store, row.rid),
    });
  }
  return { members, last };
}
type LastRow = {
  cid: number;
  id: Uint8Array;
  /** Of an own one. */
  guid: Uint8Array | null;
  sender: Uint8Array;
  mine: number;
  accepted_ms: number;
  text: string;
  unsent_ms: number | null;
  rid: number;
  attachments: number;
  missed: Uint8Array | null;
};

/** Listed or not; undefined while its record has not arrived. */
export function getConversation(store: Store, guid: Uint8Array): ConversationItem | undefined {
  const row = store.get<Row>(`SELECT ${COLUMNS} FROM conversation WHERE guid = ?`, guid);
  return row === undefined || row.kind === 0 ? undefined : itemOf(store, row, ownAccount(store), true);
}

function itemOf(
  store: Store,
  row: Row,
  self: Uint8Array | null,
  mayWait: boolean,
  known?: Known,
): ConversationItem {
  const guid = plain(row.guid);
  return {
    guid,
    recordId: plainOrNull(row.record_id),
    readingId: plainOrNull(row.reading_id),
    kind: row.kind === 2 ? 'group' : 'direct',
    name: row.name,
    members:
      known === undefined
        ? membersOf(store, row.cid, self)
        : (known.members.get(row.cid) ?? []).map((one) => memberOf(one, self)),
    pinned: row.pinned === 1,
    mutedUntilMs: row.muted_until_ms,
    unread: row.unread,
    markedUnread: row.marked_unread === 1,
    draft: row.draft,
    last:
      (mayWait ? lastWaiting(store, guid, self) : null) ??
      (known === undefined
        ? lastAccepted(store, row.cid, guid, row.last_rid)
        : (known.last.get(row.cid) ?? null)),
    activityMs: row.activity_ms,
    readUpTo: row.read_ms < 0 ? null : { ms: row.read_ms, guid: plain(row.read_guid ?? NOWHERE.guid) },
    clearedUpTo:
      row.clear_ms < 0
        ? null
        : { ms: row.clear_ms, guid: plain(row.clear_guid ?? NOWHERE.guid), atMs: row.clear_at_ms },
  };
}

function membersOf(store: Store, cid: number, self: Uint8Array | null): Member[] {
  return store
    .all<MemberRow>(
      `SELECT cid, ${MEMBER_COLUMNS} FROM conversation_member WHERE cid = ? AND member = 1`,
      cid,
    )
    .map((row) => memberOf(row, self));
}

type MemberRow = Peer & {
  cid: number;
  account: Uint8Array;
  handle: string;
  name: string;
  identity_key: Uint8Array | null;
};
const MEMBER_COLUMNS =
  'account, handle, name, identity_key, delivered_ms, delivered_guid, read_ms, read_guid';

function memberOf(row: MemberRow, self: Uint8Array | null): Member {
  return {
    account: plain(row.account),
    handle: row.handle,
    name: row.name,
    identityKey: plainOrNull(row.identity_key),
    fromMe: self !== null && sameBytes(self, row.account),
    deliveredMs: row.delivered_ms < 0 ? null : row.delivered_ms,
    readMs: row.read_ms < 0 ? null : row.read_ms,
  };
}

/** Members of one conversation, for naming senders on a page. Undefined when it is unknown. */
export function conversationMembers(store: Store, guid: Uint8Array): Member[] | undefined {
  const row = store.get<{ cid: number }>('SELECT cid FROM conversation WHERE guid = ?', guid);
  return row === undefined ? undefined : membersOf(store, row.cid, ownAccount(store));
}

function lastWaiting(store: Store, guid: Uint8Array, self: Uint8Array | null): ConversationItem['last'] {
  const entry = waitingMessages(store, guid).at(-1);
  if (entry === undefined) return null;
  return {
    id: entry.sendId,
    text: entry.text,
    fromMe: true,
    sender: self ?? new Uint8Array(16),
    acceptedMs: entry.createdMs,
    state: stateOfWaiting(entry.state),
    unsentMs: null,
    attachments: draftsOf(store, entry.sendId),
  };
}

function lastAccepted(
  store: Store,
  cid: number,
  guid: Uint8Array,
  rid: number | null,
): ConversationItem['last'] {
  if (rid === null) return null;
  const row = store.get<MessageRow>(`SELECT ${MESSAGE_COLUMNS} FROM message WHERE rid = ?`, rid);
  if (row === undefined) return null;
  const { id, text, fromMe, sender, acceptedMs, state, unsentMs, attachments } = itemsOf(
    store,
    { cid, guid },
    [row],
  )[0]!;
  return { id, text, fromMe, sender, acceptedMs, state, unsentMs, attachments };
}

/** For the badge: conversations with something unread. */
export function unreadConversations(store: Store): number {
  return store.get<{ n: number }>(
    'SELECT count(*) AS n FROM conversation WHERE listed = 1 AND (unread > 0 OR marked_unread = 1)',
  )!.n;
}
