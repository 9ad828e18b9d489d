/**
 * The digest of a zone that cloud and devices keep alike (SPEC REC-*): the sum, modulo 2^256, of BLAKE2b-256 over
 * (id, rev, hash) of every record and tombstone. A sum does not mind the order, and what is replaced is subtracted, so
 * keeping it costs one hash a change whatever the zone's size.
 *
 * It shows accidents and differences between honest copies. It is no proof against a cloud that searches for two sets of
 * its own old records with one sum; see KNOWN-GAPS.
 */
import { copyBytes, requireLength, utf8 } from './bytes.ts';
import { fastHash } from './sodium.ts';

export const DIGEST_BYTES = 32;

/** The hash of a record's ciphertext, as the digest, compare-and-set and the inventory use it. */
export function recordHash(ct: Uint8Array): Uint8Array {
  return fastHash(32, null, [ct]);
}

/**
 * The hash that stands for a tombstone's content: the same for all. Its proof does not enter, since two devices that delete
 * one record make two proofs, of which the cloud keeps the first.
 */
export function tombstoneHash(): Uint8Array {
  return copyBytes(TOMBSTONE_HASH);
}
const TOMBSTONE_HASH = new Uint8Array(32);
TOMBSTONE_HASH.set(utf8('lockstep/tombstone/v1'));

const item = new Uint8Array(52);
const itemView = new DataView(item.buffer);
const ITEM = [item];

/** A running digest. `add` what is there, `remove` what it replaces. */
export class ZoneDigest {
  readonly #limbs = new Uint32Array(8);

  /** Continues from 32 bytes that `toBytes` gave; without them, the digest of an empty zone. */
  constructor(bytes?: Uint8Array) {
    if (bytes === undefined) return;
    requireLength(bytes, DIGEST_BYTES, 'A digest');
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let i = 0; i < 8; i++) this.#limbs[i] = view.getUint32(i * 4, true);
  }

  add(id: Uint8Array, rev: number, hash: Uint8Array): void {
    const element = elementOf(id, rev, hash);
    const limbs = this.#limbs;
    let carry = 0;
    for (let i = 0; i < 8; i++) {
      const sum = limbs[i]! + word(element, i) + carry;
      limbs[i] = sum;
      carry = sum > 0xffffffff ? 1 : 0;
    }
  }

  remove(id: Uint8Array, rev: number, hash: Uint8Array): void {
    const element = elementOf(id, rev, hash);
    const limbs = this.#limbs;
    let borrow = 0;
    for (let i = 0; i < 8; i++) {
      const difference = limbs[i]! - word(element, i) - borrow;
      limbs[i] = difference;
      borrow = difference < 0 ? 1 : 0;
    }
  }

  /** 32 bytes, little-endian. */
  toBytes(): Uint8Array {
    const bytes = new Uint8Array(DIGEST_BYTES);
    const view = new DataView(bytes.buffer);
    for (let i = 0; i < 8; i++) view.setUint32(i * 4, this.#limbs[i]!, true);
    return bytes;
  }
}

function word(bytes: Uint8Array, i: number): number {
  const at = i * 4;
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}

function elementOf(id: Uint8Array, rev: number, hash: Uint8Array): Uint8Array {
  requireLength(id, 16, 'A record id');
  requireLength(hash, 32, 'A record hash');
  if (!(rev >= 0 && rev <= 0xffffffff && Number.isInteger(rev)))
    throw new RangeError(`Not a revision: ${rev}.`);
  item.set(id);
  itemView.setUint32(16, rev);
  item.set(hash, 20);
  return fastHash(32, null, ITEM);
}
