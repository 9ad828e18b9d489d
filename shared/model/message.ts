/** Messages: their core (what the sender signed, and when the cloud took it), their registers, and reading both. */
import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import {
  type MessageBody,
  MessageBodySchema,
  type PartSchema,
  Service,
} from '../proto/gen/lockstep/envelope/v1/envelope_pb.js';
import {
  DeletedValueSchema,
  EditValueSchema,
  Kind,
  MessageCoreSchema,
  MessageField,
  ReactionValueSchema,
  UnsentValueSchema,
} from '../proto/gen/lockstep/record/v1/record_pb.js';
import {
  type Attachment,
  LARGEST_PARTS,
  MOST_ATTACHMENTS,
  readParts,
  writeAttachment,
} from './attachment.ts';
import { readPlainMessage } from './message-codec.ts';
import { type Delivery, readDeliveries } from './not-delivered.ts';
import { getRegister, newPayload, type Payload, PayloadError, registersOf } from './payload.ts';
import { readMs, readValue } from './values.ts';

export type ServiceName = 'lockstep' | 'sms' | 'mms' | 'rcs';

export type MessageRef = { sender: Uint8Array; guid: Uint8Array };

export type MessageContent = {
  guid: Uint8Array;
  conversation: Uint8Array;
  sender: Uint8Array;
  /** By the sender's clock. */
  sentMs: number;
  service: ServiceName;
  text: string;
  attachments: Attachment[];
  /** Parts that cannot be read, and parts of a kind that a newer app wrote. */
  damagedParts: number;
  unknownParts: number;
  replyTo: MessageRef | null;
};

/** A message as it is written: without what only reading finds. */
export type MessageDraft = Omit<MessageContent, 'attachments' | 'damagedParts' | 'unknownParts'> & {
  attachments?: readonly Attachment[];
};

export type MessageRegisters = {
  edit: { text: string; editedMs: number; stamp: bigint } | null;
  unsent: { unsentMs: number } | null;
  /** By account, those taken back left away. */
  reactions: { account: Uint8Array; emoji: string; stamp: bigint }[];
  deleted: { deletedMs: number; device: Uint8Array } | null;
  /** Of those whom it did not reach at first. */
  deliveries: Delivery[];
};

export type Message = MessageContent & MessageRegisters & { acceptedMs: number };

const SERVICE_NAME: Record<number, ServiceName> = {
  [Service.LOCKSTEP]: 'lockstep',
  [Service.SMS]: 'sms',
  [Service.MMS]: 'mms',
  [Service.RCS]: 'rcs',
};
const SERVICE_NUMBER: Record<ServiceName, Service> = {
  lockstep: Service.LOCKSTEP,
  sms: Service.SMS,
  mms: Service.MMS,
  rcs: Service.RCS,
};

/** The name from which a message's record id follows: `recordId(idKey, Kind.MESSAGE, ...messageName(sender, guid))`. */
export function messageName(sender: Uint8Array, guid: Uint8Array): [Uint8Array, Uint8Array] {
  return [sender, guid];
}

/**
 * The bytes a sender signs; on every device they become part of the record's core as they are. Throws PayloadError('invalid') for
 * more attachments, or more in them, than a message may have.
 */
export function encodeMessageBody(content: MessageDraft): Uint8Array {
  const attachments = content.attachments ?? [];
  if (attachments.length > MOST_ATTACHMENTS)
    throw new PayloadError('invalid', `A message has at most ${MOST_ATTACHMENTS} attachments.`);
  const parts: MessageInitShape<typeof PartSchema>[] = attachments.map((attachment) => ({
    part: { case: 'attachment', value: writeAttachment(attachment) },
  }));
  if (content.text !== '' || attachments.length === 0)
    parts.push({ part: { case: 'text', value: content.text } });
  const body = toBinary(
    MessageBodySchema,
    create(MessageBodySchema, {
      guid: content.guid,
      conversation: content.conversation,
      senderAccountId: content.sender,
      sentMs: BigInt(content.sentMs),
      service: SERVICE_NUMBER[content.service],
      parts,
      ...(content.replyTo === null
        ? {}
        : { replyTo: { senderAccountId: content.replyTo.sender, guid: content.replyTo.guid } }),
    }),
  );
  if (attachments.length > 0 && body.length > LARGEST_PARTS)
    throw new PayloadError('invalid', `A message with attachments has at most ${LARGEST_PARTS} bytes.`);
  decodeMessageBody(body);
  return body;
}

/** Throws PayloadError('damaged') for what is no message body: also for ids of other lengths and impossible times. */
export function decodeMessageBody(bytes: Uint8Array): MessageContent {
  let body: MessageBody;
  try {
    body = fromBinary(MessageBodySchema, bytes);
  } catch {
    throw new PayloadError('damaged', 'These bytes are not a message.');
  }
  const replyTo = body.replyTo;
  if (
    body.guid.length !== 16 ||
    body.conversation.length !== 16 ||
    body.senderAccountId.length !== 16 ||
    (replyTo !== undefined && (replyTo.guid.length !== 16 || replyTo.senderAccountId.length !== 16))
  ) {
    throw new PayloadError('damaged', 'A message names something by an id that is not 16 bytes.');
  }
  const { text, attachments, damaged, unknown } = readParts(body.parts);
  return {
    guid: body.guid,
    conversation: body.conversation,
    sender: body.senderAccountId,
    sentMs: safeMs(body.sentMs),
    service: SERVICE_NAME[body.service] ?? 'lockstep',
    text,
    attachments,
    damagedParts: damaged,
    unknownParts: unknown,
    replyTo: replyTo === undefined ? null : { sender: replyTo.senderAccountId, guid: replyTo.guid },
  };
}

function safeMs(value: bigint): number {
  const time = Number(value);
  if (time < 0 || time >= 2 ** 48) throw new PayloadError('damaged', 'A message gives an impossible time.');
  return time;
}

/** The core of a message's record. `body` are the sender's own bytes; `acceptedMs` is the cloud's, or an import's time sent. */
export function messageCore(body: Uint8Array, acceptedMs: number): Uint8Array {
  return toBinary(MessageCoreSchema, create(MessageCoreSchema, { body, acceptedMs: BigInt(acceptedMs) }));
}

export function newMessage(body: Uint8Array, acceptedMs: number): Payload {
  return newPayload(Kind.MESSAGE, messageCore(body, acceptedMs));
}

/** Null while the core has not arrived. Throws PayloadError('damaged') if what is there is no message. */
export function readMessage(payload: Payload): Message | null {
  if (payload.core.length === 0) return null;
  const core = readUsualCore(payload.core) ?? readAnyCore(payload.core);
  if (payload.registers.length === 0) return { ...core, ...NOTHING_CHANGED, reactions: [], deliveries: [] };
  return { ...core, ...readMessageRegisters(payload) };
}

type Core = MessageContent & { acceptedMs: number };

function readUsualCore(bytes: Uint8Array): Core | null {
  const plain = readPlainMessage(bytes);
  if (plain === null) return null;
  const service = SERVICE_NAME[plain.service] ?? 'lockstep';
  return { ...plain, service, attachments: [], damagedParts: 0, unknownParts: 0, replyTo: null };
}

/** A core of any form, by the general reader. */
export function readAnyCore(bytes: Uint8Array): Core {
  let core: { body: Uint8Array; acceptedMs: bigint };
  try {
    core = fromBinary(MessageCoreSchema, bytes);
  } catch {
    throw new PayloadError('damaged', 'These bytes are not a message’s core.');
  }
  return { ...decodeMessageBody(core.body), acceptedMs: safeMs(core.acceptedMs) };
}

const NOTHING_CHANGED = { edit: null, unsent: null, deleted: null } as const;

/** What was changed on a message: also of one whose core has not arrived. */
export function readMessageRegisters(payload: Payload): MessageRegisters {
  const editRegister = getRegister(payload, MessageField.EDIT);
  const edit = readValue(EditValueSchema, editRegister);
  const unsent = readValue(UnsentValueSchema, getRegister(payload, MessageField.UNSENT));
  const deleted = readValue(DeletedValueSchema, getRegister(payload, MessageField.DELETED));
  const editedMs = edit === null ? null : readMs(edit.editedMs);
  const unsentMs = unsent === null ? null : readMs(unsent.unsentMs);
  const deletedMs = deleted === null ? null : readMs(deleted.deletedMs);
  const reactions: MessageRegisters['reactions'] = [];
  for (const register of registersOf(payload, MessageField.REACTION)) {
    const emoji = readValue(ReactionValueSchema, register)?.emoji ?? '';
    if (emoji !== '' && register.key.length === 16) {
      reactions.push({ account: register.key, emoji, stamp: register.stamp });
    }
  }
  return {
    edit:
      edit === null || editedMs === null ? null : { text: edit.text, editedMs, stamp: editRegister!.stamp },
    unsent: unsentMs === null ? null : { unsentMs },
    reactions,
    deleted: deleted === null || deletedMs === null ? null : { deletedMs, device: deleted.deviceId },
    deliveries: readDeliveries(payload),
  };
}
