/**
 * HPKE (RFC 9180), base mode: sealing something small to a public key. Behind a suite byte, so that X-Wing can follow.
 * Sealing proves no sender: whoever opens checks a signature or a commitment as well.
 */
import { Chacha20Poly1305 } from '@hpke/chacha20poly1305';
import { CipherSuite, HkdfSha256 } from '@hpke/core';
import { DhkemX25519HkdfSha256 } from '@hpke/dhkem-x25519';
import { concatBytes, copyBytes, requireLength } from './bytes.ts';
import { SealError } from './errors.ts';
import type { Random } from './random.ts';

/** 1: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20Poly1305. */
export const HPKE_SUITE = 1;
const ENC = 32;
const TAG = 16;

const suite = new CipherSuite({
  kem: new DhkemX25519HkdfSha256(),
  kdf: new HkdfSha256(),
  aead: new Chacha20Poly1305(),
});

/** Encapsulated key, then ciphertext. `info` is bound, not sent. */
export async function hpkeSeal(
  publicKey: Uint8Array,
  info: Uint8Array,
  plaintext: Uint8Array,
  random: Random,
): Promise<Uint8Array> {
  requireLength(publicKey, 32, 'A public sealing key');
  // The key pair of this one sealing comes from our own randomness, by the RFC's DeriveKeyPair.
  const ekm = copyBytes(random(32));
  requireLength(ekm, 32, 'Randomness for sealing');
  const recipientPublicKey = await suite.kem.deserializePublicKey(copyBytes(publicKey));
  const sender = await suite.createSenderContext({ recipientPublicKey, info: copyBytes(info), ekm });
  const ct = await sender.seal(copyBytes(plaintext));
  return concatBytes(new Uint8Array(sender.enc), new Uint8Array(ct));
}

/** The plaintext, or a SealError. */
export async function hpkeOpen(
  secretKey: Uint8Array,
  info: Uint8Array,
  sealed: Uint8Array,
  suiteNumber: number = HPKE_SUITE,
): Promise<Uint8Array> {
  requireLength(secretKey, 32, 'A secret sealing key');
  if (suiteNumber !== HPKE_SUITE) {
    throw new SealError('unknown_suite', `Sealed to a key by suite ${suiteNumber}: a newer app did that.`);
  }
  if (sealed.length < ENC + TAG) throw new SealError('malformed', 'Too short to be sealed to a key.');
  const recipientKey = await suite.kem.deserializePrivateKey(copyBytes(secretKey));
  try {
    const recipient = await suite.createRecipientContext({
      recipientKey,
      info: copyBytes(info),
      enc: copyBytes(sealed.subarray(0, ENC)),
    });
    return new Uint8Array(await recipient.open(copyBytes(sealed.subarray(ENC))));
  } catch {
    throw new SealError(
      'not_authentic',
      'Does not open: sealed to another key, for another purpose, or changed.',
    );
  }
}
