/** Conversations: who is in them (the core, fixed), and how this account keeps them (registers). */
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { compareBytes, concatBytes, EMPTY, equalBytes, toHex, utf8 } from '../crypto/bytes.ts';
import { hash256 } from '../crypto/hash.ts';
import {
  ClearedValueSchema,
  ConversationCoreSchema,
  ConversationField,
  ConversationKind,
  type ConversationCore as CoreMessage,
  FlagValueSchema,
  Kind,
  MemberValueSchema,
  TextValueSchema,
  TimeValueSchema,
} from '../proto/gen/lockstep/record/v1/record_pb.js';
import { getRegister, newPayload, type Payload, PayloadError, registersOf, setRegister } from './payload.ts';
import { flagValue, readMs, readValue, type Watermark } from './values.ts';

/** The largest group: as many as one send may address. */
export const MAX_MEMBERS = 256;

export type ConversationCore = {
  guid: Uint8Array;
  kind: 'direct' | 'group';
  /** Account ids, sorted, the own one included. */
  members: Uint8Array[];
};

export type MemberInfo = { account: Uint8Array; handle: string; name: string; identityKey: Uint8Array };

export type ConversationRegisters = {
  name: string | null;
  pinned: boolean;
  mutedUntil: number | null;
  /** `restored`: put back by Undo of a later delete; it says nothing against others. */
  clearedUpTo: { upTo: Watermark; deletedMs: number; device: Uint8Array; restored: boolean } | null;
  /** By Keep Messages its last message went once: without messages it is not one that was just made. */
  expired: boolean;
  /** What was learned about members, by account id in hex. */
  memberInfo: Map<string, MemberInfo>;
};

export type Conversation = ConversationCore & ConversationRegisters;

/**
 * [Note: guids of two kinds] A record's name is the conversation's guid, and a group's maker chooses it: without a mark, somebody could put a
 * group in the place where two other people's conversation will be. So the guid of two people is a UUID of version 8 (a hash),
 * a group's of version 4 (random), and neither is taken for the other.
 */
function marked(guid: Uint8Array, version: 4 | 8): Uint8Array {
  const made = guid.slice(0, 16);
  made[6] = (made[6]! & 0x0f) | (version << 4);
  made[8] = (made[8]! & 0x3f) | 0x80;
  return made;
}

/** Of a new group. */
export function groupGuid(random: (length: number) => Uint8Array): Uint8Array {
  return marked(random(16), 4);
}

/** Two people have one conversation, whoever begins it. With oneself: the same id twice. */
export function directConversationGuid(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length !== 16 || b.length !== 16) throw new PayloadError('invalid', 'An account id is 16 bytes.');
  const [first, second] = compareBytes(a, b) <= 0 ? [a, b] : [b, a];
  return marked(hash256(utf8('1:1'), concatBytes(first, second)), 8);
}

function sortedMembers(members: Uint8Array[]): Uint8Array[] {
  const sorted = [...members].sort(compareBytes);
  return sorted.filter((member, i) => i === 0 || !equalBytes(member, sorted[i - 1]!));
}

/** The core's bytes: the same on every device, whatever the order in which members are given. */
export function encodeConversationCore(core: ConversationCore): Uint8Array {
  const bytes = toBinary(
    ConversationCoreSchema,
    create(ConversationCoreSchema, {
      guid: core.guid,
      kind: core.kind === 'direct' ? ConversationKind.DIRECT : ConversationKind.GROUP,
      members: sortedMembers(core.members),
    }),
  );
  decodeConversationCore(bytes);
  return bytes;
}

/**
 * Throws PayloadError('damaged') for what is no conversation: members not sorted or twice, more than 256, a one-to-one
 * conversation whose guid is not the one that its members give (else anybody could place a message into another one), a group under the
 * guid of a one-to-one.
 */
export function decodeConversationCore(bytes: Uint8Array): ConversationCore {
  let core: CoreMessage;
  try {
    core = fromBinary(ConversationCoreSchema, bytes);
  } catch {
    throw new PayloadError('damaged', 'These bytes are not a conversation.');
  }
  const { guid, members } = core;
  if (guid.length !== 16) throw new PayloadError('damaged', 'A conversation’s guid is 16 bytes.');
  if (members.length < 1 || members.length > MAX_MEMBERS) {
    throw new PayloadError(
      'damaged',
      `A conversation has 1 to ${MAX_MEMBERS} members, not ${members.length}.`,
    );
  }
  for (let i = 0; i < members.length; i++) {
    if (members[i]!.length !== 16) throw new PayloadError('damaged', 'An account id is 16 bytes.');
    if (i > 0 && compareBytes(members[i - 1]!, members[i]!) >= 0) {
      throw new PayloadError('damaged', 'A conversation’s members are sorted and each there once.');
    }
  }
  if (core.kind === ConversationKind.GROUP) {
    if (guid[6]! >> 4 === 8)
      throw new PayloadError('damaged', 'A group in the place of a one-to-one conversation.');
    return { guid, kind: 'group', members };
  }
  if (core.kind !== ConversationKind.DIRECT)
    throw new PayloadError('damaged', 'A conversation of an unknown kind.');
  if (
    members.length > 2 ||
    !equalBytes(guid, directConversationGuid(members[0]!, members[1] ?? members[0]!))
  ) {
    throw new PayloadError('damaged', 'A one-to-one conversation whose guid is not that of its two members.');
  }
  return { guid, kind: 'direct', members };
}

export function newConversation(core: ConversationCore): Payload {
  return newPayload(Kind.CONVERSATION, encodeConversationCore(core));
}

/** Null while the core has not arrived. Throws PayloadError('damaged') if what is there is no conversation. */
export function readConversation(payload: Payload): Conversation | null {
  if (payload.core.length === 0) return null;
  return { ...decodeConversationCore(payload.core), ...readConversationRegisters(payload) };
}

export function readConversationRegisters(payload: Payload): ConversationRegisters {
  const name = readValue(TextValueSchema, getRegister(payload, ConversationField.NAME));
  const pinned = readValue(FlagValueSchema, getRegister(payload, ConversationField.PINNED));
  const muted = readValue(TimeValueSchema, getRegister(payload, ConversationField.MUTED_UNTIL));
  const expired = readValue(FlagValueSchema, getRegister(payload, ConversationField.EXPIRED));
  const cleared = readValue(ClearedValueSchema, getRegister(payload, ConversationField.CLEARED_UP_TO));
  const memberInfo = new Map<string, MemberInfo>();
  for (const register of registersOf(payload, ConversationField.MEMBER)) {
    const value = readValue(MemberValueSchema, register);
    if (value === null || register.key.length !== 16) continue;
    memberInfo.set(toHex(register.key), {
      account: register.key,
      handle: value.handle,
      name: value.name,
      identityKey: value.identityKey,
    });
  }
  const upTo = cleared?.upTo;
  const upToMs = upTo === undefined ? null : readMs(upTo.acceptedMs);
  const clearedMs = cleared === null ? null : readMs(cleared.deletedMs);
  return {
    name: name === null || name.text === '' ? null : name.text,
    pinned: pinned?.on ?? false,
    mutedUntil: muted === null ? null : mutedUntil(muted.timeMs),
    clearedUpTo:
      upTo === undefined || upToMs === null || clearedMs === null || upTo.guid.length !== 16
        ? null
        : {
            upTo: { acceptedMs: upToMs, guid: upTo.guid },
            deletedMs: clearedMs,
            device: cleared!.deviceId,
            restored: cleared!.restored,
          },
    expired: expired?.on ?? false,
    memberInfo,
  };
}

/** "For ever" is later than any stamp; what a number does not hold exactly is no time. */
function mutedUntil(timeMs: bigint): number | null {
  const until = Number(timeMs);
  return Number.isSafeInteger(until) && until >= 0 ? until : null;
}

/**
 * Its last message went by Keep Messages. A machine's word, so every device writes the very same bytes (no device, stamp 0, never taken
 * back): those that come to it at the same time do not meet a conflict.
 */
export function markExpired(payload: Payload): Payload {
  return setRegister(payload, ConversationField.EXPIRED, EMPTY, 0n, EMPTY, flagValue(true));
}
