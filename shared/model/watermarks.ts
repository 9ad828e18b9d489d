/**
 * Watermarks that only rise, with nothing but the generic merge (SPEC REC-*): the stamp of such a register is the
 * watermark's own time (acceptedMs << 16), its device is empty, and its value begins with the same time and ends with the
 * guid. So "later stamp, then device, then value bytes" is exactly the order (acceptedMs, guid), whoever wrote it.
 */
import { stampFromMs } from '../clock/hlc.ts';
import { compareBytes, EMPTY } from '../crypto/bytes.ts';
import { WatermarkSchema } from '../proto/gen/lockstep/record/v1/record_pb.js';
import { getRegister, type Payload, setRegister } from './payload.ts';
import { readMs, readValue, type Watermark, watermarkValue } from './values.ts';

export function compareWatermarks(a: Watermark, b: Watermark): number {
  return a.acceptedMs !== b.acceptedMs ? a.acceptedMs - b.acceptedMs : compareBytes(a.guid, b.guid);
}

/** Raises the watermark, or leaves it where it is if that is higher. */
export function raiseWatermark(payload: Payload, field: number, key: Uint8Array, mark: Watermark): Payload {
  return setRegister(payload, field, key, stampFromMs(mark.acceptedMs), EMPTY, watermarkValue(mark));
}

export function readWatermark(payload: Payload, field: number, key: Uint8Array = EMPTY): Watermark | null {
  const value = readValue(WatermarkSchema, getRegister(payload, field, key));
  const acceptedMs = value === null ? null : readMs(value.acceptedMs);
  if (value === null || acceptedMs === null || value.guid.length !== 16) return null;
  return { acceptedMs, guid: value.guid };
}
