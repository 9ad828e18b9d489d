/** What a person set for the account: the same on every device (zone `account`). */
import { utf8 } from '../crypto/bytes.ts';
import {
  FlagValueSchema,
  KeepMessagesValueSchema,
  Kind,
  RequestValueSchema,
  SettingsField,
  TextValueSchema,
} from '../proto/gen/lockstep/record/v1/record_pb.js';
import type { Keep } from './keep-messages.ts';
import { getRegister, newPayload, type Payload, registersOf } from './payload.ts';
import { readMs, readValue } from './values.ts';

export type AccountSettings = {
  /** Null: never set, which is forever. */
  keepMessages: Keep | null;
  readReceipts: boolean;
  /** Account ids. */
  blocked: Uint8Array[];
  profileName: string | null;
  /** The last time a person turned the switch off on every device. */
  offEverywhere: Request | null;
  /** The last Disable & Delete: good for the purge of this id that the cloud has pending, and for no other. */
  purge: Request | null;
};

/** Something asked of all devices on one of them. */
export type Request = { id: Uint8Array; deviceId: Uint8Array; askedMs: number };

/** The name from which the settings' record id follows: an account has one. */
export const SETTINGS_NAME = utf8('settings');

/** Settings have no core: there is nothing about them that never changes. */
export function newSettings(): Payload {
  return newPayload(Kind.SETTINGS);
}

export function readSettings(payload: Payload): AccountSettings {
  const keep = readValue(KeepMessagesValueSchema, getRegister(payload, SettingsField.KEEP_MESSAGES));
  const effectiveMs = keep === null ? null : readMs(keep.effectiveMs);
  const receipts = readValue(FlagValueSchema, getRegister(payload, SettingsField.READ_RECEIPTS));
  const name = readValue(TextValueSchema, getRegister(payload, SettingsField.PROFILE_NAME));
  return {
    keepMessages:
      keep === null || effectiveMs === null
        ? null
        : { days: keep.days, effectiveMs, beforeDays: keep.beforeDays },
    readReceipts: receipts?.on ?? true,
    blocked: registersOf(payload, SettingsField.BLOCKED)
      .filter((register) => register.key.length === 16 && readValue(FlagValueSchema, register)?.on === true)
      .map((register) => register.key),
    profileName: name === null || name.text === '' ? null : name.text,
    offEverywhere: readRequest(payload, SettingsField.OFF_EVERYWHERE),
    purge: readRequest(payload, SettingsField.PURGE),
  };
}

function readRequest(payload: Payload, field: SettingsField): Request | null {
  const value = readValue(RequestValueSchema, getRegister(payload, field));
  const askedMs = value === null ? null : readMs(value.askedMs);
  if (value === null || askedMs === null || value.id.length !== 16 || value.deviceId.length !== 16)
    return null;
  return { id: value.id, deviceId: value.deviceId, askedMs };
}
