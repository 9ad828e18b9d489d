/** What follows from an epoch's key, each by a label of its own (SPEC KEY-*). */
import { concatBytes, requireLength, u32be, utf8 } from './bytes.ts';
import { deriveKey, hash256 } from './hash.ts';
import { type SealKeyPair, sealKeyPair } from './signing.ts';

/** K_e: 32 random bytes. */
export type EpochKey = Uint8Array;

/** H(K_e), by which a statement commits to its key. */
export function epochKeyHash(key: EpochKey): Uint8Array {
  requireLength(key, 32, 'An epoch’s key');
  return hash256(utf8('lockstep/epoch-key/v1\0'), key);
}

/** The account's inbox key of the epoch: envelopes' content keys are sealed to it. */
export function inboxKeyPair(key: EpochKey): SealKeyPair {
  requireLength(key, 32, 'An epoch’s key');
  return sealKeyPair(deriveKey(key, 'lockstep/inbox/v1'));
}

/** Seals a zone's records written in this epoch. Zone 1: account, 2: messages. */
export function zoneKey(key: EpochKey, zone: number): Uint8Array {
  requireLength(key, 32, 'An epoch’s key');
  if (!Number.isInteger(zone) || zone < 1 || zone > 255)
    throw new RangeError(`A zone is 1 to 255, not ${zone}.`);
  return deriveKey(key, 'lockstep/zone/v1', new Uint8Array([zone]));
}

/** K_id: names a zone's records. From the first epoch's key, so it outlives epochs, and from the zone's generation. */
export function idKey(epochKey1: EpochKey, zone: number, generation: number): Uint8Array {
  requireLength(epochKey1, 32, 'An epoch’s key');
  if (!Number.isInteger(zone) || zone < 1 || zone > 255)
    throw new RangeError(`A zone is 1 to 255, not ${zone}.`);
  return deriveKey(
    epochKey1,
    'lockstep/record-id/v1',
    concatBytes(new Uint8Array([zone]), u32be(generation)),
  );
}

/** Seals K_{e-1} under K_e. */
export function previousKeyKey(key: EpochKey): Uint8Array {
  return deriveKey(key, 'lockstep/previous-epoch/v1');
}
