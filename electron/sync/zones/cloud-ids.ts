/**
 * The list of what the cloud has of the messages zone, in as little memory as a million records ask for (about 30 bytes each), and looked
 * up by id in any order. Filled by ascending id, as the cloud lists it.
 */

import { sameBytes } from '../../store/values.ts';
import { garbled } from '../network/answers.ts';

const ID_BYTES = 16;
/** Compared as a number first: exact up to 2^53. */
const HEAD_BYTES = 6;

export class CloudIds {
  #ids = Buffer.alloc(0);
  #heads = new Float64Array(0);
  #revs = new Uint32Array(0);
  /** 1: a tombstone. 2: met. */
  #flags = new Uint8Array(0);
  #count = 0;
  #live = 0;
  #first = 0;

  get count(): number {
    return this.#count;
  }
  get live(): number {
    return this.#live;
  }
  /** Tombstones in their first version: of no record of this generation, so they may be an earlier one's. */
  get firstTombstones(): number {
    return this.#first;
  }

  /** Refuses what does not come after all that is there: the cloud would not list it so, and lookups could not find it. */
  add(id: Uint8Array, rev: number, tombstone: boolean): void {
    const at = this.#count;
    if (id.length !== ID_BYTES || (at > 0 && Buffer.compare(id, this.#idAt(at - 1)) <= 0)) {
      throw garbled('The cloud did not list its records by id.');
    }
    this.#makeRoom(at + 1);
    this.#ids.set(id, at * ID_BYTES);
    this.#heads[at] = headOf(id);
    this.#revs[at] = rev;
    this.#flags[at] = tombstone ? 1 : 0;
    this.#count += 1;
    if (!tombstone) this.#live += 1;
    else if (rev === 1) this.#first += 1;
  }

  /** Its place, or -1. */
  find(id: Uint8Array): number {
    const head = headOf(id);
    let low = 0;
    for (let high = this.#count; low < high; ) {
      const middle = (low + high) >>> 1;
      if ((this.#heads[middle] ?? 0) < head) low = middle + 1;
      else high = middle;
    }
    for (; low < this.#count && this.#heads[low] === head; low += 1) {
      if (sameBytes(this.#idAt(low), id)) return low;
    }
    return -1;
  }

  isTombstone(at: number): boolean {
    return ((this.#flags[at] ?? 0) & 1) !== 0;
  }
  revOf(at: number): number {
    return this.#revs[at] ?? 0;
  }
  /** False when it was met before. */
  meet(at: number): boolean {
    const flags = this.#flags[at] ?? 0;
    this.#flags[at] = flags | 2;
    return (flags & 2) === 0;
  }

  #idAt(at: number): Uint8Array {
    return this.#ids.subarray(at * ID_BYTES, (at + 1) * ID_BYTES);
  }

  #makeRoom(count: number): void {
    if (count <= this.#heads.length) return;
    const room = Math.max(10_000, this.#heads.length * 2);
    const ids = Buffer.alloc(room * ID_BYTES);
    ids.set(this.#ids);
    this.#ids = ids;
    this.#heads = enlarged(this.#heads, new Float64Array(room));
    this.#revs = enlarged(this.#revs, new Uint32Array(room));
    this.#flags = enlarged(this.#flags, new Uint8Array(room));
  }
}

function enlarged<T extends Float64Array | Uint32Array | Uint8Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

function headOf(id: Uint8Array): number {
  let head = 0;
  for (let i = 0; i < HEAD_BYTES; i += 1) head = head * 256 + (id[i] ?? 0);
  return head;
}
