/** What uploads and downloads have in common. */
import { isFileError } from '../../store/blob-files.ts';
import { type BlobRow, updateBlob } from '../../store/blobs.ts';
import type { StepContext } from '../context.ts';

/** What one call carries, in bytes: 16 chunks. */
export const PIECE = 1024 * 1024;
/** A step ends after so long, so that others of its lane and a person's word come in between. */
export const STEP_MS = 700;
/** What went wrong at the other end is begun again, so many times in all before it is given up. */
export const MOST_ATTEMPTS = 3;
/** What could not be read or written comes after the others: the lane rests for less than that (engine/reduce-failed.ts). */
const FILE_AGAIN_MS = 60_000;

/** Where a file was the fault, its blob waits; whoever calls throws the error on. */
export function waitAfterFileError(ctx: StepContext, { id }: BlobRow, error: unknown): void {
  if (isFileError(error)) updateBlob(ctx.store, id, { notBeforeMs: ctx.clock.now() + FILE_AGAIN_MS });
}
