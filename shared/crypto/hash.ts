/** BLAKE2b, plain and keyed, and the one way keys are derived. */
import { framed, utf8 } from './bytes.ts';
import { fastHash } from './sodium.ts';

/** BLAKE2b-256 of the parts joined. The join is not framed: parts of varying length want `framed`. */
export function hash256(...parts: Uint8Array[]): Uint8Array {
  return fastHash(32, null, parts);
}

/** BLAKE2b-256 keyed with 16 to 64 bytes: what DESIGN calls HMAC. */
export function hmac256(key: Uint8Array, ...parts: Uint8Array[]): Uint8Array {
  if (key.length < 16 || key.length > 64)
    throw new RangeError(`A key of 16 to 64 bytes is needed, not ${key.length}.`);
  return fastHash(32, key, parts);
}

/** A key of 32 bytes for one purpose. Different labels or contexts give unrelated keys. */
export function deriveKey(
  secret: Uint8Array,
  label: string,
  context: Uint8Array = new Uint8Array(0),
): Uint8Array {
  if (secret.length < 32 || secret.length > 64) {
    throw new RangeError(`A secret of 32 to 64 bytes is needed, not ${secret.length}.`);
  }
  return fastHash(32, secret, [framed(utf8(label), context)]);
}
