/**
 * Records made again from what the window reads of them, where the record itself is on a page that is lost: a message's text stands in the
 * database twice. Of most of what had a stamp nobody knows the stamp any more, and it gets the lowest: whoever still has the record itself wins
 * when the two meet. Not so a delete, which says when it was made: with the lowest stamp, what was there before it would win, and a delete that
 * nobody else has heard of would be undone (asOf). Pure.
 */
import { stampFromMs } from '../../../shared/clock/hlc.ts';
import { EMPTY } from '../../../shared/crypto/bytes.ts';
import type { Attachment } from '../../../shared/model/attachment.ts';
import { directConversationGuid, newConversation } from '../../../shared/model/conversation.ts';
import { encodeMessageBody, newMessage, type ServiceName } from '../../../shared/model/message.ts';
import { withNotDelivered } from '../../../shared/model/not-delivered.ts';
import { type Payload, PayloadError, type Register, setRegister } from '../../../shared/model/payload.ts';
import { newReading } from '../../../shared/model/reading.ts';
import {
  clearedValue,
  deletedValue,
  editValue,
  flagValue,
  memberValue,
  reactionValue,
  textValue,
  timeValue,
} from '../../../shared/model/values.ts';
import { raiseWatermark } from '../../../shared/model/watermarks.ts';
import {
  ConversationField,
  MessageField,
  ReadingField,
} from '../../../shared/proto/gen/lockstep/record/v1/record_pb.js';
import { unpackMissed } from '../missed.ts';
import { SERVICE_NUMBER, sameBytes } from '../values.ts';
import type { Row } from './keepsake.ts';

const LOWEST = 1n;

const bytes = (row: Row, name: string): Uint8Array => {
  const value = row[name];
  return value instanceof Uint8Array ? value : EMPTY;
};
const number = (row: Row, name: string): number => Number(row[name] ?? 0);
const text = (row: Row, name: string): string => String(row[name] ?? '');

/**
 * Of a delete of that time. The stamp it had was of that time or later (CLK-1, deleted-at.ts): so this one is not above what was written since
 * the delete, a Recover by another device above all, and above what was written before it, the one that it had undone.
 */
const asOf = (deletedMs: number): bigint => (deletedMs > 0 ? stampFromMs(deletedMs) : LOWEST);

/** A message's delete for all devices. One of this device alone stands in a table of its own and names no device. */
function deletion(row: Row): Register | null {
  if (row['deleted_ms'] == null || row['deleted_device'] == null) return null;
  const [atMs, device] = [number(row, 'deleted_ms'), bytes(row, 'deleted_device')];
  return {
    field: MessageField.DELETED,
    key: EMPTY,
    stamp: asOf(atMs),
    device,
    value: deletedValue(atMs, device),
  };
}

/** The delete alone, of a message that cannot be made again. Null: it was not deleted for all devices. */
export function deleteAgain(row: Row): Register | null {
  try {
    return deletion(row);
  } catch (error) {
    if (error instanceof PayloadError) return null;
    throw error;
  }
}

/** Null for what cannot be made again: of an unsent message nothing is left but that it was. */
export function messageAgain(
  row: Row,
  conversation: Uint8Array,
  attachments: readonly Attachment[],
  reactions: readonly Row[],
): Payload | null {
  if (row['unsent_ms'] != null || attachments.length < number(row, 'attachments')) return null;
  const service = (Object.keys(SERVICE_NUMBER) as ServiceName[]).find(
    (name) => SERVICE_NUMBER[name] === row['service'],
  );
  const reply = row['reply_guid'] != null;
  try {
    const body = encodeMessageBody({
      guid: bytes(row, 'guid'),
      conversation,
      sender: bytes(row, 'sender'),
      sentMs: number(row, 'sent_ms'),
      service: service ?? 'lockstep',
      text: text(row, 'text'),
      attachments,
      replyTo: reply ? { sender: bytes(row, 'reply_sender'), guid: bytes(row, 'reply_guid') } : null,
    });
    let payload = newMessage(body, number(row, 'accepted_ms'));
    const set = (field: number, key: Uint8Array, stamp: bigint, value: Uint8Array): void => {
      payload = setRegister(payload, field, key, stamp, EMPTY, value);
    };
    // What it said first is not known any more: what it says now is what counts.
    if (row['edited_ms'] != null)
      set(MessageField.EDIT, EMPTY, LOWEST, editValue(text(row, 'text'), number(row, 'edited_ms')));
    const deleted = deletion(row);
    if (deleted !== null)
      payload = setRegister(payload, deleted.field, EMPTY, deleted.stamp, deleted.device, deleted.value);
    for (const one of reactions)
      set(
        MessageField.REACTION,
        bytes(one, 'account'),
        BigInt(number(one, 'stamp')) << 16n,
        reactionValue(text(one, 'emoji')),
      );
    // As they were: such registers have no stamp of a clock.
    for (const { account, why } of unpackMissed(bytes(row, 'missed')))
      payload = withNotDelivered(payload, account, why);
    return payload;
  } catch (error) {
    if (error instanceof PayloadError) return null;
    throw error;
  }
}

export function attachmentOf(row: Row): Attachment {
  return {
    blobId: bytes(row, 'blob_id'),
    key: bytes(row, 'key'),
    suite: number(row, 'suite'),
    size: number(row, 'size'),
    name: text(row, 'name'),
    mediaType: text(row, 'media_type'),
    width: number(row, 'width'),
    height: number(row, 'height'),
    durationMs: number(row, 'duration_ms'),
    thumbnail: bytes(row, 'thumbnail'),
  };
}

/** `others`: accounts that are known. One of two people can be found by whom it is with, although its members cannot be read. */
export function conversationAgain(
  row: Row,
  members: readonly Row[],
  self: Uint8Array | null,
  others: readonly Uint8Array[],
): Payload | null {
  const guid = bytes(row, 'guid');
  const known = members.filter((one) => one['member'] === 1).map((one) => bytes(one, 'account'));
  const kind = number(row, 'kind') === 2 ? 'group' : 'direct';
  const pair = (): Uint8Array[] | null => {
    if (self === null) return null;
    const other = [...others, self].find((one) => sameBytes(directConversationGuid(self, one), guid));
    return other === undefined ? null : [self, other];
  };
  try {
    const people = kind === 'direct' ? (pair() ?? known) : known;
    let payload = newConversation({ guid, kind, members: [...people] });
    const set = (field: number, key: Uint8Array, value: Uint8Array): void => {
      payload = setRegister(payload, field, key, LOWEST, EMPTY, value);
    };
    if (row['name'] != null) set(ConversationField.NAME, EMPTY, textValue(text(row, 'name')));
    if (row['pinned'] === 1) set(ConversationField.PINNED, EMPTY, flagValue(true));
    if (row['muted_until_ms'] != null)
      set(ConversationField.MUTED_UNTIL, EMPTY, timeValue(number(row, 'muted_until_ms')));
    if (row['register_clear_ms'] != null && row['clear_device'] != null) {
      const upTo = { acceptedMs: number(row, 'register_clear_ms'), guid: bytes(row, 'register_clear_guid') };
      const [at, device] = [number(row, 'register_clear_at_ms'), bytes(row, 'clear_device')];
      const value = clearedValue(upTo, at, device);
      payload = setRegister(payload, ConversationField.CLEARED_UP_TO, EMPTY, asOf(at), device, value);
    }
    for (const one of members)
      if (text(one, 'handle') !== '')
        set(
          ConversationField.MEMBER,
          bytes(one, 'account'),
          memberValue(text(one, 'handle'), text(one, 'name'), bytes(one, 'identity_key')),
        );
    return payload;
  } catch (error) {
    if (error instanceof PayloadError) return null;
    throw error;
  }
}

export function readingAgain(row: Row, members: readonly Row[]): Payload | null {
  try {
    let payload = newReading(bytes(row, 'guid'));
    const raise = (field: number, key: Uint8Array, ms: number, guid: Uint8Array): void => {
      if (ms >= 0 && guid.length === 16)
        payload = raiseWatermark(payload, field, key, { acceptedMs: ms, guid });
    };
    raise(ReadingField.READ_UP_TO, EMPTY, number(row, 'read_ms'), bytes(row, 'read_guid'));
    for (const one of members) {
      const account = bytes(one, 'account');
      raise(ReadingField.PEER_DELIVERED, account, number(one, 'delivered_ms'), bytes(one, 'delivered_guid'));
      raise(ReadingField.PEER_READ, account, number(one, 'read_ms'), bytes(one, 'read_guid'));
    }
    if (row['marked_unread'] === 1)
      payload = setRegister(payload, ReadingField.MARKED_UNREAD, EMPTY, LOWEST, EMPTY, flagValue(true));
    if (text(row, 'draft') !== '')
      payload = setRegister(payload, ReadingField.DRAFT, EMPTY, LOWEST, EMPTY, textValue(text(row, 'draft')));
    return payload;
  } catch (error) {
    if (error instanceof PayloadError) return null;
    throw error;
  }
}
