/** Whether a file of the folder is what its name says: all of it is read, a piece at a time, and others have their turn in between. */
import { BLOB_CHUNK, blobIdOf, chunkHash } from '../../../shared/crypto/blobs.ts';
import { equalBytes } from '../../../shared/crypto/bytes.ts';
import type { StepContext } from '../context.ts';
import { PIECE } from './transfer.ts';

export async function isWholeFile({ files, timers }: StepContext, id: Uint8Array): Promise<boolean> {
  const size = files.length(id);
  if (size === null) return false;
  const hashes: Uint8Array[] = [];
  for (let offset = 0; offset < size; offset += PIECE) {
    if (offset > 0) await timers.breathe();
    const bytes = files.read(id, offset, Math.min(PIECE, size - offset));
    if (bytes === null) return false;
    for (let at = 0; at < bytes.length; at += BLOB_CHUNK)
      hashes.push(chunkHash(bytes.subarray(at, at + BLOB_CHUNK)));
  }
  return equalBytes(blobIdOf(size, hashes), id);
}
