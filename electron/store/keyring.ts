/**
 * The own account's keyring on this device: device log and epoch statements exactly as signed, wraps, and the epoch keys
 * (K_e) this device holds. Verified before it is stored; what is stored is the pin that a later keyring must continue.
 */
import type { Store } from './open.ts';
import { plain, plainOrNull } from './values.ts';

export type SignedBytes = { body: Uint8Array; signature: Uint8Array };
export type StoredEpoch = SignedBytes & { epoch: number; key: Uint8Array | null };
/** `recipient` empty: the root. */
export type StoredWrap = { epoch: number; recipient: Uint8Array; suite: number; sealed: Uint8Array };
export type Keyring = { log: SignedBytes[]; epochs: StoredEpoch[] };

/** By index and by epoch, both rising. Not to be changed: the same object is given again until any of it is written. */
export function getKeyring(store: Store): Keyring {
  return store.kept('keyring', TABLES, () => readKeyring(store));
}

const TABLES = ['keyring_log', 'keyring_epoch'];

function readKeyring(store: Store): Keyring {
  const log = store
    .all<{ body: Uint8Array; signature: Uint8Array }>(
      'SELECT body, signature FROM keyring_log ORDER BY position',
    )
    .map((row) => ({ body: plain(row.body), signature: plain(row.signature) }));
  const epochs = store
    .all<{ epoch: number; body: Uint8Array; signature: Uint8Array; secret: Uint8Array | null }>(
      'SELECT epoch, body, signature, secret FROM keyring_epoch ORDER BY epoch',
    )
    .map((row) => ({
      epoch: row.epoch,
      body: plain(row.body),
      signature: plain(row.signature),
      key: plainOrNull(row.secret),
    }));
  return { log, epochs };
}

/**
 * A longer, verified keyring. An epoch key that is here is never lost by this: null keeps it. Entries that are here are not replaced
 * by others (throws: the caller compares with the pin first).
 */
export function saveKeyring(store: Store, keyring: Keyring): void {
  store.write(() => {
    const now = getKeyring(store);
    for (const [position, entry] of now.log.entries()) {
      const next = keyring.log[position];
      if (next === undefined || Buffer.compare(entry.body, next.body) !== 0) {
        throw new Error('This device log does not continue the one this device has.');
      }
    }
    for (const [index, entry] of keyring.log.entries()) {
      store.run(
        'INSERT INTO keyring_log (position, body, signature) VALUES (?, ?, ?) ON CONFLICT (position) DO NOTHING',
        index,
        entry.body,
        entry.signature,
      );
    }
    const held = new Map(now.epochs.map((epoch) => [epoch.epoch, epoch]));
    for (const epoch of keyring.epochs) {
      const before = held.get(epoch.epoch);
      if (before !== undefined && Buffer.compare(before.body, epoch.body) !== 0) {
        throw new Error(`Epoch ${epoch.epoch} is not the one this device has.`);
      }
      store.run(
        `INSERT INTO keyring_epoch (epoch, body, signature, secret) VALUES (?, ?, ?, ?)
         ON CONFLICT (epoch) DO UPDATE SET secret = coalesce(secret, excluded.secret)`,
        epoch.epoch,
        epoch.body,
        epoch.signature,
        epoch.key,
      );
    }
    store.changes.flag('devices');
  });
}

export function getEpochKey(store: Store, epoch: number): Uint8Array | null {
  const row = store.get<{ secret: Uint8Array | null }>(
    'SELECT secret FROM keyring_epoch WHERE epoch = ?',
    epoch,
  );
  return plainOrNull(row?.secret);
}

export function saveWraps(store: Store, wraps: StoredWrap[]): void {
  store.write(() => {
    for (const wrap of wraps) {
      store.run(
        `INSERT INTO keyring_wrap (epoch, recipient, suite, sealed) VALUES (?, ?, ?, ?)
         ON CONFLICT (epoch, recipient) DO UPDATE SET suite = excluded.suite, sealed = excluded.sealed`,
        wrap.epoch,
        wrap.recipient,
        wrap.suite,
        wrap.sealed,
      );
    }
  });
}
