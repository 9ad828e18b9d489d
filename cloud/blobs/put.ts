/**
 * PutBlob and DropUpload (SPEC BLB-10, BLB-11, BLB-17, BLB-18). An upload is one account's own until it is whole, so nobody spoils
 * another's; it grows at its end alone, and `received` says how far it is, whatever answer got lost. What is whole is shared by id:
 * the id is a hash of the bytes, checked here with the last of them.
 */
import { create } from '@bufbuild/protobuf';
import { BLOB_CHUNK, BLOB_ID_BYTES, blobIdOf, chunkHash } from '../../shared/crypto/blobs.ts';
import { equalBytes } from '../../shared/crypto/bytes.ts';
import {
  type BlobState,
  type DropUploadRequest,
  type DropUploadResponse,
  DropUploadResponseSchema,
  type PutBlobRequest,
  type PutBlobResponse,
  PutBlobResponseSchema,
} from '../../shared/proto/gen/lockstep/cloud/v1/blobs_pb.js';
import { ErrorCode } from '../../shared/proto/gen/lockstep/cloud/v1/errors_pb.js';
import type { CloudContext } from '../context.ts';
import type { Session } from '../devices/sessions.ts';
import { bytesOf, bytesWithin, wholeNumber } from '../http/check.ts';
import { CloudError, malformed, tooLarge } from '../http/errors.ts';
import type { Database, Writer } from '../storage/database.ts';
import { LARGEST_TRANSFER, UPLOAD_KEPT_MS } from './limits.ts';
import { stateOf, uploadsQuery } from './state.ts';
import { Reason } from './uses.ts';

export const notFound = (): CloudError =>
  new CloudError(ErrorCode.NOT_FOUND, 'This account reaches no such blob.');

type Piece = { id: Uint8Array; size: number; offset: number; bytes: Uint8Array };

const check = (request: PutBlobRequest, largest: number): Piece => {
  const id = bytesOf(request.blobId, BLOB_ID_BYTES, 'blob_id');
  const size = wholeNumber(request.size, 'size');
  const offset = wholeNumber(request.offset, 'offset');
  const bytes = bytesWithin(request.bytes, 1, LARGEST_TRANSFER, 'bytes');
  if (size === 0) throw malformed('A blob has a size.');
  if (size > largest) throw tooLarge(`This cloud keeps blobs of ${largest} bytes at most.`);
  if (offset % BLOB_CHUNK !== 0) throw malformed(`offset is a multiple of ${BLOB_CHUNK}.`);
  if (offset + bytes.length > size) throw malformed('These bytes reach beyond the blob’s end.');
  if (bytes.length % BLOB_CHUNK !== 0 && offset + bytes.length !== size)
    throw malformed(`bytes has a multiple of ${BLOB_CHUNK} bytes, unless it ends the blob.`);
  return { id, size, offset, bytes };
};

const chunksOf = ({ offset, bytes }: Piece): { chunk: number; bytes: Uint8Array }[] =>
  Array.from({ length: Math.ceil(bytes.length / BLOB_CHUNK) }, (_, i) => ({
    chunk: offset / BLOB_CHUNK + i,
    bytes: bytes.subarray(i * BLOB_CHUNK, (i + 1) * BLOB_CHUNK),
  }));

export const hashesQuery = (db: Database, blob: number, first: number, last: number) =>
  db.sql
    .selectFrom('blob_chunk')
    .select('hash')
    .where('blob', '=', blob)
    .where('chunk', '>=', first)
    .where('chunk', '<=', last)
    .orderBy('chunk');

export const uploadCountQuery = (db: Database, account: number) =>
  db.sql
    .selectFrom('blob_use')
    .select((expression) => expression.fn.countAll<number>().as('count'))
    .where('account', '=', account)
    .where('reason', '=', Reason.put);

/** Room for all of it, or a refusal. */
const begin = (write: Writer, ctx: CloudContext, account: number, { id, size }: Piece): number => {
  const { db } = ctx;
  const { mostUploads } = ctx.blobLimits;
  const uploads = write.first(uploadCountQuery(db, account))?.count ?? 0;
  if (uploads >= mostUploads)
    throw new CloudError(
      ErrorCode.RATE_LIMITED,
      `At most ${mostUploads} uploads that no record names yet.`,
      60_000,
    );
  const used = write.first(db.sql.selectFrom('account').select('bytes_used').where('no', '=', account));
  if ((used?.bytes_used ?? 0) + size > ctx.quotaBytes)
    throw new CloudError(ErrorCode.STORAGE_FULL, 'This blob does not fit into what the account may keep.');
  const made = write.first(
    db.sql.insertInto('blob').values({ id, size, received: 0, uploader: account }).returning('no'),
  );
  if (made === undefined) throw new Error('the blob just begun is not there');
  return made.no;
};

/** With the last byte. False when the bytes are not those that the id names: then nothing of them is left. */
const finish = (
  write: Writer,
  ctx: CloudContext,
  account: number,
  no: number,
  { id, size }: Piece,
): boolean => {
  const { db, blobs } = ctx;
  const hashes = write.all(hashesQuery(db, no, 0, Number.MAX_SAFE_INTEGER)).map((row) => row.hash);
  if (!equalBytes(blobIdOf(size, hashes), id)) {
    blobs.unput(write, account, { no, size });
    return false;
  }
  const same = write.first(
    db.sql.selectFrom('blob').select('no').where('id', '=', id).where('uploader', 'is', null),
  );
  if (same === undefined) {
    write.run(db.sql.updateTable('blob').set({ uploader: null }).where('no', '=', no));
    return true;
  }
  // Somebody else had put it already, or put it faster: one copy is enough.
  blobs.put(write, account, { no: same.no, size }, ctx.now() + UPLOAD_KEPT_MS);
  blobs.unput(write, account, { no, size });
  return true;
};

/** The state afterwards, or null for bytes that the id does not name. */
const putPiece = (write: Writer, ctx: CloudContext, account: number, piece: Piece): BlobState | null => {
  const { db, blobs } = ctx;
  const { id, size, offset, bytes } = piece;
  const untilMs = ctx.now() + UPLOAD_KEPT_MS;
  const state = (no: number, received: number): BlobState =>
    stateOf(ctx, write, account, id, { no, size, received });

  const [whole] = blobs.reached(write, account, [id]).values();
  if (whole !== undefined) {
    if (whole.size !== size) throw malformed('This id names a blob of another size.');
    if (whole.own && whole.records === 0) blobs.put(write, account, whole, untilMs);
    return state(whole.no, size);
  }
  const upload = write.first(uploadsQuery(db, account, [id]));
  if (upload !== undefined && upload.size !== size)
    throw malformed('This upload was begun with another size.');
  if (offset > (upload?.received ?? 0)) throw notFound();
  const no = upload?.no ?? begin(write, ctx, account, piece);
  const received = upload?.received ?? 0;

  const chunks = chunksOf(piece).map((chunk) => ({ ...chunk, blob: no, hash: chunkHash(chunk.bytes) }));
  const known = chunks.filter(({ chunk }) => chunk * BLOB_CHUNK < received);
  const fresh = chunks.slice(known.length);
  if (known.length > 0) {
    const first = offset / BLOB_CHUNK;
    const there = write.all(hashesQuery(db, no, first, first + known.length - 1));
    if (!there.every(({ hash }, i) => equalBytes(hash, known[i]?.hash ?? hash)))
      throw malformed('Other bytes came for this place before.');
  }
  if (fresh.length > 0) write.run(db.sql.insertInto('blob_chunk').values(fresh));
  const reached = Math.max(received, offset + bytes.length);
  write.run(db.sql.updateTable('blob').set({ received: reached }).where('no', '=', no));
  blobs.put(write, account, { no, size }, untilMs);
  if (reached < size) return state(no, reached);
  if (!finish(write, ctx, account, no, piece)) return null;
  const [done] = blobs.reached(write, account, [id]).values();
  if (done === undefined) throw new Error('the blob just put is not there');
  return state(done.no, size);
};

export const putBlob = (
  ctx: CloudContext,
  { account }: Session,
  request: PutBlobRequest,
): PutBlobResponse => {
  const piece = check(request, ctx.blobLimits.largestBlob);
  const state = ctx.db.transaction((write) => putPiece(write, ctx, account, piece));
  if (state === null) throw malformed('These are not the bytes that blob_id names. The upload was dropped.');
  return create(PutBlobResponseSchema, { state });
};

export const dropUpload = (
  { db, blobs }: CloudContext,
  { account }: Session,
  { blobId }: DropUploadRequest,
): DropUploadResponse => {
  bytesOf(blobId, BLOB_ID_BYTES, 'blob_id');
  db.transaction((write) => {
    const [whole] = blobs.reached(write, account, [blobId]).values();
    for (const blob of [whole, write.first(uploadsQuery(db, account, [blobId]))])
      if (blob !== undefined) blobs.unput(write, account, blob);
  }, 'frees');
  return create(DropUploadResponseSchema, {});
};
