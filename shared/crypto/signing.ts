/** Ed25519 with a domain: the signature covers (domain string, 0x00, body), so no signature serves a second purpose. */
import { concatBytes, copyBytes, requireLength, utf8 } from './bytes.ts';
import { sodium } from './sodium.ts';

/** Bytes that somebody signed, kept exactly as signed (`lockstep.cloud.v1.Signed` fits). */
export type Signed = { body: Uint8Array; signature: Uint8Array };

/** Ed25519: 32 bytes public, 64 secret. */
export type SignKeyPair = { publicKey: Uint8Array; secretKey: Uint8Array };

/** X25519: 32 bytes each. */
export type SealKeyPair = { publicKey: Uint8Array; secretKey: Uint8Array };

/** Every domain there is; one per kind of statement. */
export const Domain = {
  deviceLog: 'lockstep/device-log/v1',
  epoch: 'lockstep/epoch/v1',
  envelope: 'lockstep/envelope/v1',
  recovery: 'lockstep/recovery/v1',
  rotate: 'lockstep/rotate/v1',
  password: 'lockstep/password/v1',
} as const;
export type Domain = (typeof Domain)[keyof typeof Domain];

const ZERO = new Uint8Array(1);

export function signKeyPair(seed: Uint8Array): SignKeyPair {
  requireLength(seed, 32, 'A signing seed');
  const pair = sodium.crypto_sign_seed_keypair(seed);
  return { publicKey: pair.publicKey, secretKey: pair.privateKey };
}

export function sealKeyPair(seed: Uint8Array): SealKeyPair {
  requireLength(seed, 32, 'A sealing seed');
  return { publicKey: sodium.crypto_scalarmult_base(seed), secretKey: copyBytes(seed) };
}

export function sign(domain: Domain, body: Uint8Array, secretKey: Uint8Array): Uint8Array {
  requireLength(secretKey, 64, 'A signing key');
  return sodium.crypto_sign_detached(concatBytes(utf8(domain), ZERO, body), secretKey);
}

export function signStatement(domain: Domain, body: Uint8Array, secretKey: Uint8Array): Signed {
  return { body, signature: sign(domain, body, secretKey) };
}

/** False for a wrong signature and for anything that is no signature or no key. */
export function verify(
  domain: Domain,
  body: Uint8Array,
  signature: Uint8Array,
  publicKey: Uint8Array,
): boolean {
  if (signature.length !== 64 || publicKey.length !== 32) return false;
  try {
    return sodium.crypto_sign_verify_detached(signature, concatBytes(utf8(domain), ZERO, body), publicKey);
  } catch {
    return false;
  }
}

/** True for 32 bytes with which a shared secret can be made: points of small order (all zeros among them) cannot. */
export function isUsableSealKey(publicKey: Uint8Array): boolean {
  if (publicKey.length !== 32) return false;
  try {
    sodium.crypto_scalarmult(new Uint8Array(32).fill(1), publicKey);
    return true;
  } catch {
    return false;
  }
}
