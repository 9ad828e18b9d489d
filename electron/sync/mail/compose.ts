/**
 * What a person does that travels by envelope: written into the outbox, and (but for a new message) into the own record at once, in
 * one transaction. Works without a connection. The caller holds the transaction.
 *
 * The own record gets exactly what the receivers' get (`writesOf`), so that an echo of one's own envelope changes nothing.
 */

import { uuidv7 } from '../../../shared/clock/ids.ts';
import { fromHex, toHex, utf8 } from '../../../shared/crypto/bytes.ts';
import { blobsOf, MOST_ATTACHMENTS } from '../../../shared/model/attachment.ts';
import { decodeConversationCore, readConversation } from '../../../shared/model/conversation.ts';
import { encodeMessageBody, type MessageDraft } from '../../../shared/model/message.ts';
import { getRegister, PayloadError } from '../../../shared/model/payload.ts';
import { type Body, ReceiptKind } from '../../../shared/proto/gen/lockstep/envelope/v1/envelope_pb.js';
import { ConversationField, MessageField } from '../../../shared/proto/gen/lockstep/record/v1/record_pb.js';
import { type Draft, getDraft, giveDrafts } from '../../store/attachments.ts';
import { restartUploads, updateBlob } from '../../store/blobs.ts';
import { messageRow } from '../../store/messages.ts';
import { enqueue, getOutbox, type OutboxKind, updateOutbox } from '../../store/outbox.ts';
import { deletedHow } from '../../store/recently-deleted.ts';
import { getPayload } from '../../store/records.ts';
import { getAccountSettings } from '../../store/settings.ts';
import { plain } from '../../store/values.ts';
import * as conversations from '../commands/conversations.ts';
import type { StepContext } from '../context.ts';
import { SyncFailure } from '../failure.ts';
import { requireIdentity } from '../keyring/own.ts';
import type { CommandInput } from '../protocol.ts';
import { conversationRecordId } from '../zones/names.ts';
import { writesOf } from './apply.ts';
import { authorize } from './authority.ts';
import { draftBody, readBody } from './body.ts';
import { deliverAgain } from './deliveries.ts';
import { failedRowOf, isUnsent, queueReceipt } from './outbox-rows.ts';
import { putWrites } from './put-writes.ts';

/** Of UTF-8. A record holds the text and its newest edit, and is 256 KiB at most. */
export const MAX_TEXT_BYTES = 100_000;

type Topic = { guid: Uint8Array; coreBytes: Uint8Array; name: string };

export function topicOf(ctx: StepContext, guid: Uint8Array): Topic {
  const payload = getPayload(ctx.store, 'messages', conversationRecordId(ctx, guid));
  const conversation = payload === undefined ? null : readConversation(payload);
  if (payload === undefined || conversation === null) {
    throw new SyncFailure('noConversation', 'This conversation is not on this device.');
  }
  return {
    guid,
    coreBytes: payload.core,
    name: conversation.kind === 'group' ? (conversation.name ?? '') : '',
  };
}

function draft(
  ctx: StepContext,
  topic: Topic,
  guid: Uint8Array,
  sentMs: number,
  stamp: bigint,
  content: Parameters<typeof draftBody>[5],
): Uint8Array {
  const { accountId, deviceId, handle } = requireIdentity(ctx.store);
  const name = getAccountSettings(ctx.store).profileName;
  return draftBody({ accountId, deviceId, handle, name }, topic, guid, sentMs, stamp, content);
}

function refuseTooLong(text: string): void {
  if (utf8(text).length > MAX_TEXT_BYTES)
    throw new SyncFailure('tooLarge', `A message has at most ${MAX_TEXT_BYTES} bytes: send it in parts.`);
}

export function send(ctx: StepContext, input: CommandInput<'send'>): { id: string } {
  const text = input.text;
  const drafts = draftsToSend(ctx, input.attachments ?? []);
  if (text.trim() === '' && drafts.length === 0) throw new SyncFailure('empty', 'There is nothing to send.');
  refuseTooLong(text);
  const { accountId } = requireIdentity(ctx.store);
  const topic = topicOf(ctx, fromHex(input.conversationId));
  const sentMs = ctx.writeClock.now();
  const guid = uuidv7(ctx.random, sentMs);
  const replied = input.replyTo === null ? undefined : messageRow(ctx.store, fromHex(input.replyTo));
  const bytes = encodeBodyOf({
    guid,
    conversation: topic.guid,
    sender: accountId,
    sentMs,
    service: 'lockstep',
    text,
    attachments: drafts,
    replyTo: replied === undefined ? null : { sender: plain(replied.sender), guid: plain(replied.guid) },
  });
  const sendId = ctx.random(16);
  enqueue(ctx.store, {
    sendId,
    kind: 'message',
    conversation: topic.guid,
    guid,
    body: draft(ctx, topic, guid, sentMs, ctx.hlc.now(), { case: 'message', value: bytes }),
    createdMs: sentMs,
    text,
    replyTo: replied === undefined ? null : plain(replied.id),
    uploads: sendBlobs(ctx, drafts, sendId),
  });
  ctx.signal({ type: 'outbox' });
  return { id: toHex(sendId) };
}

/** What a message may not be, in the words of a refusal. */
function encodeBodyOf(draft: MessageDraft): Uint8Array {
  try {
    return encodeMessageBody(draft);
  } catch (error) {
    if (error instanceof PayloadError) throw new SyncFailure('tooLarge', error.message);
    throw error;
  }
}

/** What the person has put beside the text, in that order. Each once: a draft becomes the message's. */
function draftsToSend(ctx: StepContext, ids: readonly string[]): Draft[] {
  if (ids.length > MOST_ATTACHMENTS)
    throw new SyncFailure('tooManyFiles', `A message has at most ${MOST_ATTACHMENTS} attachments.`);
  return [...new Set(ids)].map((id) => {
    const draft = getDraft(ctx.store, fromHex(id));
    if (draft === undefined || draft.sendId !== null)
      throw new SyncFailure('noAttachment', 'This file is not there any more. Attach it again.');
    return draft;
  });
}

/** How many of them the cloud does not have yet. */
function sendBlobs(ctx: StepContext, drafts: readonly Draft[], sendId: Uint8Array): number {
  giveDrafts(
    ctx.store,
    drafts.map(({ id }) => id),
    sendId,
  );
  const ids = blobsOf(drafts);
  for (const id of ids) updateBlob(ctx.store, id, { sending: true });
  return ids.length;
}

/** Into the outbox, and into the own record at once. */
function say(
  ctx: StepContext,
  kind: Exclude<OutboxKind, 'message' | 'redelivery' | 'receipt'>,
  topic: Topic,
  replaced: bigint,
  content: Parameters<typeof draftBody>[5],
): void {
  const { accountId } = requireIdentity(ctx.store);
  const now = ctx.writeClock.now();
  const guid = uuidv7(ctx.random, now);
  const bytes = draft(ctx, topic, guid, now, ctx.hlc.now(replaced), content);
  const body: Body = readBody(bytes);
  putWrites(ctx, writesOf(body, authorize(body, accountId, topic.coreBytes), now, true));
  enqueue(ctx.store, {
    sendId: ctx.random(16),
    kind,
    conversation: topic.guid,
    guid,
    body: bytes,
    createdMs: now,
  });
  ctx.signal({ type: 'outbox' });
}

type Known = {
  topic: Topic;
  ref: { senderAccountId: Uint8Array; guid: Uint8Array };
  stamp(field: number): bigint;
};

function messageOf(ctx: StepContext, id: string, mine: boolean): Known {
  const row = messageRow(ctx.store, fromHex(id));
  if (row === undefined) {
    throw new SyncFailure('notFound', 'This message is not here, or has not been sent yet.');
  }
  if (mine && row.mine !== 1)
    throw new SyncFailure('notTheAuthor', 'Only who wrote a message edits or unsends it.');
  const payload = getPayload(ctx.store, 'messages', plain(row.id));
  const cid = ctx.store.get<{ guid: Uint8Array }>('SELECT guid FROM conversation WHERE cid = ?', row.cid);
  if (payload === undefined || cid === undefined)
    throw new SyncFailure('notFound', 'This message is not here any more.');
  const key = requireIdentity(ctx.store).accountId;
  return {
    topic: topicOf(ctx, plain(cid.guid)),
    ref: { senderAccountId: plain(row.sender), guid: plain(row.guid) },
    stamp: (field) =>
      getRegister(payload, field, field === MessageField.REACTION ? key : undefined)?.stamp ?? 0n,
  };
}

export function edit(ctx: StepContext, input: CommandInput<'edit'>): null {
  if (input.text.trim() === '')
    throw new SyncFailure('empty', 'An edited message needs a text. Unsend it instead.');
  refuseTooLong(input.text);
  const { topic, ref, stamp } = messageOf(ctx, input.id, true);
  // On another device, say, while the edit was being written: nobody is to get a new text of what was taken away.
  const gone = deletedHow(ctx.store, fromHex(input.id)) !== null || isUnsent(ctx, ref.guid);
  if (gone) throw new SyncFailure('notFound', 'This message was deleted or unsent meanwhile.');
  say(ctx, 'edit', topic, stamp(MessageField.EDIT), {
    case: 'edit',
    value: { message: ref, text: input.text },
  });
  return null;
}

export function unsend(ctx: StepContext, input: CommandInput<'unsend'>): null {
  const { topic, ref, stamp } = messageOf(ctx, input.id, true);
  say(ctx, 'unsend', topic, stamp(MessageField.UNSENT), { case: 'unsend', value: { message: ref } });
  return null;
}

export function react(ctx: StepContext, input: CommandInput<'react'>): null {
  const { topic, ref, stamp } = messageOf(ctx, input.id, false);
  say(ctx, 'reaction', topic, stamp(MessageField.REACTION), {
    case: 'reaction',
    value: { message: ref, emoji: input.emoji },
  });
  return null;
}

export function renameConversation(ctx: StepContext, input: CommandInput<'renameConversation'>): null {
  const guid = fromHex(input.conversationId);
  const topic = topicOf(ctx, guid);
  if (decodeConversationCore(topic.coreBytes).kind !== 'group') {
    throw new SyncFailure('notAGroup', 'Only a group has a name of its own.');
  }
  const payload = getPayload(ctx.store, 'messages', conversationRecordId(ctx, guid));
  const stamp = payload === undefined ? 0n : (getRegister(payload, ConversationField.NAME)?.stamp ?? 0n);
  say(ctx, 'rename', topic, stamp, { case: 'rename', value: { name: input.name.trim().slice(0, 200) } });
  return null;
}

/** The own read mark goes by zone; the others hear of it by one receipt, while read receipts are on. */
export function markRead(ctx: StepContext, input: CommandInput<'markRead'>): null {
  const read = conversations.markRead(ctx, input);
  if (read !== null && getAccountSettings(ctx.store).readReceipts) {
    queueReceipt(ctx, read.guid, ReceiptKind.READ, { acceptedMs: read.upTo.ms, guid: read.upTo.guid });
  }
  return null;
}

/** Try Again. `id`: of the outbox, or of the record of a message that some did not get, whichever device sent it. */
export function retry(ctx: StepContext, input: { id: string }): null {
  const id = fromHex(input.id);
  const entry =
    getOutbox(ctx.store, id) ??
    failedRowOf(ctx.store, id) ??
    deliverAgain(ctx, id, (conversation) => topicOf(ctx, conversation));
  if (entry === undefined || entry.deletedMs !== null)
    throw new SyncFailure('notFound', 'This message is not waiting any more.');
  ctx.signal({ type: 'outbox' });
  // It is being tried already.
  if (entry.state !== 'failed') return null;
  restartUploads(ctx.store, entry.sendId);
  updateOutbox(ctx.store, entry.sendId, { state: 'queued', failure: null, attempts: 0, notBeforeMs: 0 });
  return null;
}
