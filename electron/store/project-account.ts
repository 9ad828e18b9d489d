/** Device and settings records (zone `account`) -> `device`, `account_settings`, `blocked`. */
import { readDevice } from '../../shared/model/device.ts';
import { FOREVER } from '../../shared/model/keep-messages.ts';
import { getRegister, type Payload } from '../../shared/model/payload.ts';
import { readSettings } from '../../shared/model/settings.ts';
import { DeviceField } from '../../shared/proto/gen/lockstep/record/v1/record_pb.js';
import { forgetMachineDeletes } from './dirty.ts';
import { conversationsChanged } from './member-names.ts';
import type { Store } from './open.ts';
import { blockedAccounts, getAccountSettings } from './settings.ts';
import { hex } from './values.ts';

/** Throws PayloadError for what is no device. */
export function projectDevice(store: Store, recordId: Uint8Array, payload: Payload): void {
  const device = readDevice(payload);
  if (device === null) return;
  // Heads that do not read tell nothing: they are not kept to trip over (SPEC REC-22).
  const seen = device.seen.length === 0 ? undefined : getRegister(payload, DeviceField.SEEN)?.value;
  store.run(
    `INSERT INTO device (id, record_id, name, switch_on, switch_reason, last_sync_ms, version, platform, seen)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET record_id = excluded.record_id, name = excluded.name, switch_on = excluded.switch_on,
       switch_reason = excluded.switch_reason, last_sync_ms = excluded.last_sync_ms, version = excluded.version,
       platform = excluded.platform, seen = excluded.seen`,
    device.deviceId,
    recordId,
    device.name ?? '',
    device.switchOn === null ? null : device.switchOn ? 1 : 0,
    device.switchReason,
    device.lastSyncMs,
    device.appVersion,
    device.platform,
    seen ?? null,
  );
  store.changes.flag('devices');
}

/** The conversations with whoever is blocked now, or is no more, say so. */
function projectBlocked(store: Store, blocked: readonly Uint8Array[]): void {
  const before = new Map(blockedAccounts(store).map((account) => [hex(account), account]));
  const now = new Map(blocked.map((account) => [hex(account), account]));
  for (const [key, account] of before) {
    if (now.has(key)) continue;
    store.run('DELETE FROM blocked WHERE account = ?', account);
    conversationsChanged(store, account);
  }
  for (const [key, account] of now) {
    if (before.has(key)) continue;
    store.run('INSERT INTO blocked (account) VALUES (?)', account);
    conversationsChanged(store, account);
  }
}

export function projectSettings(store: Store, recordId: Uint8Array, payload: Payload): void {
  const settings = readSettings(payload);
  const keep = settings.keepMessages ?? FOREVER;
  const { keep: before } = getAccountSettings(store);
  if (keep.days !== before.days || keep.effectiveMs !== before.effectiveMs) {
    // What is about to go by the setting of before is looked at anew by this one.
    forgetMachineDeletes(store);
  }
  projectBlocked(store, settings.blocked);
  store.run(
    `UPDATE account_settings SET record_id = ?, keep_days = ?, keep_effective_ms = ?, keep_before_days = ?, read_receipts = ?, profile_name = ?
     WHERE one = 1`,
    recordId,
    keep.days,
    keep.effectiveMs,
    keep.beforeDays,
    settings.readReceipts ? 1 : 0,
    settings.profileName ?? '',
  );
  store.changes.flag('settings');
  store.changes.flag('session');
}
