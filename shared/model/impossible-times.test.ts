import { create, toBinary } from '@bufbuild/protobuf';
import { beforeAll, expect, test } from 'vitest';
import { EMPTY } from '../crypto/bytes.ts';
import { sodiumReady } from '../crypto/sodium.ts';
import {
  ClearedValueSchema,
  ConversationField,
  DeletedValueSchema,
  DeviceField,
  EditValueSchema,
  KeepMessagesValueSchema,
  MessageField,
  ReadingField,
  SettingsField,
  TimeValueSchema,
  WatermarkSchema,
} from '../proto/gen/lockstep/record/v1/record_pb.js';
import { directConversationGuid, newConversation, readConversation } from './conversation.ts';
import { newDevice, readDevice } from './device.ts';
import { readMessageRegisters } from './message.ts';
import { newPayload, type Payload, setRegister } from './payload.ts';
import { newReading, readReading } from './reading.ts';
import { newSettings, readSettings } from './settings.ts';

beforeAll(sodiumReady);

const id = new Uint8Array(16).fill(1);
const other = new Uint8Array(16).fill(2);
const set = (payload: Payload, field: number, value: Uint8Array) =>
  setRegister(payload, field, EMPTY, 1n, id, value);

test.each([-1n, -(2n ** 63n), 2n ** 48n, 2n ** 53n, 2n ** 63n - 1n])(
  'FUZ-5 REC-22 a time of %d is a damaged value, and costs nothing else of its record',
  (time) => {
    const message = [
      set(
        newPayload(1),
        MessageField.EDIT,
        toBinary(EditValueSchema, create(EditValueSchema, { text: 'x', editedMs: time })),
      ),
      set(
        newPayload(1),
        MessageField.DELETED,
        toBinary(DeletedValueSchema, create(DeletedValueSchema, { deletedMs: time })),
      ),
    ].map(readMessageRegisters);
    expect(message).toMatchObject([{ edit: null }, { deleted: null }]);

    const upTo = { acceptedMs: time, guid: id };
    const members = [id, other];
    let conversation = newConversation({ guid: directConversationGuid(id, other), kind: 'direct', members });
    conversation = set(
      conversation,
      ConversationField.CLEARED_UP_TO,
      toBinary(ClearedValueSchema, create(ClearedValueSchema, { upTo, deletedMs: 1n, deviceId: id })),
    );
    expect(readConversation(conversation)).toMatchObject({ kind: 'direct', clearedUpTo: null });

    const reading = set(
      newReading(id),
      ReadingField.READ_UP_TO,
      toBinary(WatermarkSchema, create(WatermarkSchema, upTo)),
    );
    expect(readReading(reading)).toMatchObject({ readUpTo: null });

    const device = set(
      newDevice(id),
      DeviceField.LAST_SYNC,
      toBinary(TimeValueSchema, create(TimeValueSchema, { timeMs: time })),
    );
    expect(readDevice(device)).toMatchObject({ deviceId: id, lastSyncMs: null });

    const keep = toBinary(
      KeepMessagesValueSchema,
      create(KeepMessagesValueSchema, { days: 30, effectiveMs: time }),
    );
    expect(readSettings(set(newSettings(), SettingsField.KEEP_MESSAGES, keep)).keepMessages).toBeNull();
  },
);

test('FUZ-5 a conversation that is muted for ever is', () => {
  const members = [id, other];
  const conversation = newConversation({ guid: directConversationGuid(id, other), kind: 'direct', members });
  const muted = (timeMs: bigint) =>
    readConversation(
      set(
        conversation,
        ConversationField.MUTED_UNTIL,
        toBinary(TimeValueSchema, create(TimeValueSchema, { timeMs })),
      ),
    )?.mutedUntil;
  expect(muted(8_640_000_000_000_000n)).toBe(8_640_000_000_000_000);
  expect(muted(2n ** 63n - 1n)).toBeNull();
});
