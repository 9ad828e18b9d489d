/** What this device writes into its own record for the others: the switch, the last sync, the heads it has seen. */
import { equalBytes } from '../../../shared/crypto/bytes.ts';
import { newDevice } from '../../../shared/model/device.ts';
import { getRegister, setRegister } from '../../../shared/model/payload.ts';
import { switchValue, timeValue } from '../../../shared/model/values.ts';
import { DeviceField } from '../../../shared/proto/gen/lockstep/record/v1/record_pb.js';
import { getPayload, putMerged } from '../../store/records.ts';
import { getZoneState } from '../../store/zone-state.ts';
import type { StepContext } from '../context.ts';
import { seenValue } from './heads.ts';
import { currentKeys, deviceRecordId } from './names.ts';

const NO_KEY = new Uint8Array();

/** Writes registers of the own device record whose value is another than before. In the caller's transaction or its own. */
export function writeOwnDevice(ctx: StepContext, values: readonly [DeviceField, Uint8Array][]): void {
  const { deviceId } = currentKeys(ctx);
  const id = deviceRecordId(ctx, deviceId);
  ctx.store.write(() => {
    const fresh = newDevice(deviceId);
    const before = getPayload(ctx.store, 'account', id) ?? fresh;
    let after = before.core.length === 0 ? { ...before, core: fresh.core } : before;
    for (const [field, value] of values) {
      const now = getRegister(before, field);
      if (now === undefined || !equalBytes(now.value, value)) {
        after = setRegister(after, field, NO_KEY, ctx.hlc.now(now?.stamp ?? 0n), deviceId, value);
      }
    }
    if (after !== before) {
      putMerged(ctx.store, 'account', id, after, { dirty: true });
    }
  });
}

export function ownDeviceSwitch(ctx: StepContext, on: boolean, reason: string): void {
  writeOwnDevice(ctx, [[DeviceField.SWITCH, switchValue(on, reason)]]);
}

/** Now and then, when there is something new: heads seen, and when. */
export function ownDeviceSeen(ctx: StepContext): void {
  const { lastSyncedMs } = getZoneState(ctx.store, 'account');
  const id = deviceRecordId(ctx, currentKeys(ctx).deviceId);
  const before = getPayload(ctx.store, 'account', id);
  const value = seenValue(ctx);
  const seen = before === undefined ? undefined : getRegister(before, DeviceField.SEEN);
  if (seen !== undefined ? equalBytes(seen.value, value) : value.length === 0) {
    return;
  }
  const time = timeValue(lastSyncedMs ?? ctx.clock.now());
  writeOwnDevice(ctx, [
    [DeviceField.SEEN, value],
    [DeviceField.LAST_SYNC, time],
  ]);
}
