/**
 * libsodium, loaded once, and the few of its calls that run for every record.
 *
 * `sodium` is the ordinary wrapper. The `fast*` functions call the same WASM code through one scratch area that is
 * allocated once: the wrapper allocates, copies and frees each argument on every call, which costs as much again as the
 * encryption of a small record. WASM is single-threaded and nothing here awaits, so the area is never shared.
 */
import sodium from 'libsodium-wrappers-sumo';
import { SealError } from './errors.ts';

export { sodium };

type Raw = {
  HEAPU8: Uint8Array;
  _malloc(bytes: number): number;
  _crypto_generichash(
    out: number,
    outLen: number,
    m: number,
    mLow: number,
    mHigh: number,
    key: number,
    keyLen: number,
  ): number;
  _crypto_aead_xchacha20poly1305_ietf_encrypt(
    out: number,
    outLen: number,
    m: number,
    mLow: number,
    mHigh: number,
    ad: number,
    adLow: number,
    adHigh: number,
    secretNonce: number,
    nonce: number,
    key: number,
  ): number;
  _crypto_aead_xchacha20poly1305_ietf_decrypt(
    out: number,
    outLen: number,
    secretNonce: number,
    c: number,
    cLow: number,
    cHigh: number,
    ad: number,
    adLow: number,
    adHigh: number,
    nonce: number,
    key: number,
  ): number;
};

/** The largest input of a fast call: a record's limit is 256 KiB. What is larger takes the wrapper. */
const MAX_FAST = 384 * 1024;
const KEY_AT = 0;
const NONCE_AT = 64;
const AD_AT = 128;
const MAX_FAST_AD = 1024;
const IN_AT = AD_AT + MAX_FAST_AD;
const OUT_AT = IN_AT + MAX_FAST;
const SCRATCH = OUT_AT + MAX_FAST + 64;

let raw: Raw | undefined;
let base = 0;
let loading: Promise<void> | undefined;

/** Await this once before anything else in `shared/crypto`. */
export function sodiumReady(): Promise<void> {
  loading ??= sodium.ready.then(() => {
    const library = (sodium as unknown as { libsodium: Raw }).libsodium;
    base = library._malloc(SCRATCH);
    if (base === 0) throw new Error('No memory for the cryptography library.');
    raw = library;
  });
  return loading;
}

function library(): Raw {
  if (raw === undefined) throw new Error('Await sodiumReady() before using shared/crypto.');
  return raw;
}

/** BLAKE2b of the parts joined, keyed if `key` is given (16 to 64 bytes). */
export function fastHash(length: number, key: Uint8Array | null, parts: readonly Uint8Array[]): Uint8Array {
  const lib = library();
  let total = 0;
  for (let i = 0; i < parts.length; i++) total += parts[i]!.length;
  if (total > MAX_FAST) return slowHash(length, key, parts);
  const heap = lib.HEAPU8;
  let at = base + IN_AT;
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]!;
    heap.set(part, at);
    at += part.length;
  }
  let keyLength = 0;
  if (key !== null) {
    heap.set(key, base + KEY_AT);
    keyLength = key.length;
  }
  const out = base + OUT_AT;
  const status = lib._crypto_generichash(
    out,
    length,
    base + IN_AT,
    total,
    0,
    keyLength === 0 ? 0 : base + KEY_AT,
    keyLength,
  );
  if (status !== 0)
    throw new RangeError(`BLAKE2b refused an output of ${length} and a key of ${keyLength} bytes.`);
  return heap.slice(out, out + length);
}

function slowHash(length: number, key: Uint8Array | null, parts: readonly Uint8Array[]): Uint8Array {
  const state = sodium.crypto_generichash_init(key, length);
  for (const part of parts) sodium.crypto_generichash_update(state, part);
  return sodium.crypto_generichash_final(state, length);
}

/**
 * XChaCha20-Poly1305. The input is `a` then `b` (so that a plaintext and its padding need no joining), and the result
 * has room for `headLength` bytes in front, which the caller fills in.
 */
export function fastSeal(
  key: Uint8Array,
  nonce: Uint8Array,
  ad: Uint8Array,
  a: Uint8Array,
  padTo: number,
  headLength: number,
): Uint8Array<ArrayBuffer> {
  const lib = library();
  const length = padTo;
  const sealed = new Uint8Array(headLength + length + 16);
  if (length > MAX_FAST || ad.length > MAX_FAST_AD) {
    const padded = new Uint8Array(length);
    padded.set(a);
    if (length > a.length) padded[a.length] = 0x80;
    sealed.set(sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(padded, ad, null, nonce, key), headLength);
    return sealed;
  }
  const heap = lib.HEAPU8;
  const input = base + IN_AT;
  const out = base + OUT_AT;
  heap.set(key, base + KEY_AT);
  heap.set(nonce, base + NONCE_AT);
  heap.set(ad, base + AD_AT);
  heap.set(a, input);
  if (length > a.length) {
    heap[input + a.length] = 0x80;
    heap.fill(0, input + a.length + 1, input + length);
  }
  const status = lib._crypto_aead_xchacha20poly1305_ietf_encrypt(
    out,
    0,
    input,
    length,
    0,
    base + AD_AT,
    ad.length,
    0,
    0,
    base + NONCE_AT,
    base + KEY_AT,
  );
  if (status !== 0) throw new Error('XChaCha20-Poly1305 refused to encrypt.');
  sealed.set(heap.subarray(out, out + length + 16), headLength);
  return sealed;
}

/** The plaintext of `sealed` from `from` on; padding (0x80, zeros) is taken off when `padded`. */
export function fastOpen(
  key: Uint8Array,
  nonce: Uint8Array,
  ad: Uint8Array,
  sealed: Uint8Array,
  from: number,
  padded: boolean,
): Uint8Array {
  const lib = library();
  const length = sealed.length - from;
  if (length < 16) throw new SealError('malformed', 'What was sealed is too short to hold a tag.');
  let heap: Uint8Array;
  let out: number;
  if (length > MAX_FAST || ad.length > MAX_FAST_AD) {
    try {
      heap = sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(null, sealed.subarray(from), ad, nonce, key);
    } catch {
      throw notAuthentic();
    }
    out = 0;
  } else {
    heap = lib.HEAPU8;
    const input = base + IN_AT;
    out = base + OUT_AT;
    heap.set(key, base + KEY_AT);
    heap.set(nonce, base + NONCE_AT);
    heap.set(ad, base + AD_AT);
    heap.set(from === 0 ? sealed : sealed.subarray(from), input);
    const status = lib._crypto_aead_xchacha20poly1305_ietf_decrypt(
      out,
      0,
      0,
      input,
      length,
      0,
      base + AD_AT,
      ad.length,
      0,
      base + NONCE_AT,
      base + KEY_AT,
    );
    if (status !== 0) throw notAuthentic();
  }
  let end = out + length - 16;
  if (padded) {
    while (end > out && heap[end - 1] === 0) end--;
    if (end === out || heap[end - 1] !== 0x80) throw new SealError('bad_padding', 'The padding is not ours.');
    end--;
  }
  return heap.slice(out, end);
}

function notAuthentic(): SealError {
  return new SealError(
    'not_authentic',
    'Does not open: another key, another place, an older version, or changed bytes.',
  );
}
