/**
 * Who may say what by envelope (SPEC OUT-10 to OUT-14). Pure: it sees a signed, verified body and what is known of its conversation,
 * and either names what it is or refuses. Whether the signature holds was settled before (`open-envelope.ts`).
 *
 * A record's id follows from (sender, guid), so "only the author edits" comes down to: the message that an edit names is one
 * of the signer's. Anything else cannot name it.
 */
import { equalBytes, toHex } from '../../../shared/crypto/bytes.ts';
import { type ConversationCore, decodeConversationCore } from '../../../shared/model/conversation.ts';
import { decodeMessageBody } from '../../../shared/model/message.ts';
import {
  type Body,
  type Edit,
  type MessageRef,
  type Reaction,
  type Receipt,
  ReceiptKind,
  type Rename,
  type Unsend,
} from '../../../shared/proto/gen/lockstep/envelope/v1/envelope_pb.js';
import { Refused } from './refused.ts';

const MAX_TEXT = 100_000;
const MAX_EMOJI = 64;
const MAX_NAME = 200;

export type Said =
  | { kind: 'message'; bytes: Uint8Array }
  | { kind: 'edit'; edit: Edit; ref: MessageRef }
  | { kind: 'unsend'; unsend: Unsend; ref: MessageRef }
  | { kind: 'reaction'; reaction: Reaction; ref: MessageRef }
  | { kind: 'receipt'; receipt: Receipt }
  | { kind: 'rename'; rename: Rename };

export type Allowed = { conversation: ConversationCore; coreBytes: Uint8Array; said: Said };

/**
 * `known`: the core of the conversation's record here, or null at the first envelope, which fixes the members.
 */
export function authorize(body: Body, ownAccountId: Uint8Array, known: Uint8Array | null): Allowed {
  const conversation = readConversationCore(body.conversationCore);
  if (!equalBytes(conversation.guid, body.conversation)) {
    throw new Refused('wrongMembers', 'The envelope is for another conversation than it describes.');
  }
  if (known !== null && !equalBytes(known, body.conversationCore)) {
    throw new Refused('wrongMembers', 'The conversation has other members than the ones fixed at its start.');
  }
  if (!isMember(conversation, body.senderAccountId)) {
    throw new Refused('notAMember', 'The sender is not a member of the conversation.');
  }
  if (!isMember(conversation, ownAccountId)) {
    throw new Refused('notAMember', 'This account is not a member of the conversation.');
  }
  const members = new Set(conversation.members.map(toHex));
  for (const addressee of body.addressees) {
    if (!members.delete(toHex(addressee.accountId))) {
      throw new Refused('wrongMembers', 'Somebody is addressed twice, or is not a member.');
    }
  }
  limit(body.conversationName, MAX_NAME);
  requireTime(body.sentMs);
  return { conversation, coreBytes: body.conversationCore, said: whatIsSaid(body) };
}

export function isMember(conversation: ConversationCore, accountId: Uint8Array): boolean {
  return conversation.members.some((member) => equalBytes(member, accountId));
}

/** A conversation's core as it came from somebody else: sorted members, a direct one under its derived guid. */
function readConversationCore(bytes: Uint8Array): ConversationCore {
  let core: ConversationCore;
  try {
    core = decodeConversationCore(bytes);
  } catch (error) {
    throw new Refused(
      'wrongMembers',
      error instanceof Error ? error.message : 'The conversation is not well formed.',
    );
  }
  if (core.members.length < 2) throw new Refused('wrongMembers', 'A conversation needs somebody else in it.');
  return core;
}

function whatIsSaid(body: Body): Said {
  const { content } = body;
  switch (content.case) {
    case 'message':
      return messageSaid(body, content.value);
    case 'edit':
      return {
        kind: 'edit',
        edit: content.value,
        ref: ownMessage(body, content.value.message, content.value.text),
      };
    case 'unsend':
      return { kind: 'unsend', unsend: content.value, ref: ownMessage(body, content.value.message, '') };
    case 'reaction':
      limit(content.value.emoji, MAX_EMOJI);
      return { kind: 'reaction', reaction: content.value, ref: wellFormedRef(content.value.message) };
    case 'receipt': {
      const { kind, upToAcceptedMs, upToGuid } = content.value;
      if (kind !== ReceiptKind.DELIVERED && kind !== ReceiptKind.READ) {
        throw new Refused('unknownKind', 'A kind of receipt that this version does not know.');
      }
      if (upToGuid.length !== 16 || upToAcceptedMs < 0n || upToAcceptedMs > MAX_MS) {
        throw new Refused('damaged', 'The receipt names no place.');
      }
      return { kind: 'receipt', receipt: content.value };
    }
    case 'rename':
      limit(content.value.name, MAX_NAME);
      return { kind: 'rename', rename: content.value };
    default:
      throw new Refused('unknownKind', 'A kind of envelope that this version does not know.');
  }
}

/** Up to where a time fits a hybrid clock's stamp (48 bits of milliseconds). */
const MAX_MS = 0xffff_ffff_ffffn;

export function requireTime(ms: bigint | number): void {
  if (ms < 0n || ms > MAX_MS) throw new Refused('damaged', 'A time that no clock gives.');
}

function messageSaid(body: Body, bytes: Uint8Array): Said {
  const message = decode(() => decodeMessageBody(bytes), 'message');
  if (!equalBytes(message.sender, body.senderAccountId)) {
    throw new Refused('otherSender', 'The message names another sender than the one who signed.');
  }
  if (!equalBytes(message.guid, body.guid)) {
    throw new Refused('damaged', 'The message has another id than its envelope.');
  }
  if (!equalBytes(message.conversation, body.conversation)) {
    throw new Refused('wrongMembers', 'The message belongs to another conversation than its envelope.');
  }
  return { kind: 'message', bytes };
}

function ownMessage(body: Body, ref: MessageRef | undefined, text: string): MessageRef {
  limit(text, MAX_TEXT);
  const named = wellFormedRef(ref);
  if (!equalBytes(named.senderAccountId, body.senderAccountId)) {
    throw new Refused('notTheAuthor', 'Only who wrote a message edits or unsends it.');
  }
  return named;
}

function wellFormedRef(ref: MessageRef | undefined): MessageRef {
  if (ref === undefined || ref.senderAccountId.length !== 16 || ref.guid.length !== 16) {
    throw new Refused('damaged', 'No message is named.');
  }
  return ref;
}

function limit(text: string, length: number): void {
  if (text.length > length) throw new Refused('damaged', 'A text is longer than it may be.');
}

function decode<T>(read: () => T, what: string): T {
  try {
    return read();
  } catch {
    throw new Refused('damaged', `The ${what} does not decode.`);
  }
}
