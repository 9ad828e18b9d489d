/** How a command writes: one register of one record, stamped later than what it replaces, in the caller's transaction. */
import { stampFromMs } from '../../../shared/clock/hlc.ts';
import { getRegister, type Payload, setRegister } from '../../../shared/model/payload.ts';
import { getPayload, putMerged } from '../../store/records.ts';
import type { ZoneName } from '../../store/values.ts';
import type { StepContext } from '../context.ts';
import { currentKeys } from '../zones/names.ts';

export const NO_KEY = new Uint8Array();
/** A register's cleared value. */
export const CLEARED = new Uint8Array();

/** Later than `known`, which it replaces, and never later than now. `asOfMs`: as in `writeRegister`; null: now. */
export function stampAsOf(ctx: StepContext, asOfMs: number | null, known = 0n): bigint {
  const current = ctx.hlc.now(known);
  const then = asOfMs === null ? current : stampFromMs(Math.max(0, Math.floor(asOfMs)));
  const after = then > known ? then : known + 1n;
  return after < current ? after : current;
}

/**
 * `fresh`: what the record is when this device has none yet. `asOfMs`: of what was decided then and is written only now; what others have
 * decided since, and this device has not heard of, stands.
 */
export function writeRegister(
  ctx: StepContext,
  zone: ZoneName,
  id: Uint8Array,
  fresh: Payload,
  field: number,
  value: Uint8Array,
  key: Uint8Array = NO_KEY,
  asOfMs: number | null = null,
): void {
  const before = getPayload(ctx.store, zone, id) ?? fresh;
  const now = getRegister(before, field, key);
  if (now === undefined ? value.length === 0 : Buffer.compare(now.value, value) === 0) {
    return;
  }
  const stamp = stampAsOf(ctx, asOfMs, now?.stamp);
  const written = setRegister(before, field, key, stamp, currentKeys(ctx).deviceId, value);
  putMerged(ctx.store, zone, id, written, { dirty: true });
}
