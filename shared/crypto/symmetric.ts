/** A secret sealed under a key for one purpose: suite u8 | nonce 24 | XChaCha20-Poly1305. The purpose is authenticated. */
import { concatBytes, requireLength, utf8 } from './bytes.ts';
import { SealError } from './errors.ts';
import type { Random } from './random.ts';
import { fastOpen, fastSeal } from './sodium.ts';

export const SYMMETRIC_SUITE = 1;
const NONCE = 24;
const TAG = 16;

function associated(purpose: string, context: Uint8Array): Uint8Array {
  return concatBytes(utf8(purpose), new Uint8Array(1), context);
}

export function sealSecret(
  key: Uint8Array,
  purpose: string,
  context: Uint8Array,
  secret: Uint8Array,
  random: Random,
): Uint8Array {
  requireLength(key, 32, 'A wrapping key');
  const nonce = random(NONCE);
  requireLength(nonce, NONCE, 'A nonce');
  const sealed = fastSeal(key, nonce, associated(purpose, context), secret, secret.length, 1 + NONCE);
  sealed[0] = SYMMETRIC_SUITE;
  sealed.set(nonce, 1);
  return sealed;
}

export function openSecret(
  key: Uint8Array,
  purpose: string,
  context: Uint8Array,
  sealed: Uint8Array,
): Uint8Array {
  requireLength(key, 32, 'A wrapping key');
  if (sealed.length < 1 + NONCE + TAG) throw new SealError('malformed', 'Too short to be a sealed secret.');
  if (sealed[0] !== SYMMETRIC_SUITE) throw new SealError('unknown_suite', 'Sealed by a newer app.');
  return fastOpen(key, sealed.subarray(1, 1 + NONCE), associated(purpose, context), sealed, 1 + NONCE, false);
}
