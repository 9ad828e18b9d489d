/**
 * Sealing a zone's records (SPEC REC-*). Runs on devices only; the cloud sees what comes out.
 *
 * A sealed record is
 *
 *     suite u8 | schema u8 | nonce 24 | XChaCha20-Poly1305(padded plaintext) with its tag of 16
 *
 * and its associated data, 34 bytes, fixed widths, big-endian, is
 *
 *     suite u8 | zone u8 | generation u32 | id 16 | rev u32 | epoch u32 | schema u32
 *
 * so a ciphertext opens only as that revision of that record of that zone. The schema stands outside as well, or a device
 * could not tell a newer app's record from a damaged one. A tombstone's proof is an empty plaintext, unpadded:
 *
 *     suite u8 | nonce 24 | tag 16          associated data: "tombstone" | zone u8 | id 16 | epoch u32
 */
import { requireLength, u32be, utf8 } from './bytes.ts';
import { SealError } from './errors.ts';
import { paddedLength } from './padme.ts';
import type { Random } from './random.ts';
import { fastHash, fastOpen, fastSeal } from './sodium.ts';

/** 1: XChaCha20-Poly1305, Padmé. */
export const RECORD_SUITE = 1;
export const RECORD_SCHEMA = 1;

const HEAD = 2;
const NONCE = 24;
const TAG = 16;

export type RecordPlace = {
  /** `zoneKey(K_epoch, zone)`. */
  zoneKey: Uint8Array;
  /** 1: account, 2: messages. */
  zone: number;
  generation: number;
  id: Uint8Array;
  rev: number;
  epoch: number;
};

/** `HMAC(K_id, kind | name)` cut to 16 bytes: the same thing gets the same id on every device. */
export function recordId(idKey: Uint8Array, kind: number, ...name: Uint8Array[]): Uint8Array {
  requireLength(idKey, 32, 'An id key');
  const parts: Uint8Array[] = [u32be(kind)];
  for (const part of name) parts.push(u32be(part.length), part);
  return fastHash(32, idKey, parts).slice(0, 16);
}

// One area for the associated data: built, used and forgotten within one call.
const ad = new Uint8Array(34);
const adView = new DataView(ad.buffer);

function requireU32(value: number, what: string): void {
  if (!(value >= 0 && value <= 0xffffffff && Number.isInteger(value))) {
    throw new RangeError(`${what} must be an unsigned 32-bit number, not ${value}.`);
  }
}

function checkPlace(place: RecordPlace): void {
  requireLength(place.zoneKey, 32, 'A zone key');
  requireLength(place.id, 16, 'A record id');
  if (!(place.zone >= 1 && place.zone <= 255 && Number.isInteger(place.zone))) {
    throw new RangeError(`A zone is a number from 1 to 255, not ${place.zone}.`);
  }
  requireU32(place.generation, 'A generation');
  requireU32(place.rev, 'A revision');
  requireU32(place.epoch, 'An epoch');
}

function fillAd(place: RecordPlace, suite: number, schema: number): void {
  ad[0] = suite;
  ad[1] = place.zone;
  adView.setUint32(2, place.generation);
  ad.set(place.id, 6);
  adView.setUint32(22, place.rev);
  adView.setUint32(26, place.epoch);
  adView.setUint32(30, schema);
}

/** Seals for exactly this place. The same plaintext twice gives different bytes. */
export function sealRecord(
  options: RecordPlace & { plaintext: Uint8Array; random: Random; schema?: number },
): Uint8Array<ArrayBuffer> {
  checkPlace(options);
  const schema = options.schema ?? RECORD_SCHEMA;
  if (!(schema >= 1 && schema <= 255))
    throw new RangeError(`A schema is a number from 1 to 255, not ${schema}.`);
  const nonce = options.random(NONCE);
  requireLength(nonce, NONCE, 'A nonce');
  fillAd(options, RECORD_SUITE, schema);
  const { plaintext } = options;
  const sealed = fastSeal(
    options.zoneKey,
    nonce,
    ad,
    plaintext,
    paddedLength(plaintext.length),
    HEAD + NONCE,
  );
  sealed[0] = RECORD_SUITE;
  sealed[1] = schema;
  sealed.set(nonce, HEAD);
  return sealed;
}

/** The plaintext, or a SealError; never anything else. */
export function openRecord(options: RecordPlace & { ct: Uint8Array }): Uint8Array {
  checkPlace(options);
  const { ct } = options;
  if (!(ct instanceof Uint8Array) || ct.length < HEAD + NONCE + TAG) {
    throw new SealError('malformed', 'Too short to be a record.');
  }
  if (ct[0] !== RECORD_SUITE)
    throw new SealError('unknown_suite', `A record of suite ${ct[0]}: a newer app wrote it.`);
  fillAd(options, RECORD_SUITE, ct[1]!);
  return fastOpen(options.zoneKey, ct.subarray(HEAD, HEAD + NONCE), ad, ct, HEAD + NONCE, true);
}

/** The schema under which a record was sealed, without opening it. */
export function sealedSchema(ct: Uint8Array): number {
  return ct[1] ?? 0;
}

type TombstonePlace = { zoneKey: Uint8Array; zone: number; id: Uint8Array; epoch: number };

const TOMBSTONE = utf8('tombstone');
export const TOMBSTONE_PROOF_BYTES = 1 + NONCE + TAG;

function tombstoneAd(place: TombstonePlace): Uint8Array {
  checkPlace({ ...place, generation: 0, rev: 0 });
  const bytes = new Uint8Array(TOMBSTONE.length + 21);
  bytes.set(TOMBSTONE);
  bytes[TOMBSTONE.length] = place.zone;
  bytes.set(place.id, TOMBSTONE.length + 1);
  bytes.set(u32be(place.epoch), TOMBSTONE.length + 17);
  return bytes;
}

/** The proof that a holder of the zone's key deleted this record for good. */
export function sealTombstone(options: TombstonePlace & { random: Random }): Uint8Array {
  const nonce = options.random(NONCE);
  requireLength(nonce, NONCE, 'A nonce');
  const proof = fastSeal(options.zoneKey, nonce, tombstoneAd(options), new Uint8Array(0), 0, 1 + NONCE);
  proof[0] = RECORD_SUITE;
  proof.set(nonce, 1);
  return proof;
}

/** Returns when the proof holds; throws a SealError when it does not: then nothing may be deleted. */
export function openTombstone(options: TombstonePlace & { proof: Uint8Array }): void {
  const { proof } = options;
  const place = tombstoneAd(options);
  if (!(proof instanceof Uint8Array) || proof.length < 1)
    throw new SealError('malformed', 'A tombstone without proof.');
  if (proof[0] !== RECORD_SUITE) {
    throw new SealError('unknown_suite', `A tombstone of suite ${proof[0]}: a newer app wrote it.`);
  }
  if (proof.length !== TOMBSTONE_PROOF_BYTES)
    throw new SealError('malformed', 'A tombstone proof has another length.');
  fastOpen(options.zoneKey, proof.subarray(1, 1 + NONCE), place, proof, 1 + NONCE, false);
}
