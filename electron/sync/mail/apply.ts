/**
 * What an allowed envelope writes (SPEC OUT-6, OUT-16, OUT-18): records by kind and name, as payloads to be merged. Pure, and the
 * same on every device of the account, whichever brought it: nothing of this device or of its clock goes in.
 */
import { EMPTY } from '../../../shared/crypto/bytes.ts';
import { newMessage } from '../../../shared/model/message.ts';
import { newPayload, type Payload, setRegister } from '../../../shared/model/payload.ts';
import { newReading } from '../../../shared/model/reading.ts';
import { editValue, reactionValue, textValue, unsentValue } from '../../../shared/model/values.ts';
import { raiseWatermark } from '../../../shared/model/watermarks.ts';
import { type Body, ReceiptKind } from '../../../shared/proto/gen/lockstep/envelope/v1/envelope_pb.js';
import {
  ConversationField,
  Kind,
  MessageField,
  ReadingField,
} from '../../../shared/proto/gen/lockstep/record/v1/record_pb.js';
import type { Allowed } from './authority.ts';

/** A record to merge into: its id is made from kind and name by whoever holds the id key. */
export type Write = { kind: number; name: Uint8Array[]; payload: Payload };

/** How far ahead of its acceptance an envelope's stamp may count. */
const STAMP_AHEAD_MS = 5 * 60_000;

/** Later than nothing: the name that a group's first envelope brings gives way to every rename. */
export const FIRST_NAME_STAMP = 1n;

export function clampStamp(stamp: bigint, acceptedMs: number): bigint {
  const latest = (BigInt(acceptedMs + STAMP_AHEAD_MS) << 16n) | 0xffffn;
  return stamp < latest ? stamp : latest;
}

/** `named`: whether its conversation is known here to have or to have had a name; null: it is not known at all. */
export function writesOf(body: Body, allowed: Allowed, acceptedMs: number, named: boolean | null): Write[] {
  const { conversation, coreBytes, said } = allowed;
  const { senderAccountId: sender, senderDeviceId: device } = body;
  const stamp = clampStamp(body.stamp, acceptedMs);
  const sentMs = Number(body.sentMs);
  const writes: Write[] = [];

  const onConversation = (namedAt: bigint | null, name: string) => {
    let payload = newPayload(Kind.CONVERSATION, coreBytes);
    if (namedAt !== null) {
      const value = name === '' ? EMPTY : textValue(name);
      payload = setRegister(payload, ConversationField.NAME, EMPTY, namedAt, device, value);
    }
    writes.push({ kind: Kind.CONVERSATION, name: [conversation.guid], payload });
  };
  const onMessage = (
    guid: Uint8Array,
    author: Uint8Array,
    field: number,
    key: Uint8Array,
    value: Uint8Array,
  ) => {
    const payload = setRegister(newPayload(Kind.MESSAGE), field, key, stamp, device, value);
    writes.push({ kind: Kind.MESSAGE, name: [author, guid], payload });
  };

  // The first that comes of a group need not say its name (a receipt does not), nor need who began it be heard (SPEC OUT-15).
  const saysName = conversation.kind === 'group' && body.conversationName !== '';
  if (named === null || (!named && saysName))
    onConversation(saysName ? FIRST_NAME_STAMP : null, body.conversationName);
  switch (said.kind) {
    case 'message':
      writes.push({
        kind: Kind.MESSAGE,
        name: [sender, body.guid],
        payload: newMessage(said.bytes, acceptedMs),
      });
      break;
    case 'edit': {
      const { guid, senderAccountId } = said.ref;
      onMessage(guid, senderAccountId, MessageField.EDIT, EMPTY, editValue(said.edit.text, sentMs));
      break;
    }
    case 'unsend':
      onMessage(said.ref.guid, said.ref.senderAccountId, MessageField.UNSENT, EMPTY, unsentValue(sentMs));
      break;
    case 'reaction': {
      const { guid, senderAccountId } = said.ref;
      const value = said.reaction.emoji === '' ? EMPTY : reactionValue(said.reaction.emoji);
      onMessage(guid, senderAccountId, MessageField.REACTION, sender, value);
      break;
    }
    case 'receipt': {
      const { kind, upToAcceptedMs, upToGuid } = said.receipt;
      const field = kind === ReceiptKind.READ ? ReadingField.PEER_READ : ReadingField.PEER_DELIVERED;
      const mark = { acceptedMs: Number(upToAcceptedMs), guid: upToGuid };
      writes.push({
        kind: Kind.READING,
        name: [conversation.guid],
        payload: raiseWatermark(newReading(conversation.guid), field, sender, mark),
      });
      break;
    }
    case 'rename':
      onConversation(stamp, said.rename.name);
      break;
  }
  return writes;
}
