/** The account's devices, as their records tell. */
import type { Store } from './open.ts';
import { plain, plainOrNull } from './values.ts';

export type DeviceRow = {
  id: Uint8Array;
  recordId: Uint8Array;
  name: string;
  /** Null while the device has not said. */
  switchOn: boolean | null;
  switchReason: string | null;
  lastSyncMs: number | null;
  version: string | null;
  platform: string | null;
  /** SeenValue, serialised: the heads that device saw last. */
  seen: Uint8Array | null;
};

type Row = {
  id: Uint8Array;
  record_id: Uint8Array;
  name: string;
  switch_on: number | null;
  switch_reason: string | null;
  last_sync_ms: number | null;
  version: string | null;
  platform: string | null;
  seen: Uint8Array | null;
};

function read(row: Row): DeviceRow {
  return {
    id: plain(row.id),
    recordId: plain(row.record_id),
    name: row.name,
    switchOn: row.switch_on === null ? null : row.switch_on === 1,
    switchReason: row.switch_reason,
    lastSyncMs: row.last_sync_ms,
    version: row.version,
    platform: row.platform,
    seen: plainOrNull(row.seen),
  };
}

export function listDevices(store: Store): DeviceRow[] {
  return store
    .all<Row>(
      'SELECT id, record_id, name, switch_on, switch_reason, last_sync_ms, version, platform, seen FROM device',
    )
    .map(read);
}

export function getDevice(store: Store, id: Uint8Array): DeviceRow | undefined {
  const row = store.get<Row>(
    `SELECT id, record_id, name, switch_on, switch_reason, last_sync_ms, version, platform, seen FROM device WHERE id = ?`,
    id,
  );
  return row === undefined ? undefined : read(row);
}
