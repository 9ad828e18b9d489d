import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { compareBytes, toHex } from '../crypto/bytes.ts';
import { sodiumReady } from '../crypto/sodium.ts';
import {
  ConversationField,
  DeviceField,
  MessageField,
  ReadingField,
  SettingsField,
} from '../proto/gen/lockstep/record/v1/record_pb.js';
import {
  decodeConversationCore,
  directConversationGuid,
  encodeConversationCore,
  newConversation,
  readConversation,
} from './conversation.ts';
import { newDevice, readDevice } from './device.ts';
import { mergePayloads } from './merge.ts';
import {
  decodeMessageBody,
  encodeMessageBody,
  newMessage,
  readMessage,
  readMessageRegisters,
} from './message.ts';
import { clearRegister, newPayload, type Payload, PayloadError, setRegister } from './payload.ts';
import { decodePayload, encodePayload } from './payload-codec.ts';
import { newReading, readReading } from './reading.ts';
import { newSettings, readSettings } from './settings.ts';
import {
  appValue,
  clearedValue,
  deletedValue,
  editValue,
  flagValue,
  keepMessagesValue,
  memberValue,
  reactionValue,
  restoredValue,
  seenValue,
  switchValue,
  textValue,
  timeValue,
  unsentValue,
} from './values.ts';
import { compareWatermarks, raiseWatermark, readWatermark } from './watermarks.ts';

beforeAll(sodiumReady);

const id = (fill: number) => new Uint8Array(16).fill(fill);
const NO_KEY = new Uint8Array(0);
const device = id(9);
const at = 1_700_000_000_000;
const through = (payload: Payload) => decodePayload(encodePayload(payload));
const set = (payload: Payload, field: number, value: Uint8Array, key: Uint8Array = NO_KEY, stamp = 1n) =>
  through(setRegister(payload, field, key, stamp, device, value));

const content = {
  guid: id(1),
  conversation: id(2),
  sender: id(3),
  sentMs: at,
  service: 'lockstep' as const,
  text: 'Hé 👋',
  attachments: [],
  damagedParts: 0,
  unknownParts: 0,
  replyTo: { sender: id(4), guid: id(5) },
};

describe('messages', () => {
  test('REC-20 a message reads as it was written, with everything changed on it', () => {
    const fresh = through(newMessage(encodeMessageBody(content), at + 5));
    expect(readMessage(fresh)).toEqual({
      ...content,
      acceptedMs: at + 5,
      deliveries: [],
      edit: null,
      unsent: null,
      reactions: [],
      deleted: null,
    });
    let changed = set(fresh, MessageField.EDIT, editValue('Better', at + 6), NO_KEY, 7n);
    changed = set(changed, MessageField.UNSENT, unsentValue(at + 7));
    changed = set(changed, MessageField.REACTION, reactionValue('👍'), id(3));
    changed = set(changed, MessageField.REACTION, reactionValue(''), id(4));
    changed = set(changed, MessageField.DELETED, deletedValue(at + 8, device));
    const read = readMessage(changed)!;
    expect(read.text).toBe('Hé 👋');
    expect(read.edit).toEqual({ text: 'Better', editedMs: at + 6, stamp: 7n });
    expect(read.unsent).toEqual({ unsentMs: at + 7 });
    expect(read.reactions).toEqual([{ account: id(3), emoji: '👍', stamp: 1n }]);
    expect(read.deleted).toEqual({ deletedMs: at + 8, device });
    const recovered = clearRegister(changed, MessageField.DELETED, NO_KEY, 2n, device);
    expect(readMessage(through(recovered))?.deleted).toBeNull();
  });

  test('REC-20 any text, service and time come back', () => {
    const service = fc.constantFrom('lockstep' as const, 'sms' as const, 'mms' as const, 'rcs' as const);
    const times = fc.integer({ min: 0, max: 2 ** 48 - 1 });
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        service,
        times,
        times,
        (text, name, sentMs, acceptedMs) => {
          const written = { ...content, text, service: name, sentMs, replyTo: null };
          expect(readMessage(through(newMessage(encodeMessageBody(written), acceptedMs)))).toMatchObject({
            ...written,
            acceptedMs,
          });
        },
      ),
    );
  });

  test('REC-21 a reaction that came before its message waits in a record without core', () => {
    const waiting = set(newPayload(1), MessageField.REACTION, reactionValue('🎉'), id(3));
    expect(readMessage(waiting)).toBeNull();
    expect(readMessageRegisters(waiting).reactions).toHaveLength(1);
    const merged = mergePayloads(waiting, newMessage(encodeMessageBody(content), at));
    expect(readMessage(merged)?.reactions).toHaveLength(1);
    expect(merged.coreConflict).toBe(false);
  });

  test('REC-22 a damaged core is said; a damaged value costs its register only', () => {
    expect(() => readMessage(newPayload(1, new Uint8Array([255])))).toThrow(PayloadError);
    expect(() => decodeMessageBody(new Uint8Array([10, 1, 1]))).toThrow(/16 bytes/);
    expect(() => decodeMessageBody(new Uint8Array([255]))).toThrow(PayloadError);
    expect(() => encodeMessageBody({ ...content, guid: id(1).subarray(1) })).toThrow(/16 bytes/);
    const odd = set(newMessage(encodeMessageBody(content), at), MessageField.EDIT, new Uint8Array([255]));
    expect(readMessage(odd)?.edit).toBeNull();
    expect(readMessage(odd)?.text).toBe(content.text);
  });
});

describe('conversations', () => {
  test('REC-23 a conversation of two has one id, whoever begins it; members are sorted and each there once', () => {
    const [anna, bob, carol] = [id(1), id(2), id(3)];
    const guid = directConversationGuid(anna, bob);
    expect(directConversationGuid(bob, anna)).toEqual(guid);
    expect(directConversationGuid(anna, carol)).not.toEqual(guid);
    const one = encodeConversationCore({ guid, kind: 'direct', members: [anna, bob] });
    expect(encodeConversationCore({ guid, kind: 'direct', members: [bob, anna, bob] })).toEqual(one);
    expect(decodeConversationCore(one)).toEqual({ guid, kind: 'direct', members: [anna, bob] });
    const self = { guid: directConversationGuid(anna, anna), kind: 'direct' as const, members: [anna] };
    expect(decodeConversationCore(encodeConversationCore(self))).toEqual(self);
  });

  test('REC-24 a direct conversation under another guid, an empty one and one of too many are refused', () => {
    const direct = { kind: 'direct' as const, members: [id(1), id(2)] };
    expect(() => encodeConversationCore({ ...direct, guid: id(7) })).toThrow(/guid/);
    const three = { guid: id(7), kind: 'direct' as const, members: [id(1), id(2), id(3)] };
    expect(() => encodeConversationCore(three)).toThrow(PayloadError);
    expect(() => encodeConversationCore({ guid: id(7), kind: 'group', members: [] })).toThrow(/members/);
    const crowd = Array.from({ length: 257 }, (_, i) => new Uint8Array(16).fill(i & 255).with(0, i >> 8));
    expect(() => encodeConversationCore({ guid: id(7), kind: 'group', members: crowd })).toThrow(/members/);
    expect(() => decodeConversationCore(new Uint8Array([255]))).toThrow(PayloadError);
  });

  test('REC-25 a conversation reads as it was written', () => {
    const core = { guid: id(7), kind: 'group' as const, members: [id(1), id(2), id(3)] };
    let payload = through(newConversation(core));
    expect(readConversation(payload)).toEqual({
      ...core,
      name: null,
      pinned: false,
      mutedUntil: null,
      clearedUpTo: null,
      expired: false,
      memberInfo: new Map(),
    });
    const upTo = { acceptedMs: at, guid: id(5) };
    payload = set(payload, ConversationField.NAME, textValue('Team'));
    payload = set(payload, ConversationField.PINNED, flagValue(true));
    payload = set(payload, ConversationField.MUTED_UNTIL, timeValue(at));
    payload = set(payload, ConversationField.CLEARED_UP_TO, clearedValue(upTo, at + 1, device));
    payload = set(payload, ConversationField.MEMBER, memberValue('bob@x', 'Bob', id(8)), id(2));
    const info = { account: id(2), handle: 'bob@x', name: 'Bob', identityKey: id(8) };
    expect(readConversation(payload)).toEqual({
      ...core,
      name: 'Team',
      pinned: true,
      mutedUntil: at,
      clearedUpTo: { upTo, deletedMs: at + 1, device, restored: false },
      expired: false,
      memberInfo: new Map([[toHex(id(2)), info]]),
    });
    const putBack = restoredValue(clearedValue(upTo, at + 1, device));
    expect(putBack).toEqual(clearedValue(upTo, at + 1, device, true));
    payload = set(payload, ConversationField.CLEARED_UP_TO, putBack);
    const clearedUpTo = { upTo, deletedMs: at + 1, device, restored: true };
    expect(readConversation(payload)).toMatchObject({ clearedUpTo });
    for (const none of [new Uint8Array(), Uint8Array.of(0xff)]) expect(restoredValue(none)).toEqual(none);
    expect(readConversation(newPayload(2))).toBeNull();
  });
});

describe('watermarks', () => {
  const mark = fc.record({
    acceptedMs: fc.constantFrom(0, 1, 127, 128, at, at + 1),
    guid: fc.constantFrom(id(1), id(2), id(255)),
  });

  test('REC-26 a watermark only rises, in the order (acceptedMs, guid), whatever is merged in which order', () => {
    fc.assert(
      fc.property(fc.array(mark, { minLength: 1, maxLength: 8 }), (marks) => {
        const highest = [...marks].sort(compareWatermarks).at(-1)!;
        const field = ReadingField.PEER_READ;
        const raised = marks.reduce(
          (payload, m) => raiseWatermark(payload, field, id(1), m),
          newReading(id(7)),
        );
        const merged = marks
          .map((m) => raiseWatermark(newReading(id(7)), field, id(1), m))
          .reduceRight((a, b) => mergePayloads(a, b));
        expect(readWatermark(raised, field, id(1))).toEqual(highest);
        expect(toHex(encodePayload(merged))).toBe(toHex(encodePayload(raised)));
      }),
    );
  });

  test('REC-27 a reading state reads as it was written', () => {
    let payload = through(newReading(id(7)));
    const low = { acceptedMs: at, guid: id(1) };
    const high = { acceptedMs: at + 1, guid: id(2) };
    expect(readReading(payload)).toEqual({
      conversation: id(7),
      readUpTo: null,
      markedUnread: false,
      draft: '',
      peers: new Map(),
    });
    payload = raiseWatermark(payload, ReadingField.READ_UP_TO, NO_KEY, high);
    payload = raiseWatermark(payload, ReadingField.PEER_DELIVERED, id(3), high);
    payload = raiseWatermark(payload, ReadingField.PEER_READ, id(3), low);
    payload = set(payload, ReadingField.MARKED_UNREAD, flagValue(true));
    payload = set(payload, ReadingField.DRAFT, textValue('soon'));
    expect(readReading(through(payload))).toEqual({
      conversation: id(7),
      readUpTo: high,
      markedUnread: true,
      draft: 'soon',
      peers: new Map([[toHex(id(3)), { account: id(3), deliveredUpTo: high, readUpTo: low }]]),
    });
    expect(compareBytes(low.guid, high.guid)).toBeLessThan(0);
  });
});

describe('devices and settings', () => {
  test('REC-28 a device’s record reads as it was written, and keeps its last 100 heads', () => {
    let payload = through(newDevice(id(1)));
    expect(readDevice(payload)).toMatchObject({ deviceId: id(1), name: null, switchOn: null, seen: [] });
    const heads = Array.from({ length: 120 }, (_, i) => ({
      generation: 1,
      incarnation: 2,
      seq: i,
      digest: new Uint8Array(32).fill(i),
    }));
    payload = set(payload, DeviceField.NAME, textValue('Mac mini'));
    payload = set(payload, DeviceField.SWITCH, switchValue(false));
    payload = set(payload, DeviceField.LAST_SYNC, timeValue(at));
    payload = set(payload, DeviceField.APP, appValue('1.0.0', 'linux'));
    payload = set(payload, DeviceField.SEEN, seenValue(heads));
    expect(readDevice(payload)).toEqual({
      deviceId: id(1),
      name: 'Mac mini',
      switchOn: false,
      switchReason: null,
      lastSyncMs: at,
      appVersion: '1.0.0',
      platform: 'linux',
      seen: heads.slice(20),
    });
    const purged = set(payload, DeviceField.SWITCH, switchValue(false, 'purged'), NO_KEY, 2n);
    expect(readDevice(purged)).toMatchObject({ switchOn: false, switchReason: 'purged' });
  });

  test('REC-29 a flag that is off is not a flag that is absent: receipts switched off stay off', () => {
    let payload = newSettings();
    expect(readSettings(payload)).toEqual({
      keepMessages: null,
      readReceipts: true,
      blocked: [],
      profileName: null,
      offEverywhere: null,
      purge: null,
    });
    payload = set(payload, SettingsField.READ_RECEIPTS, flagValue(false));
    payload = set(payload, SettingsField.BLOCKED, flagValue(true), id(5));
    payload = set(payload, SettingsField.BLOCKED, flagValue(false), id(6));
    payload = set(payload, SettingsField.PROFILE_NAME, textValue('Anna'));
    payload = set(payload, SettingsField.KEEP_MESSAGES, keepMessagesValue(365, at, 0));
    expect(readSettings(payload)).toEqual({
      keepMessages: { days: 365, effectiveMs: at, beforeDays: 0 },
      readReceipts: false,
      blocked: [id(5)],
      profileName: 'Anna',
      offEverywhere: null,
      purge: null,
    });
  });
});
