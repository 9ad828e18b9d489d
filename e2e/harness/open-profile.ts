/** The database of a profile whose app is not running, and what names its account's records. For programs of their own: one writer only. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getIdentity } from '../../electron/store/identity.ts';
import { getEpochKey } from '../../electron/store/keyring.ts';
import { openStore, type Store } from '../../electron/store/open.ts';
import { ZONE_NUMBER } from '../../electron/store/values.ts';
import { getZoneState } from '../../electron/store/zone-state.ts';
import { idKey } from '../../shared/crypto/epoch-keys.ts';
import { sodiumReady } from '../../shared/crypto/sodium.ts';

export type Profile = {
  store: Store;
  accountId: Uint8Array;
  deviceId: Uint8Array;
  /** Of the messages zone's records. */
  ids: Uint8Array;
};

export function must<T>(value: T | null | undefined, what: string): T {
  if (value == null) throw new Error(`The profile has no ${what}.`);
  return value;
}

export async function openProfile(folder: string): Promise<Profile> {
  await sodiumReady();
  const { box } = JSON.parse(readFileSync(join(folder, 'database.key'), 'utf8')) as { box: { key: string } };
  const store = openStore({
    path: join(folder, 'messages.db'),
    key: new Uint8Array(Buffer.from(box.key, 'base64')),
  });
  const { accountId, deviceId } = must(getIdentity(store), 'account');
  const generation = getZoneState(store, 'messages').generation || 1;
  const ids = idKey(must(getEpochKey(store, 1), 'first key'), ZONE_NUMBER.messages, generation);
  return { store, accountId, deviceId, ids };
}
