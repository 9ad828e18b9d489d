/**
 * The root: an account's two secrets (identity Ed25519, root X25519), as two seeds (SPEC KEY-*). On no disk of any device;
 * the cloud keeps it sealed under OPAQUE's export key and under the recovery key.
 */
import { concatBytes, copyBytes, EMPTY, fromBase64url, requireLength, u32be, utf8 } from './bytes.ts';
import { SealError } from './errors.ts';
import { deriveKey, hash256 } from './hash.ts';
import type { Random } from './random.ts';
import {
  Domain,
  type SealKeyPair,
  type SignKeyPair,
  sealKeyPair,
  sign,
  signKeyPair,
  verify,
} from './signing.ts';
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

/** `lockstep.cloud.v1.ChangePasswordFinishRequest` fits. */
export type PasswordChange = {
  registrationRecord: string;
  passwordWrap?: RootWrap | undefined;
  recoveryWrap?: RootWrap | undefined;
  recoveryKey?: Uint8Array | undefined;
};

function passwordChangeBody(accountId: Uint8Array, change: PasswordChange): Uint8Array {
  requireLength(accountId, 16, 'An account id');
  const wrapHash = (wrap: RootWrap | undefined) =>
    hash256(wrap === undefined ? EMPTY : concatBytes(u32be(wrap.suite), wrap.sealed));
  return concatBytes(
    accountId,
    hash256(utf8(change.registrationRecord)),
    wrapHash(change.passwordWrap),
    wrapHash(change.recoveryWrap),
    change.recoveryKey ?? EMPTY,
  );
}

/** The root's word that this is what opens it from now on: a session's token alone replaces nothing. */
export function signPasswordChange(root: Root, accountId: Uint8Array, change: PasswordChange): Uint8Array {
  return sign(Domain.password, passwordChangeBody(accountId, change), root.identity.secretKey);
}

export function verifyPasswordChange(
  identityKey: Uint8Array,
  accountId: Uint8Array,
  change: PasswordChange,
  signature: Uint8Array,
): boolean {
  return verify(Domain.password, passwordChangeBody(accountId, change), signature, identityKey);
}
