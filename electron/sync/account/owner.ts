/**
 * Whose messages a store holds. It belongs to one account for good, also after signing out with the messages kept: then the
 * device says whose they are and where to sign in to see them again.
 */
import { toHex } from '../../../shared/crypto/bytes.ts';
import { getMeta, setMeta } from '../../store/meta.ts';
import type { Store } from '../../store/open.ts';

const OWNER = 'ownerAccount';
const HANDLE = 'ownerHandle';
const CLOUD = 'ownerCloud';

export type Owner = { accountId: Uint8Array; handle: string; cloudUrl: string };

/** Within the caller's transaction. */
export function noteOwner(store: Store, owner: Owner): void {
  setMeta(store, OWNER, toHex(owner.accountId));
  setMeta(store, HANDLE, owner.handle);
  setMeta(store, CLOUD, owner.cloudUrl);
}

export const isOwners = (store: Store, accountId: Uint8Array): boolean =>
  (getMeta(store, OWNER) ?? toHex(accountId)) === toHex(accountId);

export function ownerOf(store: Store): Pick<Owner, 'handle' | 'cloudUrl'> | null {
  const handle = getMeta(store, HANDLE);
  const cloudUrl = getMeta(store, CLOUD);
  return handle === null || cloudUrl === null ? null : { handle, cloudUrl };
}
