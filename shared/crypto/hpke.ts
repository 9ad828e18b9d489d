/**
 * HPKE (RFC 9180), base mode, one message a context: sealing something small to a public key. Behind a suite byte, so that
 * X-Wing can follow. Sealing proves no sender: whoever opens checks a signature or a commitment as well.
 *
 * The RFC's schedule over libsodium's X25519, HMAC-SHA256 and ChaCha20-Poly1305. Tests hold it against the RFC's vector and
 * against @hpke/core, whose own X25519 in JavaScript takes twenty times as long: a full mailbox would take minutes. The
 * functions stay asynchronous: the next suite may need it.
 */
import { concatBytes, copyBytes, EMPTY, requireLength, utf8 } from './bytes.ts';
import { SealError } from './errors.ts';
import type { Random } from './random.ts';
import { sodium } from './sodium.ts';

/** 1: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20Poly1305. */
export const HPKE_SUITE = 1;
const ENC = 32;
const TAG = 16;

const VERSION = utf8('HPKE-v1');
const KEM_ID = new Uint8Array([...utf8('KEM'), 0, 0x20]);
const SUITE_ID = new Uint8Array([...utf8('HPKE'), 0, 0x20, 0, 1, 0, 3]);
const ONE = new Uint8Array([1]);
/** HMAC pads a short key with zeros, so this is the empty salt. */
const NO_SALT = new Uint8Array(32);
const BASE_MODE = new Uint8Array(1);

function extract(suiteId: Uint8Array, salt: Uint8Array, label: string, ikm: Uint8Array): Uint8Array {
  return sodium.crypto_auth_hmacsha256(concatBytes(VERSION, suiteId, utf8(label), ikm), salt);
}

/** Of at most 32 bytes, so one block of HKDF. */
function expand(
  suiteId: Uint8Array,
  prk: Uint8Array,
  label: string,
  info: Uint8Array,
  length: number,
): Uint8Array {
  const size = new Uint8Array([0, length]);
  const block = sodium.crypto_auth_hmacsha256(
    concatBytes(size, VERSION, suiteId, utf8(label), info, ONE),
    prk,
  );
  return block.subarray(0, length);
}

function deriveSecretKey(ikm: Uint8Array): Uint8Array {
  return expand(KEM_ID, extract(KEM_ID, NO_SALT, 'dkp_prk', ikm), 'sk', EMPTY, 32);
}

/** Key and nonce from the two X25519 keys. Throws for a public key of small order. */
function schedule(
  secretKey: Uint8Array,
  otherPublicKey: Uint8Array,
  enc: Uint8Array,
  recipientPublicKey: Uint8Array,
  info: Uint8Array,
): { key: Uint8Array; nonce: Uint8Array } {
  const dh = sodium.crypto_scalarmult(secretKey, otherPublicKey);
  const prk = extract(KEM_ID, NO_SALT, 'eae_prk', dh);
  const shared = expand(KEM_ID, prk, 'shared_secret', concatBytes(enc, recipientPublicKey), 32);
  const context = concatBytes(
    BASE_MODE,
    extract(SUITE_ID, NO_SALT, 'psk_id_hash', EMPTY),
    extract(SUITE_ID, NO_SALT, 'info_hash', info),
  );
  const secret = extract(SUITE_ID, shared, 'secret', EMPTY);
  return {
    key: expand(SUITE_ID, secret, 'key', context, 32),
    nonce: expand(SUITE_ID, secret, 'base_nonce', context, 12),
  };
}

/** Encapsulated key, then ciphertext. `info` is bound, not sent. */
export async function hpkeSeal(
  publicKey: Uint8Array,
  info: Uint8Array,
  plaintext: Uint8Array,
  random: Random,
): Promise<Uint8Array> {
  requireLength(publicKey, 32, 'A public sealing key');
  // The key pair of this one sealing, by the RFC's DeriveKeyPair from fresh randomness.
  const ikm = copyBytes(random(32));
  requireLength(ikm, 32, 'Randomness for sealing');
  const ephemeral = deriveSecretKey(ikm);
  const enc = sodium.crypto_scalarmult_base(ephemeral);
  const { key, nonce } = schedule(ephemeral, publicKey, enc, publicKey, info);
  return concatBytes(
    enc,
    sodium.crypto_aead_chacha20poly1305_ietf_encrypt(plaintext, null, null, nonce, key),
  );
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
  const enc = sealed.subarray(0, ENC);
  try {
    const { key, nonce } = schedule(secretKey, enc, enc, sodium.crypto_scalarmult_base(secretKey), info);
    return sodium.crypto_aead_chacha20poly1305_ietf_decrypt(null, sealed.subarray(ENC), null, nonce, key);
  } catch {
    throw new SealError(
      'not_authentic',
      'Does not open: sealed to another key, for another purpose, or changed.',
    );
  }
}
