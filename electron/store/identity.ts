/** Who this device is: its account, its own keys, its session. One row, or none before sign-in. */
import type { Store } from './open.ts';
import { plain } from './values.ts';

export type IdentityState = 'active' | 'removed' | 'stolen' | 'revoked';
export type Identity = {
  accountId: Uint8Array;
  handle: string;
  cloudUrl: string;
  deviceId: Uint8Array;
  signKey: { publicKey: Uint8Array; secretKey: Uint8Array };
  sealKey: { publicKey: Uint8Array; secretKey: Uint8Array };
  /** Null once the session ended. */
  sessionToken: string | null;
  state: IdentityState;
  createdMs: number;
};

/** Not to be changed: the same object is given again until the identity is written. */
export function getIdentity(store: Store): Identity | undefined {
  return store.kept('identity', TABLES, () => readIdentity(store));
}

const TABLES = ['identity'];

function readIdentity(store: Store): Identity | undefined {
  const row = store.get<{
    account_id: Uint8Array;
    handle: string;
    cloud_url: string;
    device_id: Uint8Array;
    sign_public: Uint8Array;
    sign_secret: Uint8Array;
    seal_public: Uint8Array;
    seal_secret: Uint8Array;
    session_token: string | null;
    state: IdentityState;
    created_ms: number;
  }>(
    `SELECT account_id, handle, cloud_url, device_id, sign_public, sign_secret, seal_public, seal_secret, session_token,
       state, created_ms FROM identity WHERE one = 1`,
  );
  if (row === undefined) return undefined;
  return {
    accountId: plain(row.account_id),
    handle: row.handle,
    cloudUrl: row.cloud_url,
    deviceId: plain(row.device_id),
    signKey: { publicKey: plain(row.sign_public), secretKey: plain(row.sign_secret) },
    sealKey: { publicKey: plain(row.seal_public), secretKey: plain(row.seal_secret) },
    sessionToken: row.session_token,
    state: row.state,
    createdMs: row.created_ms,
  };
}

/** Refuses to put one account's identity over another's: a store belongs to one account. */
export function setIdentity(store: Store, identity: Identity): void {
  store.write(() => {
    const now = getIdentity(store);
    if (now !== undefined && Buffer.compare(now.accountId, identity.accountId) !== 0) {
      throw new Error('This store belongs to another account. Sign out first.');
    }
    store.run(
      `INSERT INTO identity (one, account_id, handle, cloud_url, device_id, sign_public, sign_secret, seal_public,
         seal_secret, session_token, state, created_ms) VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (one) DO UPDATE SET handle = excluded.handle, cloud_url = excluded.cloud_url,
         device_id = excluded.device_id, sign_public = excluded.sign_public, sign_secret = excluded.sign_secret,
         seal_public = excluded.seal_public, seal_secret = excluded.seal_secret, session_token = excluded.session_token,
         state = excluded.state, created_ms = excluded.created_ms`,
      identity.accountId,
      identity.handle,
      identity.cloudUrl,
      identity.deviceId,
      identity.signKey.publicKey,
      identity.signKey.secretKey,
      identity.sealKey.publicKey,
      identity.sealKey.secretKey,
      identity.sessionToken,
      identity.state,
      identity.createdMs,
    );
    store.memory.self = identity.accountId;
    store.changes.flag('session');
  });
}

/** The session's end, or a new one. */
export function setSession(store: Store, token: string | null, state: IdentityState): void {
  store.write(() => {
    store.run('UPDATE identity SET session_token = ?, state = ? WHERE one = 1', token, state);
    store.changes.flag('session');
  });
}
