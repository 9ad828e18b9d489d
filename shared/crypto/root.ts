/**
 * The root: an account's two secrets (identity Ed25519, root X25519), as two seeds (SPEC KEY-*). On no disk of any device;
 * the cloud keeps it sealed under OPAQUE's export key and under the recovery key.
 */
import { concatBytes, copyBytes, EMPTY, fromBase64url, requireLength } from './bytes.ts';
import { SealError } from './errors.ts';
import { deriveKey } from './hash.ts';
import type { Random } from './random.ts';
import { type SealKeyPair, type SignKeyPair, sealKeyPair, signKeyPair } from './signing.ts';
import { openSecret, SYMMETRIC_SUITE, sealSecret } from './symmetric.ts';

export type Root = {
  identitySeed: Uint8Array;
  rootSeed: Uint8Array;
  /** Signs the genesis, rotations, and whatever no device is there to sign. */
  identity: SignKeyPair;
  /** Every epoch's key is sealed to it. */
  sealing: SealKeyPair;
};

/** `lockstep.cloud.v1.RootWrap` fits. */
export type RootWrap = { suite: number; sealed: Uint8Array };

const PURPOSE = 'lockstep/root/v1';

export function rootFromSeeds(identitySeed: Uint8Array, rootSeed: Uint8Array): Root {
  return { identitySeed, rootSeed, identity: signKeyPair(identitySeed), sealing: sealKeyPair(rootSeed) };
}

export function createRoot(random: Random): Root {
  return rootFromSeeds(copyBytes(random(32)), copyBytes(random(32)));
}

/** The wrapping key that follows from OPAQUE's export key (base64url, as the library gives it). */
export function passwordWrapKey(exportKey: string): Uint8Array {
  const secret = fromBase64url(exportKey);
  if (secret.length !== 64) throw new RangeError(`OPAQUE’s export key is 64 bytes, not ${secret.length}.`);
  return deriveKey(secret, 'lockstep/root-by-password/v1');
}

/** `key`: `passwordWrapKey(exportKey)` or `recoveryWrapKey(entropy)`. */
export function wrapRoot(root: Root, key: Uint8Array, random: Random): RootWrap {
  const secret = concatBytes(root.identitySeed, root.rootSeed);
  requireLength(secret, 64, 'A root’s seeds together');
  return { suite: SYMMETRIC_SUITE, sealed: sealSecret(key, PURPOSE, EMPTY, secret, random) };
}

/** Throws SealError('not_authentic') for another key: another password, other words. */
export function unwrapRoot(wrap: RootWrap, key: Uint8Array): Root {
  if (wrap.suite !== SYMMETRIC_SUITE)
    throw new SealError('unknown_suite', 'The account’s root was sealed by a newer app.');
  const secret = openSecret(key, PURPOSE, EMPTY, wrap.sealed);
  if (secret.length !== 64) throw new SealError('malformed', 'What was sealed is no root.');
  return rootFromSeeds(secret.slice(0, 32), secret.slice(32));
}
