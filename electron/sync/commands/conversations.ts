/** What a person does to a conversation. Own read marks, pins, mute and drafts travel by the zone only. */
import { fromHex } from '../../../shared/crypto/bytes.ts';
import { newPayload, type Payload } from '../../../shared/model/payload.ts';
import { newReading } from '../../../shared/model/reading.ts';
import { flagValue, textValue, timeValue } from '../../../shared/model/values.ts';
import { raiseWatermark } from '../../../shared/model/watermarks.ts';
import { ConversationField, ReadingField } from '../../../shared/proto/gen/lockstep/record/v1/record_pb.js';
import { getConversation } from '../../store/conversations.ts';
import { newestPlace } from '../../store/message-pages.ts';
import { messageRow } from '../../store/messages.ts';
import { getPayload, putMerged } from '../../store/records.ts';
import { KIND, plain, type Place as StorePlace } from '../../store/values.ts';
import { getZoneState } from '../../store/zone-state.ts';
import type { StepContext } from '../context.ts';
import { SyncFailure } from '../failure.ts';
import type { CommandInput } from '../protocol.ts';
import { conversationRecordId, readingRecordId } from '../zones/names.ts';
import { CLEARED, NO_KEY, writeRegister } from './registers.ts';

export function conversationGuid(ctx: StepContext, id: string): Uint8Array {
  const guid = fromHex(id);
  if (getConversation(ctx.store, guid) === undefined) {
    throw new SyncFailure('noConversation', 'This conversation is not on this device.');
  }
  return guid;
}

/** Whether this device takes part: deletes travel only then. */
export function switchIsOn(ctx: StepContext): boolean {
  const { switch: value } = getZoneState(ctx.store, 'messages');
  return value === 'on' || value === 'enabling';
}

export function writeConversation(
  ctx: StepContext,
  guid: Uint8Array,
  field: ConversationField,
  value: Uint8Array,
  asOfMs: number | null = null,
): void {
  const id = conversationRecordId(ctx, guid);
  writeRegister(ctx, 'messages', id, newPayload(KIND.conversation), field, value, NO_KEY, asOfMs);
}

export function writeReading(
  ctx: StepContext,
  guid: Uint8Array,
  field: ReadingField,
  value: Uint8Array,
): void {
  writeRegister(ctx, 'messages', readingRecordId(ctx, guid), newReading(guid), field, value);
}

function reading(ctx: StepContext, guid: Uint8Array): Payload {
  return getPayload(ctx.store, 'messages', readingRecordId(ctx, guid)) ?? newReading(guid);
}

export function setPinned(ctx: StepContext, input: CommandInput<'setPinned'>): void {
  writeConversation(
    ctx,
    conversationGuid(ctx, input.conversationId),
    ConversationField.PINNED,
    flagValue(input.on),
  );
}

export function setMuted(ctx: StepContext, input: CommandInput<'setMuted'>): void {
  const value = input.until === null ? CLEARED : timeValue(input.until);
  writeConversation(ctx, conversationGuid(ctx, input.conversationId), ConversationField.MUTED_UNTIL, value);
}

export function setDraft(ctx: StepContext, input: CommandInput<'setDraft'>): void {
  const value = input.text === '' ? CLEARED : textValue(input.text);
  writeReading(ctx, conversationGuid(ctx, input.conversationId), ReadingField.DRAFT, value);
}

export function markUnread(ctx: StepContext, input: CommandInput<'markUnread'>): void {
  writeReading(ctx, conversationGuid(ctx, input.conversationId), ReadingField.MARKED_UNREAD, flagValue(true));
}

/** Up to the message shown last, or the newest. One write however many there were. The place read to, or null. */
export function markRead(
  ctx: StepContext,
  input: CommandInput<'markRead'>,
): { guid: Uint8Array; upTo: StorePlace } | null {
  const guid = conversationGuid(ctx, input.conversationId);
  const upTo = input.upTo === null ? newestPlace(ctx.store, guid) : placeOf(ctx, input.upTo.id);
  const before = reading(ctx, guid);
  let after = before;
  if (upTo !== null) {
    const mark = { acceptedMs: upTo.ms, guid: upTo.guid };
    after = raiseWatermark(after, ReadingField.READ_UP_TO, new Uint8Array(), mark);
  }
  const raised = after !== before;
  if (raised) {
    putMerged(ctx.store, 'messages', readingRecordId(ctx, guid), after, { dirty: true });
  }
  if (getConversation(ctx.store, guid)?.markedUnread === true) {
    writeReading(ctx, guid, ReadingField.MARKED_UNREAD, flagValue(false));
  }
  return raised && upTo !== null ? { guid, upTo } : null;
}

function placeOf(ctx: StepContext, messageId: string): StorePlace | null {
  const row = messageRow(ctx.store, fromHex(messageId));
  // Of a message still in the outbox there is no place yet; what is below it was read already.
  return row === undefined ? null : { ms: row.accepted_ms, guid: plain(row.guid) };
}
