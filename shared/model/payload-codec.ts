/**
 * Payloads to bytes and back: protobuf by hand (see `payload.ts` for the form and why).
 *
 * Reading takes anything a protobuf reader takes (any order, unknown fields, long varints, a repeated scalar: the last
 * one counts) and gives the canonical payload. Bytes of the result are copies or views of the input: the caller must not
 * change the input afterwards.
 */
import { copyBytes, EMPTY } from '../crypto/bytes.ts';
import { normalised, type Payload, PayloadError, type Register, SCHEMA } from './payload.ts';

// One reader: decoding is synchronous and not re-entrant.
let bytes: Uint8Array = EMPTY;
let at = 0;
let low = 0;
let high = 0;
/** A field that is known came as something else than it is. */
let misfit = false;
const words = new Uint32Array(2);
const bigs = new BigUint64Array(words.buffer);
const littleEndian = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

function damaged(): PayloadError {
  return new PayloadError('damaged', 'These bytes are not a record’s payload.');
}

/** Into `low` and `high`, 32 bits each. */
function readVarint(end: number): void {
  let byte = 0x80;
  let lo = 0;
  let hi = 0;
  for (let i = 0; i < 10; i++) {
    if (at >= end) throw damaged();
    byte = bytes[at++]!;
    const part = byte & 0x7f;
    if (i < 4) lo |= part << (7 * i);
    else if (i === 4) {
      lo |= part << 28;
      hi = part >> 4;
    } else if (i < 9) hi |= part << (7 * i - 32);
    else hi |= (part & 1) << 31;
    if (byte < 0x80) {
      low = lo >>> 0;
      high = hi >>> 0;
      return;
    }
  }
  throw damaged();
}

function readLength(end: number): number {
  readVarint(end);
  if (high !== 0 || low > end - at) throw damaged();
  return low;
}

function readBytes(end: number): Uint8Array {
  const length = readLength(end);
  if (length === 0) return EMPTY;
  const view = bytes.subarray(at, at + length);
  at += length;
  return view;
}

function readBigint(end: number): bigint {
  readVarint(end);
  if (!littleEndian) return (BigInt(high) << 32n) | BigInt(low);
  words[0] = low;
  words[1] = high;
  return bigs[0]!;
}

function skip(tag: number, end: number): void {
  switch (tag & 7) {
    case 0:
      readVarint(end);
      return;
    case 1:
      at += 8;
      break;
    case 2: {
      const length = readLength(end);
      at += length;
      break;
    }
    case 5:
      at += 4;
      break;
    default:
      throw damaged();
  }
  if (at > end) throw damaged();
}

function readTag(end: number): number {
  readVarint(end);
  if (high !== 0 || low >>> 3 === 0) throw damaged();
  return low;
}

function readRegister(end: number): Register {
  const register: Register = { field: 0, key: EMPTY, stamp: 0n, device: EMPTY, value: EMPTY };
  while (at < end) {
    const tag = readTag(end);
    if (tag === 8) {
      readVarint(end);
      register.field = low;
    } else if (tag === 18) register.key = readBytes(end);
    else if (tag === 24) register.stamp = readBigint(end);
    else if (tag === 34) register.device = readBytes(end);
    else if (tag === 42) register.value = readBytes(end);
    else {
      misfit ||= tag >>> 3 <= 5;
      skip(tag, end);
    }
  }
  if (at !== end) throw damaged();
  return register;
}

/**
 * Throws PayloadError('damaged') for anything that is no payload. Views into `input`. `known`: the newest schema that the reading app
 * understands; a payload of a later one is kept in `raw`.
 */
export function decodePayload(input: Uint8Array, known = SCHEMA): Payload {
  bytes = input;
  at = 0;
  misfit = false;
  const end = input.length;
  const payload: Payload = { schema: 0, kind: 0, core: EMPTY, registers: [] };
  try {
    while (at < end) {
      const tag = readTag(end);
      if (tag === 8) {
        readVarint(end);
        payload.schema = low;
      } else if (tag === 16) {
        readVarint(end);
        payload.kind = low;
      } else if (tag === 26) payload.core = readBytes(end);
      else if (tag === 34) {
        const length = readLength(end);
        payload.registers.push(readRegister(at + length));
      } else {
        misfit ||= tag >>> 3 <= 4;
        skip(tag, end);
      }
    }
  } finally {
    bytes = EMPTY;
  }
  if (payload.schema === 0) throw damaged();
  if (payload.schema > known) {
    return { schema: payload.schema, kind: payload.kind, core: EMPTY, registers: [], raw: copyBytes(input) };
  }
  // Readers differ over it, and no writer of this schema does it: one device would show what another does not.
  if (misfit) throw damaged();
  payload.registers = normalised(payload.registers);
  return payload;
}

/** Under which schema these bytes are sealed: that of the app which wrote them, whoever puts them again. */
export function schemaOf(input: Uint8Array): number {
  const [tag, schema = 0] = input;
  return tag === 8 && schema >= 1 && schema < 0x80 ? schema : decodePayload(input).schema;
}

function varintLength(value: number): number {
  return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x200000 ? 3 : value < 0x10000000 ? 4 : 5;
}

function bigintLength(lo: number, hi: number): number {
  if (hi === 0) return varintLength(lo);
  const bits = 64 - Math.clz32(hi);
  return Math.ceil(bits / 7);
}

function split(value: bigint): void {
  if (littleEndian) {
    bigs[0] = value;
    low = words[0]!;
    high = words[1]!;
  } else {
    low = Number(value & 0xffffffffn);
    high = Number((value >> 32n) & 0xffffffffn);
  }
}

function fieldLength(length: number): number {
  return length === 0 ? 0 : 1 + varintLength(length) + length;
}

function registerLength(register: Register): number {
  let length =
    fieldLength(register.key.length) +
    fieldLength(register.device.length) +
    fieldLength(register.value.length);
  if (register.field !== 0) length += 1 + varintLength(register.field);
  if (register.stamp !== 0n) {
    split(register.stamp);
    length += 1 + bigintLength(low, high);
  }
  return length;
}

function writeVarint(out: Uint8Array, position: number, value: number): number {
  let rest = value;
  let to = position;
  while (rest > 0x7f) {
    out[to++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  out[to++] = rest;
  return to;
}

function writeBytes(out: Uint8Array, position: number, tag: number, value: Uint8Array): number {
  if (value.length === 0) return position;
  out[position] = tag;
  const to = writeVarint(out, position + 1, value.length);
  out.set(value, to);
  return to + value.length;
}

function writeBigint(out: Uint8Array, position: number, value: bigint): number {
  split(value);
  let lo = low;
  let hi = high;
  let to = position;
  while (hi !== 0 || lo > 0x7f) {
    out[to++] = (lo & 0x7f) | 0x80;
    lo = ((lo >>> 7) | (hi << 25)) >>> 0;
    hi >>>= 7;
  }
  out[to++] = lo;
  return to;
}

/** The canonical bytes: the same for the same content, on every device. Of a newer schema, the bytes that came. */
export function encodePayload(payload: Payload): Uint8Array<ArrayBuffer> {
  if (payload.raw !== undefined) return copyBytes(payload.raw);
  if (!(payload.schema >= 1 && payload.schema <= 255))
    throw new PayloadError('invalid', `Schema ${payload.schema} cannot be written.`);
  const registers = normalised(payload.registers);
  let length = 1 + varintLength(payload.schema) + fieldLength(payload.core.length);
  if (payload.kind !== 0) length += 1 + varintLength(payload.kind);
  for (const register of registers) {
    const inner = registerLength(register);
    length += 1 + varintLength(inner) + inner;
  }
  const out = new Uint8Array(length);
  out[0] = 8;
  let to = writeVarint(out, 1, payload.schema);
  if (payload.kind !== 0) {
    out[to++] = 16;
    to = writeVarint(out, to, payload.kind);
  }
  to = writeBytes(out, to, 26, payload.core);
  for (const register of registers) {
    out[to++] = 34;
    to = writeVarint(out, to, registerLength(register));
    if (register.field !== 0) {
      out[to++] = 8;
      to = writeVarint(out, to, register.field);
    }
    to = writeBytes(out, to, 18, register.key);
    if (register.stamp !== 0n) {
      out[to++] = 24;
      to = writeBigint(out, to, register.stamp);
    }
    to = writeBytes(out, to, 34, register.device);
    to = writeBytes(out, to, 42, register.value);
  }
  return out;
}
