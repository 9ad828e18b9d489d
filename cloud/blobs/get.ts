/** GetBlob: a range of a blob that the account reaches, on the connection that only reads (SPEC BLB-11, BLB-16). */
import { create } from '@bufbuild/protobuf';
import { BLOB_CHUNK, BLOB_ID_BYTES } from '../../shared/crypto/blobs.ts';
import {
  type GetBlobRequest,
  type GetBlobResponse,
  GetBlobResponseSchema,
} from '../../shared/proto/gen/lockstep/cloud/v1/blobs_pb.js';
import type { CloudContext } from '../context.ts';
import type { Session } from '../devices/sessions.ts';
import { bytesOf, wholeNumber } from '../http/check.ts';
import { malformed } from '../http/errors.ts';
import type { Database } from '../storage/database.ts';
import { LARGEST_TRANSFER } from './limits.ts';
import { notFound } from './put.ts';

export const chunksQuery = (db: Database, blob: number, first: number, last: number) =>
  db.sql
    .selectFrom('blob_chunk')
    .select(['chunk', 'bytes'])
    .where('blob', '=', blob)
    .where('chunk', '>=', first)
    .where('chunk', '<=', last)
    .orderBy('chunk');

export const getBlob = (
  { db, blobs }: CloudContext,
  { account }: Session,
  request: GetBlobRequest,
): GetBlobResponse => {
  bytesOf(request.blobId, BLOB_ID_BYTES, 'blob_id');
  const offset = wholeNumber(request.offset, 'offset');
  if (request.length === 0 || request.length > LARGEST_TRANSFER)
    throw malformed(`length is 1 to ${LARGEST_TRANSFER}.`);
  const [blob] = blobs.reached(db.read, account, [request.blobId]).values();
  if (blob === undefined) throw notFound();
  if (offset >= blob.size) throw malformed('offset is beyond the end of the blob.');
  const end = Math.min(blob.size, offset + request.length);
  const bytes = new Uint8Array(end - offset);
  const rows = db.read.all(
    chunksQuery(db, blob.no, Math.floor(offset / BLOB_CHUNK), Math.floor((end - 1) / BLOB_CHUNK)),
  );
  let copied = 0;
  for (const row of rows) {
    const start = row.chunk * BLOB_CHUNK;
    const part = row.bytes.subarray(Math.max(offset, start) - start, end - start);
    bytes.set(part, Math.max(offset, start) - offset);
    copied += part.length;
  }
  if (copied !== bytes.length) throw new Error('a whole blob without all of its chunks');
  return create(GetBlobResponseSchema, { bytes, size: BigInt(blob.size) });
};
