/**
 * The values of registers: small protobuf messages, built here and read by the readers of each kind.
 *
 * A value of no bytes means "cleared", so a flag is written out even when it is off (a protobuf encoder would leave a
 * false away, and "receipts off" would become "receipts as by default").
 */
import { create, type DescMessage, fromBinary, type MessageShape, toBinary } from '@bufbuild/protobuf';
import {
  AppValueSchema,
  ClearedValueSchema,
  DeletedValueSchema,
  EditValueSchema,
  KeepMessagesValueSchema,
  MemberValueSchema,
  ReactionValueSchema,
  RequestValueSchema,
  SeenValueSchema,
  SwitchValueSchema,
  TextValueSchema,
  TimeValueSchema,
  UnsentValueSchema,
  WatermarkSchema,
} from '../proto/gen/lockstep/record/v1/record_pb.js';
import { PayloadError, type Register } from './payload.ts';

/** A place in a conversation: everything up to and including it, in the order (acceptedMs, guid). */
export type Watermark = { acceptedMs: number; guid: Uint8Array };

export type SeenHead = { generation: number; incarnation: number; seq: number; digest: Uint8Array };

function ms(value: number): bigint {
  if (!Number.isSafeInteger(value))
    throw new PayloadError('invalid', `Not a time in milliseconds: ${value}.`);
  return BigInt(value);
}

function requireId(bytes: Uint8Array, what: string): Uint8Array {
  if (bytes.length !== 16) throw new PayloadError('invalid', `${what} is 16 bytes, not ${bytes.length}.`);
  return bytes;
}

export const textValue = (text: string) => toBinary(TextValueSchema, create(TextValueSchema, { text }));
export const flagValue = (on: boolean) => new Uint8Array([8, on ? 1 : 0]);
export const timeValue = (timeMs: number) =>
  toBinary(TimeValueSchema, create(TimeValueSchema, { timeMs: ms(timeMs) }));

export const editValue = (text: string, editedMs: number) =>
  toBinary(EditValueSchema, create(EditValueSchema, { text, editedMs: ms(editedMs) }));
export const unsentValue = (unsentMs: number) =>
  toBinary(UnsentValueSchema, create(UnsentValueSchema, { unsentMs: ms(unsentMs) }));
/** An empty emoji takes the reaction back. */
export const reactionValue = (emoji: string) =>
  toBinary(ReactionValueSchema, create(ReactionValueSchema, { emoji }));
export const deletedValue = (deletedMs: number, deviceId: Uint8Array) =>
  toBinary(
    DeletedValueSchema,
    create(DeletedValueSchema, { deletedMs: ms(deletedMs), deviceId: requireId(deviceId, 'A device id') }),
  );

export const watermarkValue = (mark: Watermark) =>
  toBinary(
    WatermarkSchema,
    create(WatermarkSchema, { acceptedMs: ms(mark.acceptedMs), guid: requireId(mark.guid, 'A guid') }),
  );
/** `restored`: see `restoredValue`. */
export const clearedValue = (upTo: Watermark, deletedMs: number, deviceId: Uint8Array, restored = false) =>
  toBinary(
    ClearedValueSchema,
    create(ClearedValueSchema, {
      upTo: { acceptedMs: ms(upTo.acceptedMs), guid: requireId(upTo.guid, 'A guid') },
      deletedMs: ms(deletedMs),
      deviceId: requireId(deviceId, 'A device id'),
      restored,
    }),
  );
/** Of a cleared value: the same delete, put back by Undo of a later one, which is no new delete (SPEC DEL-34). What is not readable as one stays as it is. */
export function restoredValue(value: Uint8Array): Uint8Array {
  if (value.length === 0) return value;
  try {
    return toBinary(ClearedValueSchema, { ...fromBinary(ClearedValueSchema, value), restored: true });
  } catch {
    return value;
  }
}
export const memberValue = (handle: string, name: string, identityKey: Uint8Array) =>
  toBinary(MemberValueSchema, create(MemberValueSchema, { handle, name, identityKey }));

export const switchValue = (on: boolean, reason = '') =>
  on || reason !== ''
    ? toBinary(SwitchValueSchema, create(SwitchValueSchema, { on, reason }))
    : new Uint8Array([8, 0]);
export const appValue = (version: string, platform: string) =>
  toBinary(AppValueSchema, create(AppValueSchema, { version, platform }));
/** The last 100 heads count; older ones are left away. */
export const seenValue = (heads: SeenHead[]) =>
  toBinary(
    SeenValueSchema,
    create(SeenValueSchema, {
      heads: heads.slice(-100).map((head) => ({
        generation: head.generation,
        incarnation: ms(head.incarnation),
        seq: ms(head.seq),
        digest: head.digest,
      })),
    }),
  );
/** 0 days: forever. `beforeDays` holds until `effectiveMs`. */
export const keepMessagesValue = (days: number, effectiveMs: number, beforeDays: number) =>
  toBinary(
    KeepMessagesValueSchema,
    create(KeepMessagesValueSchema, { days, effectiveMs: ms(effectiveMs), beforeDays }),
  );

/** Something asked of all devices on one of them. */
export const requestValue = (id: Uint8Array, deviceId: Uint8Array, askedMs: number) =>
  toBinary(
    RequestValueSchema,
    create(RequestValueSchema, {
      id: requireId(id, 'A request id'),
      deviceId: requireId(deviceId, 'A device id'),
      askedMs: ms(askedMs),
    }),
  );

/** What a stamp's milliseconds can be (48 bits). */
const LATEST_MS = 0xffff_ffff_ffffn;

/** A time as somebody wrote it, or null for one that no clock gives: its value counts as damaged (SPEC REC-22). */
export function readMs(value: bigint): number | null {
  return value >= 0n && value <= LATEST_MS ? Number(value) : null;
}

/** A register's value, or null when it is cleared or not readable as this (a value is never worth a whole record). */
export function readValue<Desc extends DescMessage>(
  schema: Desc,
  register: Register | undefined,
): MessageShape<Desc> | null {
  if (register === undefined || register.value.length === 0) return null;
  try {
    return fromBinary(schema, register.value);
  } catch {
    return null;
  }
}
