/**
 * Messages as the window shows them: from rows of the store, and from what waits in the outbox. For the window (read-only connection) and the
 * worker's commands.
 */
import { type AttachmentItem, attachmentsOf, draftsOf } from './attachments.ts';
import { type Missed, unpackMissed } from './missed.ts';
import type { Store } from './open.ts';
import { type OutboxState, waitingMessages } from './outbox.ts';
import { comparePlaces, hex, plain, plainOrNull, SERVICE_NUMBER, sameBytes } from './values.ts';

export type MessageState = 'waiting' | 'sending' | 'sent' | 'delivered' | 'read' | 'failed' | 'received';
export type MessageService = 'lockstep' | 'sms' | 'mms' | 'rcs';
const SERVICE = new Map(
  Object.entries(SERVICE_NUMBER).map(([name, number]) => [number, name as MessageService]),
);

export type MessageItem = {
  /** Record id, or, while it is in the outbox, its send id. */
  id: Uint8Array;
  conversation: Uint8Array;
  guid: Uint8Array;
  sender: Uint8Array;
  fromMe: boolean;
  text: string;
  acceptedMs: number;
  sentMs: number;
  service: MessageService;
  state: MessageState;
  failure: string | null;
  /** Own ones: whom it did not reach. */
  missed: Missed[];
  /** What is left to deliver of it, or all of it, is in this device's outbox. */
  isLeftHere: boolean;
  editedMs: number | null;
  unsentMs: number | null;
  deletedMs: number | null;
  deletedDevice: Uint8Array | null;
  /** One a person, in the order they came. */
  reactions: { account: Uint8Array; emoji: string }[];
  /** `id` null: that message is not here (or not any more). */
  replyTo: {
    id: Uint8Array | null;
    sender: Uint8Array;
    text: string;
    unsentMs: number | null;
    attachments: readonly AttachmentItem[];
  } | null;
  attachments: AttachmentItem[];
};

export type MessageRow = {
  rid: number;
  cid: number;
  id: Uint8Array;
  guid: Uint8Array;
  sender: Uint8Array;
  mine: number;
  accepted_ms: number;
  sent_ms: number;
  service: number;
  reactions: number;
  text: string;
  edited_ms: number | null;
  unsent_ms: number | null;
  deleted_ms: number | null;
  deleted_device: Uint8Array | null;
  reply_sender: Uint8Array | null;
  reply_guid: Uint8Array | null;
  attachments: number;
  missed: Uint8Array | null;
};
export const MESSAGE_COLUMNS =
  'rid, cid, id, guid, sender, mine, accepted_ms, sent_ms, service, reactions, text, edited_ms, unsent_ms, deleted_ms, deleted_device, reply_sender, reply_guid, attachments, missed';

export type Peer = {
  delivered_ms: number;
  delivered_guid: Uint8Array;
  read_ms: number;
  read_guid: Uint8Array;
};

/** Watermarks of everybody else in a conversation. */
function peersOf(store: Store, cid: number): Peer[] {
  const peers = store.all<Peer & { account: Uint8Array }>(
    'SELECT account, delivered_ms, delivered_guid, read_ms, read_guid FROM conversation_member WHERE cid = ? AND member = 1',
    cid,
  );
  const self = ownAccount(store);
  return self === null ? peers : peers.filter((peer) => !sameBytes(peer.account, self));
}

export function ownAccount(store: Store): Uint8Array | null {
  if (!store.readonly) return store.memory.self;
  const row = store.get<{ account_id: Uint8Array }>('SELECT account_id FROM identity WHERE one = 1');
  return plainOrNull(row?.account_id);
}

/** Delivered, and read, means by all of the others. */
export function stateOf(row: Pick<MessageRow, 'mine' | 'accepted_ms' | 'guid'>, peers: Peer[]): MessageState {
  if (row.mine === 0) return 'received';
  if (peers.length === 0) return 'sent';
  const covers = (ms: number, guid: Uint8Array): boolean =>
    comparePlaces(row.accepted_ms, row.guid, ms, guid) <= 0;
  if (peers.every((peer) => covers(peer.read_ms, peer.read_guid))) return 'read';
  const delivered = peers.every(
    (peer) => covers(peer.delivered_ms, peer.delivered_guid) || covers(peer.read_ms, peer.read_guid),
  );
  return delivered ? 'delivered' : 'sent';
}

/** Rows of one conversation as the window needs them. */
export function itemsOf(
  store: Store,
  bounds: { cid: number; guid: Uint8Array },
  rows: MessageRow[],
): MessageItem[] {
  const mine = rows.some((row) => row.mine === 1);
  const peers = mine ? peersOf(store, bounds.cid) : [];
  const undelivered = mine ? undeliveredOf(store, bounds.guid) : NONE;
  return rows.map((row) => ({
    ...deliveryOf(row, peers, undelivered.get(hex(row.guid))),
    id: plain(row.id),
    conversation: bounds.guid,
    guid: plain(row.guid),
    sender: plain(row.sender),
    fromMe: row.mine === 1,
    text: row.text,
    acceptedMs: row.accepted_ms,
    sentMs: row.sent_ms,
    service: SERVICE.get(row.service as 1) ?? 'lockstep',
    editedMs: row.edited_ms,
    unsentMs: row.unsent_ms,
    deletedMs: row.deleted_ms,
    deletedDevice: plainOrNull(row.deleted_device),
    reactions: row.reactions === 0 ? [] : reactionsOf(store, row.rid),
    replyTo:
      row.reply_guid === null || row.reply_sender === null
        ? null
        : replyOf(store, row.reply_sender, row.reply_guid),
    attachments: row.attachments === 0 ? [] : attachmentsOf(store, row.rid),
  }));
}

type Left = Pick<MessageItem, 'state' | 'failure'>;
type Undelivered = ReadonlyMap<string, Left>;
const NONE: Undelivered = new Map();

/** What is left to deliver here says how that stands; else it is not delivered as long as anybody has not got it, whatever he has read since. */
function deliveryOf(
  row: MessageRow,
  peers: Peer[],
  left: Left | undefined,
): Pick<MessageItem, 'state' | 'failure' | 'missed' | 'isLeftHere'> {
  const missed = unpackMissed(row.missed);
  const { state, failure } =
    left ?? (missed[0] === undefined ? { state: stateOf(row, peers), failure: null } : failed(missed[0]));
  return { state, failure, missed, isLeftHere: left !== undefined };
}
const failed = ({ why }: Missed): Left => ({ state: 'failed', failure: why });

/** By their guids, messages that were accepted and that some did not get: they wait to be sent again, go, or can be tried again. */
function undeliveredOf(store: Store, conversation: Uint8Array): Undelivered {
  const rows = store.all<{ guid: Uint8Array; state: OutboxState; failure: string | null }>(
    `SELECT guid, state, failure FROM outbox WHERE conversation = ? AND kind = 'redelivery'`,
    conversation,
  );
  if (rows.length === 0) return NONE;
  return new Map(
    rows.map(({ guid, state, failure }) => [
      hex(guid),
      { state: stateOfWaiting(state), failure: state === 'failed' ? (failure ?? 'refused') : null },
    ]),
  );
}

/** Of what is in the outbox, as it is shown. */
export const stateOfWaiting = (state: OutboxState): MessageState => (state === 'queued' ? 'waiting' : state);

function reactionsOf(store: Store, rid: number): { account: Uint8Array; emoji: string }[] {
  const rows = store.all<{ account: Uint8Array; emoji: string; stamp: number }>(
    // Members' alone: nobody else has a word in a conversation, whatever came before its message was here.
    `SELECT r.account, r.emoji, r.stamp FROM message_reaction r JOIN message m ON m.rid = r.rid
     JOIN conversation_member c ON c.cid = m.cid AND c.account = r.account AND c.member = 1 WHERE r.rid = ?`,
    rid,
  );
  return rows
    .sort((a, b) => a.stamp - b.stamp || Buffer.compare(a.account, b.account))
    .map((row) => ({ account: plain(row.account), emoji: row.emoji }));
}

function replyOf(store: Store, sender: Uint8Array, guid: Uint8Array): MessageItem['replyTo'] {
  const rows = store.all<{
    rid: number;
    id: Uint8Array;
    sender: Uint8Array;
    text: string;
    shown: number;
    unsent_ms: number | null;
    attachments: number;
  }>('SELECT rid, id, sender, text, shown, unsent_ms, attachments FROM message WHERE guid = ?', guid);
  const row = rows.find((one) => sameBytes(one.sender, sender) && one.shown === 1);
  return {
    id: row === undefined ? null : plain(row.id),
    sender: plain(sender),
    text: row?.text ?? '',
    unsentMs: row?.unsent_ms ?? null,
    attachments: row === undefined || row.attachments === 0 ? [] : attachmentsOf(store, row.rid),
  };
}

export function waitingItem(store: Store, entry: ReturnType<typeof waitingMessages>[number]): MessageItem {
  const replied = entry.replyTo === null ? undefined : messageRow(store, entry.replyTo);
  return {
    id: entry.sendId,
    conversation: entry.conversation,
    guid: entry.guid,
    sender: ownAccount(store) ?? new Uint8Array(16),
    fromMe: true,
    text: entry.text,
    acceptedMs: entry.createdMs,
    sentMs: entry.createdMs,
    service: 'lockstep',
    state: stateOfWaiting(entry.state),
    failure: entry.failure,
    missed: [],
    isLeftHere: true,
    editedMs: null,
    unsentMs: null,
    deletedMs: null,
    deletedDevice: null,
    reactions: [],
    // As it will be once this one is accepted.
    replyTo: replied === undefined ? null : replyOf(store, plain(replied.sender), plain(replied.guid)),
    attachments: draftsOf(store, entry.sendId),
  };
}

export function messageRow(store: Store, recordId: Uint8Array): MessageRow | undefined {
  return store.get<MessageRow>(
    `SELECT m.rid, m.cid, m.id, m.guid, m.sender, m.mine, m.accepted_ms, m.sent_ms, m.service, m.reactions, m.text,
       m.edited_ms, m.unsent_ms, m.deleted_ms, m.deleted_device, m.reply_sender, m.reply_guid, m.attachments,
       m.missed FROM record r JOIN message m ON m.rid = r.rid WHERE r.zone = 2 AND r.id = ?`,
    recordId,
  );
}

/** One message by its record id or outbox id, in Recently Deleted or not. */
export function getMessage(store: Store, id: Uint8Array): MessageItem | undefined {
  const row = messageRow(store, id);
  if (row !== undefined) return itemsOf(store, conversationOf(store, row.cid), [row])[0];
  const waiting = store.get<{ conversation: Uint8Array }>(
    `SELECT conversation FROM outbox WHERE send_id = ? AND kind = 'message' AND deleted_ms IS NULL`,
    id,
  );
  if (waiting === undefined) return undefined;
  const entry = waitingMessages(store, plain(waiting.conversation)).find((one) => sameBytes(one.sendId, id));
  return entry === undefined ? undefined : waitingItem(store, entry);
}

function conversationOf(store: Store, cid: number): { cid: number; guid: Uint8Array } {
  const row = store.get<{ guid: Uint8Array }>('SELECT guid FROM conversation WHERE cid = ?', cid);
  return { cid, guid: plain(row!.guid) };
}

export function messageCount(store: Store): number {
  return store.get<{ n: number }>('SELECT count(*) AS n FROM message')!.n;
}
