/** How far a conversation was read: by this account, and what others let know. */
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { toHex } from '../crypto/bytes.ts';
import {
  FlagValueSchema,
  Kind,
  ReadingCoreSchema,
  ReadingField,
  TextValueSchema,
} from '../proto/gen/lockstep/record/v1/record_pb.js';
import { getRegister, newPayload, type Payload, PayloadError } from './payload.ts';
import { readValue, type Watermark } from './values.ts';
import { readWatermark } from './watermarks.ts';

export type PeerReading = {
  account: Uint8Array;
  deliveredUpTo: Watermark | null;
  readUpTo: Watermark | null;
};

export type Reading = {
  conversation: Uint8Array;
  readUpTo: Watermark | null;
  markedUnread: boolean;
  draft: string;
  /** By account id in hex. */
  peers: Map<string, PeerReading>;
};

export function newReading(conversation: Uint8Array): Payload {
  if (conversation.length !== 16) throw new PayloadError('invalid', 'A conversation’s guid is 16 bytes.');
  return newPayload(Kind.READING, toBinary(ReadingCoreSchema, create(ReadingCoreSchema, { conversation })));
}

/** Null while the core has not arrived. */
export function readReading(payload: Payload): Reading | null {
  if (payload.core.length === 0) return null;
  let conversation: Uint8Array;
  try {
    conversation = fromBinary(ReadingCoreSchema, payload.core).conversation;
  } catch {
    throw new PayloadError('damaged', 'These bytes are not a reading state.');
  }
  if (conversation.length !== 16) throw new PayloadError('damaged', 'A conversation’s guid is 16 bytes.');
  const peers = new Map<string, PeerReading>();
  for (const { field, key } of payload.registers) {
    if (key.length !== 16 || (field !== ReadingField.PEER_DELIVERED && field !== ReadingField.PEER_READ))
      continue;
    const hex = toHex(key);
    if (peers.has(hex)) continue;
    peers.set(hex, {
      account: key,
      deliveredUpTo: readWatermark(payload, ReadingField.PEER_DELIVERED, key),
      readUpTo: readWatermark(payload, ReadingField.PEER_READ, key),
    });
  }
  return {
    conversation,
    readUpTo: readWatermark(payload, ReadingField.READ_UP_TO),
    markedUnread: readValue(FlagValueSchema, getRegister(payload, ReadingField.MARKED_UNREAD))?.on ?? false,
    draft: readValue(TextValueSchema, getRegister(payload, ReadingField.DRAFT))?.text ?? '',
    peers,
  };
}
