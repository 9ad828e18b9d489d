/** The account's settings (projected from its record) and this device's own. */
import type { Keep } from '../../shared/model/keep-messages.ts';
import { getMeta, setMeta } from './meta.ts';
import type { Store } from './open.ts';
import { mapKey, plain, plainOrNull } from './values.ts';

export type AccountSettings = {
  /** Null while there is no such record. */
  recordId: Uint8Array | null;
  keep: Keep;
  readReceipts: boolean;
  profileName: string;
};

/** Not to be changed: the same object is given again until the settings are written. */
export function getAccountSettings(store: Store): AccountSettings {
  return store.kept('account settings', TABLES, () => readAccountSettings(store));
}

const TABLES = ['account_settings'];

function readAccountSettings(store: Store): AccountSettings {
  const row = store.get<{
    record_id: Uint8Array | null;
    keep_days: number;
    keep_effective_ms: number;
    keep_before_days: number;
    read_receipts: number;
    profile_name: string;
  }>(
    'SELECT record_id, keep_days, keep_effective_ms, keep_before_days, read_receipts, profile_name FROM account_settings WHERE one = 1',
  )!;
  return {
    recordId: plainOrNull(row.record_id),
    keep: {
      days: row.keep_days,
      effectiveMs: row.keep_effective_ms,
      beforeDays: row.keep_before_days,
    },
    readReceipts: row.read_receipts === 1,
    profileName: row.profile_name,
  };
}

/** Asked of every envelope that comes. */
export function isBlocked(store: Store, account: Uint8Array): boolean {
  const blocked = store.kept(
    'blocked',
    ['blocked'],
    () => new Set(blockedAccounts(store).map((one) => mapKey(one))),
  );
  return blocked.size > 0 && blocked.has(mapKey(account));
}

/** Whom the account has blocked, on whichever of its devices (SPEC OUT-15). */
export function blockedAccounts(store: Store): Uint8Array[] {
  return store
    .all<{ account: Uint8Array }>('SELECT account FROM blocked')
    .map(({ account }) => plain(account));
}

export const APPEARANCES = ['system', 'light', 'dark'] as const;
export const LANGUAGES = ['system', 'en', 'nl'] as const;
export const NOTIFICATIONS = ['text', 'name', 'hidden', 'off'] as const;
export type DeviceSettings = {
  appearance: (typeof APPEARANCES)[number];
  language: (typeof LANGUAGES)[number];
  notifications: (typeof NOTIFICATIONS)[number];
};

/** Of this device only; they never travel. */
export function getDeviceSettings(store: Store): DeviceSettings {
  const appearance = getMeta(store, 'appearance');
  const language = getMeta(store, 'language');
  const notifications = getMeta(store, 'notifications');
  return {
    appearance: APPEARANCES.find((one) => one === appearance) ?? 'system',
    language: LANGUAGES.find((one) => one === language) ?? 'system',
    notifications: NOTIFICATIONS.find((one) => one === notifications) ?? 'text',
  };
}

export function setDeviceSettings(store: Store, change: Partial<DeviceSettings>): void {
  store.write(() => {
    if (change.appearance !== undefined) setMeta(store, 'appearance', change.appearance);
    if (change.language !== undefined) setMeta(store, 'language', change.language);
    if (change.notifications !== undefined) setMeta(store, 'notifications', change.notifications);
    store.changes.flag('settings');
  });
}
