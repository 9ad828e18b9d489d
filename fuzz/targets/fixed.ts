/** Keys, ids and people that are the same in each run, and one of each thing that honest devices write. */
import { copyBytes } from '../../shared/crypto/bytes.ts';
import { createDeviceKeys } from '../../shared/crypto/device-log.ts';
import type { Random } from '../../shared/crypto/random.ts';
import { directConversationGuid, groupGuid, newConversation } from '../../shared/model/conversation.ts';
import { newDevice } from '../../shared/model/device.ts';
import { encodeMessageBody, newMessage } from '../../shared/model/message.ts';
import { type Payload, setRegister } from '../../shared/model/payload.ts';
import { newReading } from '../../shared/model/reading.ts';
import { newSettings } from '../../shared/model/settings.ts';
import {
  appValue,
  clearedValue,
  deletedValue,
  editValue,
  flagValue,
  keepMessagesValue,
  memberValue,
  reactionValue,
  requestValue,
  seenValue,
  switchValue,
  textValue,
  timeValue,
  unsentValue,
} from '../../shared/model/values.ts';
import { raiseWatermark } from '../../shared/model/watermarks.ts';
import {
  ConversationField,
  DeviceField,
  MessageField,
  ReadingField,
  SettingsField,
} from '../../shared/proto/gen/lockstep/record/v1/record_pb.js';
import { createDice } from '../../shared/testing/dice.ts';

/** Fresh for each target, so that no target's bytes hang on another's. */
export function fixedRandom(seed = 1): Random {
  const dice = createDice(seed);
  return (length) => dice.bytes(length);
}

export const id = (n: number): Uint8Array => copyBytes(new Uint8Array(16).fill(n));
export const ANNA = id(0xa1);
export const BOB = id(0xb1);
export const NOW = 1_790_000_000_000;
const STAMP = BigInt(NOW) << 16n;
const NONE = new Uint8Array(0);

export const deviceKeys = (seed: number) => createDeviceKeys(fixedRandom(seed));

export const THUMBNAIL = Uint8Array.from([
  0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0, 1, 1, 0, 0, 1,
]);

export const direct = (): Uint8Array => directConversationGuid(ANNA, BOB);

export function messageBody(sender: Uint8Array, guid: Uint8Array, text: string, attachments = 0): Uint8Array {
  return encodeMessageBody({
    guid,
    conversation: direct(),
    sender,
    sentMs: NOW,
    service: 'lockstep',
    text,
    replyTo: { sender: BOB, guid: id(9) },
    attachments: Array.from({ length: attachments }, (_, i) => ({
      blobId: new Uint8Array(32).fill(i + 1),
      key: new Uint8Array(32).fill(i + 2),
      suite: 1,
      size: 70_000,
      name: `Holiday ${i}.jpg`,
      mediaType: 'image/jpeg',
      width: 640,
      height: 480,
      durationMs: 0,
      thumbnail: THUMBNAIL,
    })),
  });
}

function message(): Payload {
  let payload = newMessage(messageBody(BOB, id(1), 'Good morning, Anna! https://example.org', 2), NOW);
  payload = setRegister(payload, MessageField.EDIT, NONE, STAMP, id(7), editValue('Good evening!', NOW + 5));
  payload = setRegister(payload, MessageField.REACTION, ANNA, STAMP, id(7), reactionValue('❤️'));
  return setRegister(payload, MessageField.REACTION, BOB, STAMP, id(7), reactionValue('👍'));
}

function deletedMessage(): Payload {
  let payload = newMessage(messageBody(ANNA, id(2), 'Gone', 0), NOW);
  payload = setRegister(payload, MessageField.UNSENT, NONE, STAMP, id(7), unsentValue(NOW));
  return setRegister(payload, MessageField.DELETED, NONE, STAMP, id(7), deletedValue(NOW, id(7)));
}

function conversation(): Payload {
  let payload = newConversation({ guid: direct(), kind: 'direct', members: [ANNA, BOB] });
  const set = (field: number, key: Uint8Array, value: Uint8Array) => {
    payload = setRegister(payload, field, key, STAMP, id(7), value);
  };
  set(ConversationField.PINNED, NONE, flagValue(true));
  set(ConversationField.MUTED_UNTIL, NONE, timeValue(NOW));
  set(ConversationField.CLEARED_UP_TO, NONE, clearedValue({ acceptedMs: 1, guid: id(1) }, NOW, id(7)));
  set(ConversationField.MEMBER, BOB, memberValue('bob@example.org', 'Bob', new Uint8Array(32).fill(3)));
  set(ConversationField.EXPIRED, NONE, flagValue(true));
  return payload;
}

function group(): Payload {
  const payload = newConversation({
    guid: groupGuid(fixedRandom(5)),
    kind: 'group',
    members: [ANNA, BOB, id(0xc1)],
  });
  return setRegister(payload, ConversationField.NAME, NONE, STAMP, id(7), textValue('Walking'));
}

function reading(): Payload {
  let payload = raiseWatermark(newReading(direct()), ReadingField.READ_UP_TO, NONE, {
    acceptedMs: NOW,
    guid: id(1),
  });
  payload = raiseWatermark(payload, ReadingField.PEER_READ, BOB, { acceptedMs: NOW, guid: id(1) });
  payload = raiseWatermark(payload, ReadingField.PEER_DELIVERED, BOB, { acceptedMs: NOW, guid: id(1) });
  payload = setRegister(payload, ReadingField.MARKED_UNREAD, NONE, STAMP, id(7), flagValue(true));
  return setRegister(payload, ReadingField.DRAFT, NONE, STAMP, id(7), textValue('I was thinking'));
}

function device(): Payload {
  let payload = newDevice(id(7));
  const set = (field: number, value: Uint8Array) => {
    payload = setRegister(payload, field, NONE, STAMP, id(7), value);
  };
  set(DeviceField.NAME, textValue('MacBook'));
  set(DeviceField.SWITCH, switchValue(true, 'person'));
  set(DeviceField.LAST_SYNC, timeValue(NOW));
  set(DeviceField.APP, appValue('0.1.0', 'mac'));
  set(DeviceField.SEEN, seenValue([{ generation: 1, incarnation: 2, seq: 3, digest: new Uint8Array(32) }]));
  return payload;
}

function settings(): Payload {
  let payload = newSettings();
  const set = (field: number, key: Uint8Array, value: Uint8Array) => {
    payload = setRegister(payload, field, key, STAMP, id(7), value);
  };
  set(SettingsField.KEEP_MESSAGES, NONE, keepMessagesValue(30, NOW, 365));
  set(SettingsField.READ_RECEIPTS, NONE, flagValue(false));
  set(SettingsField.BLOCKED, BOB, flagValue(true));
  set(SettingsField.PROFILE_NAME, NONE, textValue('Anna'));
  set(SettingsField.OFF_EVERYWHERE, NONE, requestValue(id(3), id(7), NOW));
  set(SettingsField.PURGE, NONE, requestValue(id(4), id(7), NOW));
  return payload;
}

/** One of each kind, with every field that there is. */
export const payloads = (): Payload[] => [
  message(),
  deletedMessage(),
  conversation(),
  group(),
  reading(),
  device(),
  settings(),
];
