/** The ids of blobs that a record or an envelope names: on the wire a list, in a row one behind the other. */
import { BLOB_ID_BYTES } from '../../shared/crypto/blobs.ts';
import { concatBytes, toHex } from '../../shared/crypto/bytes.ts';
import { bytesOf, noMoreThan } from '../http/check.ts';
import { malformed } from '../http/errors.ts';
import { MOST_NAMED } from './limits.ts';

/** Malformed for too many, one that is no id, and one that comes twice. */
export const checkNames = (ids: Uint8Array[]): void => {
  if (ids.length === 0) return;
  noMoreThan(ids, MOST_NAMED, 'blobs');
  const seen = new Set(ids.map((id) => toHex(bytesOf(id, BLOB_ID_BYTES, 'A blob id'))));
  if (seen.size !== ids.length) throw malformed('A blob is named twice.');
};

export const joinNames = (ids: Uint8Array[]): Uint8Array | null =>
  ids.length === 0 ? null : concatBytes(...ids);

const NONE: Uint8Array[] = [];

export const splitNames = (column: Uint8Array | null): Uint8Array[] =>
  column === null
    ? NONE
    : Array.from({ length: column.length / BLOB_ID_BYTES }, (_, i) =>
        column.subarray(i * BLOB_ID_BYTES, (i + 1) * BLOB_ID_BYTES),
      );
