/**
 * What this device knows of other accounts: the identity pinned at first contact, the highest head of their device log it saw, and
 * their current inbox key. A later keyring must continue this one; a changed identity is shown, never taken over in silence.
 */
import type { Store } from './open.ts';
import { plain, plainOrNull } from './values.ts';

export type Pin = {
  account: Uint8Array;
  handle: string;
  name: string;
  identityKey: Uint8Array;
  logLength: number;
  headHash: Uint8Array;
  epoch: number;
  inboxKey: Uint8Array;
  /** PublicKeyring as verified, serialised; spares a look-up before each check of a signature. */
  keyring: Uint8Array | null;
  lookedUpMs: number;
  /** Another identity was seen for this account: nothing is sent until the person decides. */
  changed: boolean;
};

type Row = {
  account: Uint8Array;
  handle: string;
  name: string;
  identity_key: Uint8Array;
  log_length: number;
  head_hash: Uint8Array;
  epoch: number;
  inbox_key: Uint8Array;
  keyring: Uint8Array | null;
  looked_up_ms: number;
  changed: number;
};

function read(row: Row): Pin {
  return {
    account: plain(row.account),
    handle: row.handle,
    name: row.name,
    identityKey: plain(row.identity_key),
    logLength: row.log_length,
    headHash: plain(row.head_hash),
    epoch: row.epoch,
    inboxKey: plain(row.inbox_key),
    keyring: plainOrNull(row.keyring),
    lookedUpMs: row.looked_up_ms,
    changed: row.changed === 1,
  };
}

export function getPin(store: Store, account: Uint8Array): Pin | undefined {
  const row = store.get<Row>(
    `SELECT account, handle, name, identity_key, log_length, head_hash, epoch, inbox_key, keyring, looked_up_ms, changed
     FROM pin WHERE account = ?`,
    account,
  );
  return row === undefined ? undefined : read(row);
}

export function findPinByHandle(store: Store, handle: string): Pin | undefined {
  const row = store.get<Row>(
    `SELECT account, handle, name, identity_key, log_length, head_hash, epoch, inbox_key, keyring, looked_up_ms, changed
     FROM pin WHERE handle = ?`,
    handle,
  );
  return row === undefined ? undefined : read(row);
}

export function setPin(store: Store, pin: Pin): void {
  store.write(() =>
    store.run(
      `INSERT INTO pin (account, handle, name, identity_key, log_length, head_hash, epoch, inbox_key, keyring, looked_up_ms, changed)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (account) DO UPDATE SET handle = excluded.handle, name = excluded.name, identity_key = excluded.identity_key,
         log_length = excluded.log_length, head_hash = excluded.head_hash, epoch = excluded.epoch, inbox_key = excluded.inbox_key,
         keyring = excluded.keyring, looked_up_ms = excluded.looked_up_ms, changed = excluded.changed`,
      pin.account,
      pin.handle,
      pin.name,
      pin.identityKey,
      pin.logLength,
      pin.headHash,
      pin.epoch,
      pin.inboxKey,
      pin.keyring,
      pin.lookedUpMs,
      pin.changed ? 1 : 0,
    ),
  );
}

/** Whose identity waits for the person's word, how many envelopes wait with it, and whether it is another account under a known handle. */
export function listChanged(
  store: Store,
): { account: Uint8Array; handle: string; otherAccount: boolean; waiting: number }[] {
  return store
    .all<{ account: Uint8Array; handle: string; other: number; waiting: number }>(
      `SELECT p.account, p.handle,
         EXISTS (SELECT 1 FROM pin o WHERE o.handle = p.handle AND o.account <> p.account) AS other,
         (SELECT count(*) FROM pending_envelope e WHERE e.sender = p.account AND e.reason = 'identityChanged') AS waiting
       FROM pin p WHERE p.changed = 1`,
    )
    .map(({ account, handle, other, waiting }) => ({
      account: plain(account),
      handle,
      otherAccount: other === 1,
      waiting,
    }));
}
