/**
 * The account's devices as the verified device log has them, with what each one's record tells. A removed device has left its record
 * behind and is none any more; one that has not written a record yet is one all the same, and must not be hidden.
 */
import { toHex } from '../../../shared/crypto/bytes.ts';
import { verifyDeviceLog } from '../../../shared/crypto/device-log.ts';
import { type DeviceRow, listDevices } from '../../store/devices.ts';
import { getIdentity } from '../../store/identity.ts';
import { getKeyring } from '../../store/keyring.ts';
import type { Store } from '../../store/open.ts';

export type ListedDevice = Pick<
  DeviceRow,
  'id' | 'name' | 'switchOn' | 'lastSyncMs' | 'version' | 'platform'
> & { addedMs: number; own: boolean };

/** Empty when nobody is signed in. `sodiumReady()` must have been awaited. */
export function listedDevices(store: Store): ListedDevice[] {
  const identity = getIdentity(store);
  if (identity === undefined) return [];
  const { accountId } = identity;
  const { log } = getKeyring(store);
  if (log.length === 0) return [];
  const records = new Map(listDevices(store).map((row) => [toHex(row.id), row]));
  return verifyDeviceLog(log, { accountId })
    .activeAt()
    .map(({ deviceId, addedMs }) => {
      const id = toHex(deviceId);
      const row = records.get(id);
      return {
        id: deviceId,
        name: row?.name || id.slice(0, 8),
        switchOn: row?.switchOn ?? null,
        lastSyncMs: row?.lastSyncMs ?? null,
        version: row?.version ?? null,
        platform: row?.platform ?? null,
        addedMs,
        own: id === toHex(identity.deviceId),
      };
    });
}
