/** When a device in the list was last in step. Pure. */
import type { Device, Milliseconds, SyncStatus } from '../../electron/api/types.ts';

/** Of this device what the status says, as everywhere else in the settings (SPEC UI-14): it goes on while the list stays as it was asked for. */
export const lastSyncedOf = (
  device: Pick<Device, 'thisDevice' | 'lastSyncedAt'>,
  status: Pick<SyncStatus, 'lastSyncedAt'> | null,
): Milliseconds | null =>
  device.thisDevice ? (status?.lastSyncedAt ?? device.lastSyncedAt) : device.lastSyncedAt;
