/** A record's row as it goes over the wire. */
import { create } from '@bufbuild/protobuf';
import { BLOB_ID_BYTES } from '../../shared/crypto/blobs.ts';
import { type Record, RecordSchema } from '../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import { splitNames } from '../blobs/names.ts';
import { HIGHEST_HINT } from './limits.ts';

export const wireColumns = ['id', 'seq', 'rev', 'epoch', 'rank', 'ct', 'proof', 'blobs'] as const;

export type WireRow = {
  id: Uint8Array;
  seq: number;
  rev: number;
  epoch: number;
  rank: number;
  ct: Uint8Array | null;
  proof: Uint8Array | null;
  blobs: Uint8Array | null;
};

const EMPTY = new Uint8Array();

export const rankOf = (hint: number): number => HIGHEST_HINT - hint;

export const toWire = (row: WireRow): Record =>
  create(RecordSchema, {
    id: row.id,
    seq: BigInt(row.seq),
    rev: row.rev,
    epoch: row.epoch,
    hint: HIGHEST_HINT - row.rank,
    ct: row.ct ?? EMPTY,
    tombstone: row.ct === null,
    proof: row.proof ?? EMPTY,
    blobs: splitNames(row.blobs),
  });

export const wireSize = (row: WireRow): number =>
  64 + (row.ct?.length ?? 0) + (row.proof?.length ?? 0) + (row.blobs?.length ?? 0);

/** What a record counts for: its ciphertext, and the ids that it names. */
export const recordSize = (ct: Uint8Array, blobs: Uint8Array[]): number =>
  ct.length + blobs.length * BLOB_ID_BYTES;
