/** What a device tells the account's others about itself (zone `account`). */
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  AppValueSchema,
  DeviceCoreSchema,
  DeviceField,
  Kind,
  SeenValueSchema,
  SwitchValueSchema,
  TextValueSchema,
  TimeValueSchema,
} from '../proto/gen/lockstep/record/v1/record_pb.js';
import { getRegister, newPayload, type Payload, PayloadError } from './payload.ts';
import { readMs, readValue, type SeenHead } from './values.ts';

export type DeviceInfo = {
  deviceId: Uint8Array;
  name: string | null;
  /** Null: it has not said. */
  switchOn: boolean | null;
  switchReason: string | null;
  lastSyncMs: number | null;
  appVersion: string | null;
  platform: string | null;
  /** Heads of the messages zone that it has seen, oldest first. */
  seen: SeenHead[];
};

export function newDevice(deviceId: Uint8Array): Payload {
  if (deviceId.length !== 16) throw new PayloadError('invalid', 'A device id is 16 bytes.');
  return newPayload(Kind.DEVICE, toBinary(DeviceCoreSchema, create(DeviceCoreSchema, { deviceId })));
}

/** Null while the core has not arrived. */
export function readDevice(payload: Payload): DeviceInfo | null {
  if (payload.core.length === 0) return null;
  let deviceId: Uint8Array;
  try {
    deviceId = fromBinary(DeviceCoreSchema, payload.core).deviceId;
  } catch {
    throw new PayloadError('damaged', 'These bytes are not a device.');
  }
  if (deviceId.length !== 16) throw new PayloadError('damaged', 'A device id is 16 bytes.');
  const name = readValue(TextValueSchema, getRegister(payload, DeviceField.NAME));
  const state = readValue(SwitchValueSchema, getRegister(payload, DeviceField.SWITCH));
  const lastSync = readValue(TimeValueSchema, getRegister(payload, DeviceField.LAST_SYNC));
  const app = readValue(AppValueSchema, getRegister(payload, DeviceField.APP));
  const seen = readValue(SeenValueSchema, getRegister(payload, DeviceField.SEEN));
  return {
    deviceId,
    name: name === null || name.text === '' ? null : name.text,
    switchOn: state === null ? null : state.on,
    switchReason: state === null || state.reason === '' ? null : state.reason,
    lastSyncMs: lastSync === null ? null : readMs(lastSync.timeMs),
    appVersion: app === null || app.version === '' ? null : app.version,
    platform: app === null || app.platform === '' ? null : app.platform,
    seen: (seen?.heads ?? []).map((head) => ({
      generation: head.generation,
      incarnation: Number(head.incarnation),
      seq: Number(head.seq),
      digest: head.digest,
    })),
  };
}
