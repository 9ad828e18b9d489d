/**
 * What this device has to send, in order. A message is here until the cloud accepts it, then it is a record: `acceptMessage` moves it in
 * one transaction, so it is never in both and never in neither. Edits, reactions and receipts go through here as well. What was deleted
 * before it was accepted is hidden: outbox-hidden.ts.
 */
import type { Payload } from '../../shared/model/payload.ts';
import { dropDraftsOf } from './attachments.ts';
import type { Uncovered } from './covered.ts';
import type { Store } from './open.ts';
import { putMerged } from './records.ts';
import { SHOWN_WAITING } from './shown-waiting.ts';
import { hex, plain, plainOrNull } from './values.ts';

/** redelivery: a message that has its record already and that some did not get. */
export type OutboxKind = 'message' | 'redelivery' | 'edit' | 'unsend' | 'reaction' | 'receipt' | 'rename';
/** queued: goes by itself. sending: on its way. failed: until the person tries again or discards it. */
export type OutboxState = 'queued' | 'sending' | 'failed';

export type OutboxEntry = {
  position: number;
  /** Idempotency at the cloud, and the id that the window knows it by. */
  sendId: Uint8Array;
  kind: OutboxKind;
  conversation: Uint8Array;
  guid: Uint8Array;
  /** `envelope.v1.Body`, serialised, not sealed: addressees' epochs are filled in when it goes. */
  body: Uint8Array;
  /** Of a message: what the transcript shows meanwhile, and the record it replies to. */
  text: string;
  replyTo: Uint8Array | null;
  createdMs: number;
  state: OutboxState;
  failure: string | null;
  attempts: number;
  notBeforeMs: number;
  /** The request exactly as sent, so that a repeat is the same bytes. */
  sealed: Uint8Array | null;
  /** Of a message: how many of its blobs the cloud does not have whole yet. It waits for them. */
  uploads: number;
  /** Of a message that was deleted before it was accepted: when. It shows nowhere. */
  deletedMs: number | null;
  /** It was deleted on this device alone: the switch was off. */
  deletedHere: boolean;
  /** That delete can still be undone. */
  undoable: boolean;
};

export type NewOutboxEntry = Pick<
  OutboxEntry,
  'sendId' | 'kind' | 'conversation' | 'guid' | 'body' | 'createdMs'
> &
  Partial<Pick<OutboxEntry, 'text' | 'replyTo' | 'uploads'>>;

type Row = {
  position: number;
  send_id: Uint8Array;
  kind: OutboxKind;
  conversation: Uint8Array;
  guid: Uint8Array;
  body: Uint8Array;
  text: string;
  reply_to: Uint8Array | null;
  created_ms: number;
  state: OutboxState;
  failure: string | null;
  attempts: number;
  not_before_ms: number;
  sealed: Uint8Array | null;
  uploads: number;
  deleted_ms: number | null;
  deleted_here: number;
  undoable: number;
};
const COLUMNS =
  'position, send_id, kind, conversation, guid, body, text, reply_to, created_ms, state, failure, attempts, not_before_ms, sealed, uploads, deleted_ms, deleted_here, undoable';

function read(row: Row): OutboxEntry {
  return {
    position: row.position,
    sendId: plain(row.send_id),
    kind: row.kind,
    conversation: plain(row.conversation),
    guid: plain(row.guid),
    body: plain(row.body),
    text: row.text,
    replyTo: plainOrNull(row.reply_to),
    createdMs: row.created_ms,
    state: row.state,
    failure: row.failure,
    attempts: row.attempts,
    notBeforeMs: row.not_before_ms,
    sealed: plainOrNull(row.sealed),
    uploads: row.uploads,
    deletedMs: row.deleted_ms,
    deletedHere: row.deleted_here === 1,
    undoable: row.undoable === 1,
  };
}

/** Its conversation, and what the window shows of it, have changed. */
export function touched(
  store: Store,
  entry: { kind: OutboxKind; conversation: Uint8Array; sendId: Uint8Array },
): void {
  if (entry.kind !== 'message' && entry.kind !== 'redelivery') return;
  const state = store.memory.conversation(entry.conversation);
  store.memory.touch(state);
  store.changes.message(state.hex, entry.kind === 'message' ? hex(entry.sendId) : 'all');
}

/** On disk when the transaction is committed. */
export function enqueue(store: Store, entry: NewOutboxEntry): OutboxEntry {
  return store.write(() => {
    store.run(
      `INSERT INTO outbox (send_id, kind, conversation, guid, body, text, reply_to, created_ms, uploads)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      entry.sendId,
      entry.kind,
      entry.conversation,
      entry.guid,
      entry.body,
      entry.text ?? '',
      entry.replyTo ?? null,
      entry.createdMs,
      entry.uploads ?? 0,
    );
    touched(store, entry);
    return getOutbox(store, entry.sendId)!;
  });
}

export function getOutbox(store: Store, sendId: Uint8Array): OutboxEntry | undefined {
  const row = store.get<Row>(`SELECT ${COLUMNS} FROM outbox WHERE send_id = ?`, sendId);
  return row === undefined ? undefined : read(row);
}

/**
 * The first that may go: not failed, and no message before it in its conversation still waits for its attachments to be uploaded (it
 * included; edits, reactions and receipts are of what has gone already and do not wait; what goes once more waits for its own, and nothing
 * for it). Otherwise order is kept across all. After a restart
 * one that was 'sending' is found again: sending it anew with its send_id is safe. Of what was deleted only that which may have been
 * accepted already goes on: its answer must be heard.
 */
export function nextOutbox(store: Store): OutboxEntry | undefined {
  const row = store.get<Row>(
    `SELECT ${COLUMNS} FROM outbox o WHERE state <> 'failed' AND (deleted_ms IS NULL OR sealed IS NOT NULL)
       AND NOT (kind = 'redelivery' AND uploads > 0)
       AND NOT (kind = 'message' AND EXISTS (SELECT 1 FROM outbox w
         WHERE w.uploads > 0 AND w.conversation = o.conversation AND w.position <= o.position AND w.state <> 'failed'
           AND w.kind = 'message' AND w.deleted_ms IS NULL))
     ORDER BY position LIMIT 1`,
  );
  return row === undefined ? undefined : read(row);
}

/** All, in order: for a sender that goes conversation by conversation. */
export function listOutbox(store: Store, limit = 1000): OutboxEntry[] {
  return store.all<Row>(`SELECT ${COLUMNS} FROM outbox ORDER BY position LIMIT ?`, limit).map(read);
}

export type Asked = Pick<OutboxEntry, 'sendId' | 'guid' | 'createdMs' | 'deletedMs' | 'deletedHere'>;

/** Messages whose request may have been accepted. */
export function listAsked(store: Store): Asked[] {
  return store
    .all<Pick<Row, 'send_id' | 'guid' | 'created_ms' | 'deleted_ms' | 'deleted_here'>>(
      `SELECT send_id, guid, created_ms, deleted_ms, deleted_here FROM outbox
       WHERE state <> 'failed' AND kind = 'message' AND sealed IS NOT NULL ORDER BY position`,
    )
    .map((row) => ({
      sendId: plain(row.send_id),
      guid: plain(row.guid),
      createdMs: row.created_ms,
      deletedMs: row.deleted_ms,
      deletedHere: row.deleted_here === 1,
    }));
}

/** Messages of one conversation that wait, go or failed, in order, as they are shown. */
export function waitingMessages(store: Store, conversation: Uint8Array): OutboxEntry[] {
  return store
    .all<Row>(
      `SELECT ${COLUMNS} FROM outbox o WHERE conversation = ? AND ${SHOWN_WAITING} ORDER BY position`,
      conversation,
    )
    .map(read);
}

/** How many messages have not reached the cloud, or go once more to whom they did not reach. Whoever deleted one does not wait for it. */
export function waitingCount(store: Store): number {
  return store.get<{ n: number }>(
    `SELECT count(*) AS n FROM outbox o WHERE state <> 'failed' AND (${SHOWN_WAITING} OR o.kind = 'redelivery')`,
  )!.n;
}

export type OutboxChange = Partial<
  Pick<OutboxEntry, 'state' | 'failure' | 'attempts' | 'notBeforeMs' | 'sealed' | 'body' | 'uploads'>
>;

export function updateOutbox(store: Store, sendId: Uint8Array, change: OutboxChange): void {
  store.write(() => {
    const before = getOutbox(store, sendId);
    if (before === undefined) return;
    const entry = { ...before, ...change };
    store.run(
      'UPDATE outbox SET state = ?, failure = ?, attempts = ?, not_before_ms = ?, sealed = ?, body = ?, uploads = ? WHERE send_id = ?',
      entry.state,
      entry.failure,
      entry.attempts,
      entry.notBeforeMs,
      entry.sealed,
      entry.body,
      entry.uploads,
      sendId,
    );
    if (entry.state !== before.state || entry.failure !== before.failure) touched(store, entry);
  });
}

/** Sent (of anything but a message), or discarded by the person. False when it was not there. */
export function removeOutbox(store: Store, sendId: Uint8Array): boolean {
  return store.write(() => {
    const entry = getOutbox(store, sendId);
    if (entry === undefined) return false;
    store.run('DELETE FROM outbox WHERE send_id = ?', sendId);
    if (entry.kind === 'message') dropDraftsOf(store, sendId);
    touched(store, entry);
    return true;
  });
}

/** The cloud accepted a message: out of the outbox, into the messages. Gives what `putMerged` says where it was there already, at another time. */
export function acceptMessage(
  store: Store,
  sendId: Uint8Array,
  recordId: Uint8Array,
  payload: Payload,
  dirty: boolean,
): Uncovered | null {
  return store.write(() => {
    removeOutbox(store, sendId);
    store.memory.accepted(sendId, recordId);
    return putMerged(store, 'messages', recordId, payload, { dirty }).uncovered;
  });
}
