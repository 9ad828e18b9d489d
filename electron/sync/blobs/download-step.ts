/**
 * Attachments come down, the newest first, behind everything else (SPEC ATT-20 to ATT-24). What came is written where it belongs and
 * counted, so a restart goes on there; only what hashes to its id gets its name. Whether a key opens it is found when it is read.
 */

import { BLOB_CHUNK, blobIdOf, chunkHash, sealedBlobLength } from '../../../shared/crypto/blobs.ts';
import { equalBytes, toHex } from '../../../shared/crypto/bytes.ts';
import { isFileError } from '../../store/blob-files.ts';
import { type BlobRow, cameHere, type Fetching, nextToGet, updateBlob } from '../../store/blobs.ts';
import type { StepContext } from '../context.ts';
import { numberOf } from '../network/answers.ts';
import { ErrorCode, errorCode } from '../network/errors.ts';
import type { ZoneContext } from '../zones/zone-call.ts';
import { blobMemory } from './memory.ts';
import { MOST_ATTEMPTS, PIECE, STEP_MS, waitAfterFileError } from './transfer.ts';

const AGAIN_MS = 20_000;
const LONGEST_TAKEN_MS = 10 * 60_000;

export async function downloadStep(ctx: ZoneContext, what: Fetching): Promise<null> {
  const began = performance.now();
  do {
    const blob = nextToGet(ctx.store, what, ctx.clock.now());
    if (blob === undefined) return null;
    try {
      await downloadOn(ctx, blob);
    } catch (error) {
      if (errorCode(error) === ErrorCode.NOT_FOUND) fail(ctx, blob, 'gone');
      else if (isFileError(error) && error.code === 'ENOENT') partGone(ctx, blob);
      else {
        waitAfterFileError(ctx, blob, error);
        throw error;
      }
    }
    await ctx.timers.breathe();
  } while (performance.now() - began < STEP_MS);
  return null;
}

async function downloadOn(ctx: StepContext, blob: BlobRow): Promise<void> {
  const { files, store } = ctx;
  if (files.length(blob.id) !== null) {
    // It had its name, and the app ended before that was written down.
    arrived(ctx, blob, blob.sealed);
    return;
  }
  const hashes = hashesOfPart(ctx, blob);
  const got = hashes.length * BLOB_CHUNK;
  const answer = await ctx.cloud.blobs.getBlob(
    { blobId: blob.id, offset: BigInt(got), length: PIECE },
    { signal: ctx.abort },
  );
  const size = numberOf(answer.size);
  if (size !== blob.sealed && !isSizeOf(ctx, blob, size)) return damaged(ctx, blob);
  const expected = Math.min(PIECE, size - got);
  if (answer.bytes.length !== expected || expected <= 0) return damaged(ctx, blob);
  // Written behind a hole, it would be taken for whole by the hashes of what had been there.
  if (files.partLength(blob.id) < got) return partGone(ctx, blob);
  files.writePart(blob.id, got, answer.bytes);
  for (let at = 0; at < answer.bytes.length; at += BLOB_CHUNK)
    hashes.push(chunkHash(answer.bytes.subarray(at, at + BLOB_CHUNK)));
  if (got + answer.bytes.length < size) {
    updateBlob(store, blob.id, { got: got + answer.bytes.length });
    return;
  }
  blobMemory(store).hashes.delete(toHex(blob.id));
  if (!equalBytes(blobIdOf(size, hashes), blob.id)) return damaged(ctx, blob);
  files.finishPart(blob.id);
  arrived(ctx, blob, size);
}

/**
 * Of what there is of it. After a restart the file itself is read, and so it is where it has become shorter than what was written: by a cleaner, a
 * hand, a folder put back to a backup (SPEC ATT-22).
 */
function hashesOfPart(ctx: StepContext, blob: BlobRow): Uint8Array[] {
  const memory = blobMemory(ctx.store).hashes;
  const key = toHex(blob.id);
  const known = memory.get(key);
  if (known !== undefined && ctx.files.partLength(blob.id) >= known.length * BLOB_CHUNK) return known;
  const hashes: Uint8Array[] = [];
  const whole = Math.floor(ctx.files.partLength(blob.id) / BLOB_CHUNK);
  for (let chunk = 0; chunk < whole; chunk += 1)
    hashes.push(chunkHash(ctx.files.readPart(blob.id, chunk * BLOB_CHUNK, BLOB_CHUNK)));
  // A part that reaches to the end has been found wanting, or its last piece was not counted: its end comes once more.
  while (hashes.length > 0 && hashes.length * BLOB_CHUNK >= blob.sealed) hashes.pop();
  memory.set(key, hashes);
  return hashes;
}

/** It was taken away between two looks: it begins with what is there. Who takes it away each time does not make the cloud give it without an end. */
function partGone(ctx: StepContext, blob: BlobRow): void {
  const { hashes, taken } = blobMemory(ctx.store);
  const key = toHex(blob.id);
  hashes.delete(key);
  const times = taken.get(key) ?? 0;
  taken.set(key, times + 1);
  const waits = times === 0 ? 0 : Math.min(LONGEST_TAKEN_MS, AGAIN_MS * 2 ** (times - 1));
  updateBlob(ctx.store, blob.id, { got: 0, notBeforeMs: waits === 0 ? 0 : ctx.clock.now() + waits });
}

/** Two messages may say different sizes of one blob: the cloud's counts where any of them says so. */
function isSizeOf(ctx: StepContext, blob: BlobRow, size: number): boolean {
  const sizes = ctx.store.all<{ size: number }>(
    'SELECT size FROM attachment WHERE blob_id = ? AND suite = 1',
    blob.id,
  );
  return sizes.some((one) => sealedBlobLength(one.size) === size);
}

function arrived(ctx: StepContext, blob: BlobRow, size: number): void {
  const { store } = ctx;
  blobMemory(store).taken.delete(toHex(blob.id));
  let named = false;
  store.write(() => {
    store.run('UPDATE blob SET sealed = ? WHERE id = ?', size, blob.id);
    named = cameHere(store, blob.id, size);
  });
  if (named) ctx.signal({ type: 'dirty', zone: 'messages' });
}

/** What came is not what was asked for. */
function damaged(ctx: StepContext, blob: BlobRow): void {
  const { store, files } = ctx;
  files.dropPart(blob.id);
  blobMemory(store).hashes.delete(toHex(blob.id));
  const attempts = blob.attempts + 1;
  if (attempts >= MOST_ATTEMPTS) fail(ctx, blob, 'damaged');
  else updateBlob(store, blob.id, { got: 0, attempts, notBeforeMs: ctx.clock.now() + attempts * AGAIN_MS });
}

function fail(ctx: StepContext, blob: BlobRow, failure: 'gone' | 'damaged'): void {
  ctx.files.dropPart(blob.id);
  blobMemory(ctx.store).hashes.delete(toHex(blob.id));
  updateBlob(ctx.store, blob.id, { got: 0, attempts: 0, failure });
}
