/**
 * A record's inside: reading, writing and setting registers (SPEC REC-*).
 *
 * Bytes are those of `lockstep.record.v1.Payload`, read and written by hand: this runs for every record of a first sync,
 * and two devices that hold the same content must write the same bytes. A property test holds it against protobuf-es.
 * Canonical form: registers sorted by (field, key), one each; default values absent; no unknown protobuf fields.
 *
 * New things are added as registers, or inside a core or a value (whose bytes are kept as they are). Protobuf fields of
 * Payload or Register that this version does not know are therefore dropped; a change that cannot be had so raises
 * `schema`, and a payload of a newer schema is kept whole in `raw`, as it came (decision 0010).
 */
import { compareBytes, EMPTY, equalBytes } from '../crypto/bytes.ts';

export const SCHEMA = 1;

export type Register = {
  field: number;
  /** Which one, where a field has several; else empty. */
  key: Uint8Array;
  stamp: bigint;
  /** The writing device's id; empty for a watermark. */
  device: Uint8Array;
  /** A serialised value message; empty means cleared. */
  value: Uint8Array;
};

export type Payload = {
  schema: number;
  kind: number;
  /** Empty while it has not arrived. */
  core: Uint8Array;
  /** Sorted by (field, key); one of each. */
  registers: Register[];
  /** Only of a newer schema: the bytes as they came. Nothing else of such a payload may be used or changed. */
  raw?: Uint8Array;
};

export type PayloadErrorCode = 'damaged' | 'newer_schema' | 'invalid';

/** damaged: these bytes are no payload. newer_schema: update the app before writing to this. invalid: a wrong argument. */
export class PayloadError extends Error {
  readonly code: PayloadErrorCode;
  constructor(code: PayloadErrorCode, message: string) {
    super(message);
    this.name = 'PayloadError';
    this.code = code;
  }
}

/** A payload whose core has not arrived (a reaction that came before its message), or a new one. */
export function newPayload(kind: number, core: Uint8Array = EMPTY): Payload {
  return { schema: SCHEMA, kind, core, registers: [] };
}

/** Newer than whoever read it. */
export function isNewerSchema(payload: Payload): boolean {
  return payload.raw !== undefined;
}

/** Later stamp, then device, then value bytes; 0 only for equal content. */
export function compareRegisters(a: Register, b: Register): number {
  if (a.stamp !== b.stamp) return a.stamp < b.stamp ? -1 : 1;
  const device = compareBytes(a.device, b.device);
  return device !== 0 ? device : compareBytes(a.value, b.value);
}

/** By (field, key). */
export function compareSlots(a: Register, b: Register): number {
  return a.field !== b.field ? a.field - b.field : compareBytes(a.key, b.key);
}

/** Sorted, one per (field, key): the winner of each. */
export function normalised(registers: Register[]): Register[] {
  let inOrder = true;
  for (let i = 1; i < registers.length; i++) {
    if (compareSlots(registers[i - 1]!, registers[i]!) >= 0) {
      inOrder = false;
      break;
    }
  }
  if (inOrder) return registers;
  const sorted = [...registers].sort((a, b) => compareSlots(a, b) || compareRegisters(b, a));
  return sorted.filter((register, i) => i === 0 || compareSlots(sorted[i - 1]!, register) !== 0);
}

export function equalPayloads(a: Payload, b: Payload): boolean {
  if (a.schema !== b.schema || a.kind !== b.kind) return false;
  if (a.raw !== undefined || b.raw !== undefined) {
    return a.raw !== undefined && b.raw !== undefined && equalBytes(a.raw, b.raw);
  }
  if (a.registers.length !== b.registers.length || !equalBytes(a.core, b.core)) return false;
  for (let i = 0; i < a.registers.length; i++) {
    const x = a.registers[i]!;
    const y = b.registers[i]!;
    if (x !== y && (compareSlots(x, y) !== 0 || compareRegisters(x, y) !== 0)) return false;
  }
  return true;
}

export function getRegister(payload: Payload, field: number, key: Uint8Array = EMPTY): Register | undefined {
  for (const register of payload.registers) {
    if (register.field === field && equalBytes(register.key, key)) return register;
  }
  return undefined;
}

/** The registers of one field that hold something, by key. */
export function registersOf(payload: Payload, field: number): Register[] {
  return payload.registers.filter((register) => register.field === field && register.value.length > 0);
}

/** Throws where a newer app has written it: this one does not write to it. */
export function requireWritable(payload: Payload): void {
  if (!isNewerSchema(payload)) return;
  throw new PayloadError(
    'newer_schema',
    'This record was written by a newer app. Update this one to change it.',
  );
}

/**
 * The payload with one register written, by the rule of merging: an earlier stamp than the one there changes nothing (a
 * device's own writes take a stamp of `Hlc.now(after)`, later than what they replace). The argument is not changed.
 */
export function setRegister(
  payload: Payload,
  field: number,
  key: Uint8Array,
  stamp: bigint,
  device: Uint8Array,
  value: Uint8Array,
): Payload {
  requireWritable(payload);
  if (!Number.isInteger(field) || field < 1 || field > 0x1fffffff) {
    throw new PayloadError('invalid', `Not a register's field: ${field}.`);
  }
  if (stamp < 0n || stamp > 0xffff_ffff_ffff_ffffn)
    throw new PayloadError('invalid', `Not a stamp: ${stamp}.`);
  if (device.length !== 16 && device.length !== 0) {
    throw new PayloadError('invalid', `A register's device is 16 bytes (or none), not ${device.length}.`);
  }
  const written: Register = { field, key, stamp, device, value };
  const registers: Register[] = [];
  let placed = false;
  for (const register of payload.registers) {
    if (!placed) {
      const order = compareSlots(written, register);
      if (order === 0) {
        if (compareRegisters(written, register) <= 0) return payload;
        registers.push(written);
        placed = true;
        continue;
      }
      if (order < 0) {
        registers.push(written);
        placed = true;
      }
    }
    registers.push(register);
  }
  if (!placed) registers.push(written);
  return { ...payload, registers };
}

/** Cleared is a write as well: it wins over what was written before it. */
export function clearRegister(
  payload: Payload,
  field: number,
  key: Uint8Array,
  stamp: bigint,
  device: Uint8Array,
): Payload {
  return setRegister(payload, field, key, stamp, device, EMPTY);
}
