/**
 * What becomes of one operation, given what the zone has under its id (SPEC ZON-3 to ZON-6). Pure: push.ts reads before and
 * writes after.
 *
 * Idempotent by compare-and-set and nothing else: a put whose stored version is (id, base_rev + 1, hash of ct) was already
 * accepted; a delete of a tombstone too.
 */
import { equalBytes } from '../../shared/crypto/bytes.ts';
import type { Delete, Put } from '../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import { FREE_GROWTH, LARGEST_RECORD, mostFreeGrowth } from './limits.ts';

/** What the zone has: `hash` is of the ciphertext, `size` that of it and of what it names; a tombstone has size 0. */
export type Stored = { seq: number; rev: number; size: number; hash: Uint8Array; tombstone: boolean };

export type Surroundings = {
  /** The account's current epoch. */
  epoch: number;
  bytesUsed: number;
  quotaBytes: number;
  /** Records and tombstones of the account, and how many there may be (ZON-17). */
  rows: number;
  mostRows: number;
};

export type Decision =
  | { kind: 'write'; rev: number }
  /** It is there already: the answer of the first time. */
  | { kind: 'done'; seq: number; rev: number }
  | { kind: 'conflict' }
  | { kind: 'gone' }
  | { kind: 'quota' }
  | { kind: 'too_large' }
  | { kind: 'epoch_stale' }
  /** It names blobs that the account does not reach. */
  | { kind: 'blobs_missing' };

/** What a put would add to what the account has, the blobs that it names included. */
export type Cost = { growth: number; missing: boolean };

const withoutBlobs = (put: Put, stored: Stored | undefined): Cost => ({
  growth: put.ct.length - (stored?.size ?? 0),
  missing: false,
});

export const decidePut = (
  put: Put,
  hash: Uint8Array,
  stored: Stored | undefined,
  around: Surroundings,
  { growth, missing }: Cost = withoutBlobs(put, stored),
): Decision => {
  if (put.ct.length > LARGEST_RECORD) return { kind: 'too_large' };
  if (stored?.tombstone) return { kind: 'gone' };
  if (stored !== undefined && stored.rev === put.baseRev + 1 && equalBytes(stored.hash, hash)) {
    return { kind: 'done', seq: stored.seq, rev: stored.rev };
  }
  if ((stored?.rev ?? 0) !== put.baseRev) return { kind: 'conflict' };
  if (put.epoch !== around.epoch) return { kind: 'epoch_stale' };
  if (missing) return { kind: 'blobs_missing' };
  if (stored === undefined && around.rows >= around.mostRows) return { kind: 'quota' };
  const allowance = stored !== undefined && growth < FREE_GROWTH ? mostFreeGrowth(around.rows) : 0;
  if (growth > 0 && around.bytesUsed + growth > around.quotaBytes + allowance) return { kind: 'quota' };
  return { kind: 'write', rev: put.baseRev + 1 };
};

export const decideDelete = (op: Delete, stored: Stored | undefined, around: Surroundings): Decision => {
  if (stored?.tombstone) return { kind: 'done', seq: stored.seq, rev: stored.rev };
  if (op.baseRev !== undefined && (stored?.rev ?? 0) !== op.baseRev) return { kind: 'conflict' };
  // Its proof may be of an older epoch: a restored zone is offered tombstones from before.
  if (op.epoch > around.epoch) return { kind: 'epoch_stale' };
  if (stored === undefined && around.rows >= around.mostRows) return { kind: 'quota' };
  return { kind: 'write', rev: (stored?.rev ?? 0) + 1 };
};
