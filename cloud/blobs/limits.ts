/** The numbers of blobs (SPEC BLB-10 to BLB-18). */
import { BLOB_CHUNK, sealedBlobLength } from '../../shared/crypto/blobs.ts';

/** What a call takes or gives at once. */
export const LARGEST_TRANSFER = 16 * BLOB_CHUNK;
export const MOST_STATES = 400;
/** What a record or an envelope may name. */
export const MOST_NAMED = 32;
/** What an account may have put without a record that names it. */
const MOST_UPLOADS = 10_000;
export const UPLOAD_KEPT_MS = 24 * 3_600_000;
/** After an account's last device has acknowledged an envelope: long enough for a device that fetches files on demand. */
export const MAIL_KEPT_MS = 30 * 24 * 3_600_000;

export type BlobLimits = { largestBlob: number; mostUploads: number };

/** A file of 100 MiB, as it is sealed. */
export const DEFAULT_BLOB_LIMITS: BlobLimits = {
  largestBlob: sealedBlobLength(100 * 1024 ** 2),
  mostUploads: MOST_UPLOADS,
};
