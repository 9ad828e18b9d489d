/**
 * A message record -> `message`, `message_reaction`, `attachment`, its conversation's state and the search index.
 *
 * Runs for every record of a first sync: no query that a new message does not need.
 */
import { type Message, readMessage } from '../../shared/model/message.ts';
import type { Payload } from '../../shared/model/payload.ts';
import { PayloadError } from '../../shared/model/payload.ts';
import { dropAttachments, writeAttachments } from './attachments.ts';
import { packMissed } from './missed.ts';
import type { Store } from './open.ts';
import { dropRedelivery } from './redelivery.ts';
import { hex, plain, SERVICE_NUMBER, sameBytes } from './values.ts';

// A payload is read several times while its page is written (its place in time, its projection, its files), and is never changed:
// what was read is kept as long as it is.
const known = new WeakMap<Payload, Message | null>();

/** Null while the core has not arrived, or where it is no message: such a record is kept as it came and not shown. */
function read(payload: Payload): Message | null {
  let message = known.get(payload);
  if (message !== undefined) return message;
  try {
    message = readMessage(payload);
  } catch (error) {
    if (!(error instanceof PayloadError)) throw error;
    message = null;
  }
  known.set(payload, message);
  return message;
}

/** Where a message stands in time, or null while its core has not arrived. */
export function placeOf(payload: Payload): { ms: number; guid: Uint8Array } | null {
  const message = read(payload);
  return message === null ? null : { ms: message.acceptedMs, guid: message.guid };
}

/** The files it has: none while its core has not arrived, or once it was unsent. */
export function attachmentsOfPayload(payload: Payload): Message['attachments'] {
  const message = read(payload);
  return message === null || message.unsent !== null ? [] : message.attachments;
}

/** What the projection was made of; to take its share back. */
type Old = {
  cid: number;
  guid: Uint8Array;
  accepted_ms: number;
  mine: number;
  shown: number;
  text: string;
  reactions: number;
  attachments: number;
  deleted_ms: number | null;
};

function oldRow(store: Store, rid: number): Old | undefined {
  return store.get<Old>(
    'SELECT cid, guid, accepted_ms, mine, shown, text, reactions, attachments, deleted_ms FROM message WHERE rid = ?',
    rid,
  );
}

/** `before`: the record was here before, so it may have a projection. */
export function projectMessage(
  store: Store,
  id: Uint8Array,
  rid: number,
  payload: Payload,
  before: boolean,
): void {
  const message = read(payload);
  if (message === null) return;
  const old = before ? oldRow(store, rid) : undefined;
  const local = store.memory.anyLocalDelete
    ? store.get<{ deleted_ms: number; gone: number }>(
        'SELECT deleted_ms, gone FROM local_delete WHERE id = ?',
        id,
      )
    : undefined;
  if (local?.gone === 1) {
    if (old !== undefined) removeProjection(store, rid, old);
    return;
  }
  const deletedMs = message.deleted?.deletedMs ?? local?.deleted_ms ?? null;
  const state = store.memory.conversation(message.conversation);
  const self = store.memory.self;
  const mine = self !== null && sameBytes(self, message.sender);
  const shown = deletedMs === null;
  const text = message.unsent !== null ? '' : (message.edit?.text ?? message.text);
  const attachments = message.unsent !== null ? [] : message.attachments;
  store
    .sql(
      `INSERT INTO message (rid, cid, id, guid, sender, mine, accepted_ms, sent_ms, service, shown, reactions, text,
         edited_ms, unsent_ms, deleted_ms, deleted_device, reply_sender, reply_guid, attachments,
         missed)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (rid) DO UPDATE SET cid = excluded.cid, guid = excluded.guid, sender = excluded.sender,
         mine = excluded.mine, accepted_ms = excluded.accepted_ms, sent_ms = excluded.sent_ms, service = excluded.service,
         shown = excluded.shown, reactions = excluded.reactions, text = excluded.text, edited_ms = excluded.edited_ms,
         unsent_ms = excluded.unsent_ms, deleted_ms = excluded.deleted_ms, deleted_device = excluded.deleted_device,
         reply_sender = excluded.reply_sender, reply_guid = excluded.reply_guid,
         attachments = excluded.attachments, missed = excluded.missed`,
    )
    .run(
      rid,
      state.cid,
      id,
      message.guid,
      message.sender,
      mine ? 1 : 0,
      message.acceptedMs,
      message.sentMs,
      SERVICE_NUMBER[message.service],
      shown ? 1 : 0,
      message.reactions.length,
      text,
      message.edit?.editedMs ?? null,
      message.unsent?.unsentMs ?? null,
      deletedMs,
      message.deleted?.device ?? null,
      message.replyTo?.sender ?? null,
      message.replyTo?.guid ?? null,
      attachments.length,
      mine && message.unsent === null ? packMissed(message.deliveries) : null,
    );
  // Unsent, or another device has brought it to all whom it had not reached.
  if (before && (message.unsent !== null || isDelivered(message))) dropRedelivery(store, rid);
  writeReactions(store, rid, message, old?.reactions ?? 0);
  if (attachments.length > 0 || (old?.attachments ?? 0) > 0)
    writeAttachments(store, rid, attachments, old?.attachments ?? 0);
  store.memory.search.change(rid, old?.shown === 1 ? old.text : null, shown ? text : null);
  if (old !== undefined) takeBack(store, rid, old);
  if (shown) state.appeared(store, { rid, mine, acceptedMs: message.acceptedMs, guid: message.guid });
  if (!shown || old?.deleted_ms != null) store.changes.flag('recentlyDeleted');
  store.changes.message(state.hex, hex(id));
}

/** To everybody by now, whom it did not reach at first. */
const isDelivered = ({ deliveries }: Message): boolean =>
  deliveries.length > 0 && deliveries.every(({ why }) => why === null);

function writeReactions(store: Store, rid: number, message: Message, before: number): void {
  if (before > 0) store.run('DELETE FROM message_reaction WHERE rid = ?', rid);
  for (const reaction of message.reactions) {
    store.run(
      'INSERT INTO message_reaction (rid, account, emoji, stamp) VALUES (?, ?, ?, ?)',
      rid,
      reaction.account,
      reaction.emoji,
      Number(reaction.stamp >> 16n),
    );
  }
}

function takeBack(store: Store, rid: number, old: Old): void {
  if (old.shown === 0) return;
  const state = store.memory.conversationByCid(old.cid);
  state.vanished(store, { rid, mine: old.mine === 1, acceptedMs: old.accepted_ms, guid: plain(old.guid) });
}

function removeProjection(store: Store, rid: number, old: Old): void {
  store.run('DELETE FROM message WHERE rid = ?', rid);
  if (old.reactions > 0) store.run('DELETE FROM message_reaction WHERE rid = ?', rid);
  if (old.attachments > 0) dropAttachments(store, rid);
  if (old.shown === 1) store.memory.search.change(rid, old.text, null);
  takeBack(store, rid, old);
  const state = store.memory.conversationByCid(old.cid);
  store.changes.message(state.hex, 'all');
  store.changes.flag('recentlyDeleted');
}

/**
 * A message whose record this app cannot read any more moves into this device's Recently Deleted, or out of it, as it was known last. Nothing
 * happens where it is not as it was `from` (when it was deleted; null: it is not).
 */
export function moveUnread(
  store: Store,
  id: Uint8Array,
  rid: number,
  from: number | null,
  to: number | null,
): void {
  const old = oldRow(store, rid);
  if (old === undefined || old.deleted_ms !== from) return;
  const shown = to === null;
  store.run('UPDATE message SET deleted_ms = ?, shown = ? WHERE rid = ?', to, shown ? 1 : 0, rid);
  store.memory.search.change(rid, old.shown === 1 ? old.text : null, shown ? old.text : null);
  takeBack(store, rid, old);
  const state = store.memory.conversationByCid(old.cid);
  if (shown) {
    state.appeared(store, {
      rid,
      mine: old.mine === 1,
      acceptedMs: old.accepted_ms,
      guid: plain(old.guid),
    });
  }
  store.changes.flag('recentlyDeleted');
  store.changes.message(state.hex, hex(id));
}

export function unprojectMessage(store: Store, rid: number): void {
  const old = oldRow(store, rid);
  if (old !== undefined) removeProjection(store, rid, old);
}
