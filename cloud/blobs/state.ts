/** StatBlobs, and finding a blob as an account has it (SPEC BLB-11, BLB-15). */
import { create } from '@bufbuild/protobuf';
import { BLOB_ID_BYTES } from '../../shared/crypto/blobs.ts';
import { toHex } from '../../shared/crypto/bytes.ts';
import {
  type BlobState,
  BlobStateSchema,
  type StatBlobsRequest,
  type StatBlobsResponse,
  StatBlobsResponseSchema,
} from '../../shared/proto/gen/lockstep/cloud/v1/blobs_pb.js';
import type { CloudContext } from '../context.ts';
import type { Session } from '../devices/sessions.ts';
import { bytesOf } from '../http/check.ts';
import { malformed } from '../http/errors.ts';
import type { Database, Reader } from '../storage/database.ts';
import { MOST_STATES } from './limits.ts';
import { inZonesQuery, usesQuery } from './uses.ts';

type Standing = { no: number; size: number; received: number };

/** What the account is putting and has not finished. */
export const uploadsQuery = (db: Database, account: number, ids: Uint8Array[]) =>
  db.sql
    .selectFrom('blob')
    .select(['no', 'id', 'size', 'received'])
    .where('uploader', '=', account)
    .where('id', 'in', ids);

export const stateOf = (
  { db }: Pick<CloudContext, 'db'>,
  read: Reader,
  account: number,
  id: Uint8Array,
  { no, size, received }: Standing,
): BlobState => {
  const uses = read.all(usesQuery(db, account, [no]));
  const named =
    uses.some(({ count }) => count > 0) || read.first(inZonesQuery(db, account, [no])) !== undefined;
  return create(BlobStateSchema, {
    blobId: id,
    size: BigInt(size),
    received: BigInt(received),
    heldUntilMs: BigInt(named ? 0 : Math.max(0, ...uses.map((use) => use.until_ms))),
  });
};

export const statBlobs = (
  ctx: CloudContext,
  { account }: Session,
  { blobIds }: StatBlobsRequest,
): StatBlobsResponse => {
  if (blobIds.length === 0 || blobIds.length > MOST_STATES) throw malformed(`1 to ${MOST_STATES} ids.`);
  for (const id of blobIds) bytesOf(id, BLOB_ID_BYTES, 'blob_id');
  const { db, blobs } = ctx;
  const there = new Map<string, Standing>(
    db.read
      .all(uploadsQuery(db, account, blobIds))
      .map(({ id, ...upload }) => [toHex(id ?? new Uint8Array()), upload]),
  );
  for (const [key, { no, size }] of blobs.reached(db.read, account, blobIds))
    there.set(key, { no, size, received: size });
  return create(StatBlobsResponseSchema, {
    states: blobIds.flatMap((id) => {
      const blob = there.get(toHex(id));
      return blob === undefined ? [] : [stateOf(ctx, db.read, account, id, blob)];
    }),
  });
};
