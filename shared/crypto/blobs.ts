/**
 * Sealing blobs, the bytes of attachments (SPEC BLB-1 to BLB-5). Pure and synchronous, a chunk at a time: who calls brings the
 * bytes and stores them. Runs on devices; of it the cloud uses the lengths and the id alone.
 *
 * The file is filled with zeros to its Padmé length and cut into pieces of 65,496 bytes; each becomes a chunk of 64 KiB (the last
 * one is shorter), so chunk i begins at byte i * 65,536 of the blob and opens without the others:
 *
 *     nonce 24 | XChaCha20-Poly1305(piece) with its tag of 16
 *     associated data, 22 bytes, big-endian:  suite u8 | size u64 | chunk u32 | chunks u32 | last u8, then "blob"
 *
 * `size` is the file's own; it and the key travel in the message's core, which its sender signed. A key is for one blob, so a
 * chunk of another blob does not open; nor does one at another place, or a last one where more should follow.
 *
 * [Note: the nonce is of the content] nonce = keyed BLAKE2b over associated data and piece, cut to 24 bytes. The same file under
 * the same key is the same blob: an upload goes on after a restart, and whoever has the file can put a blob again that the cloud
 * lost, with nothing but the message. Where a file changes under a device's hands no nonce serves twice.
 *
 * The id is a hash of the sealed bytes (`blobIdOf`), so the cloud can check an upload, and nobody can put other bytes under
 * an id that he knows.
 */
import { concatBytes, requireLength, u32be, utf8 } from './bytes.ts';
import { SealError } from './errors.ts';
import { deriveKey, hash256 } from './hash.ts';
import { padmeLength } from './padme.ts';
import type { Random } from './random.ts';
import { fastHash, fastOpen, fastSeal } from './sodium.ts';

/** 1: XChaCha20-Poly1305 in chunks of 64 KiB, nonces of the content, Padmé. */
export const BLOB_SUITE = 1;
export const BLOB_ID_BYTES = 32;
export const BLOB_KEY_BYTES = 32;
/** A chunk of the blob: what the cloud counts in. */
export const BLOB_CHUNK = 65_536;
const NONCE = 24;
const TAG = 16;
/** What a chunk holds of the file. */
export const BLOB_PIECE = BLOB_CHUNK - NONCE - TAG;
/** The largest file that can be sealed: 1,008 MiB. Padmé’s arithmetic ends below 1 GiB. */
export const LARGEST_FILE = 0x3f00_0000;

const KEY_LABEL = 'lockstep/blob-key/v1';
const NONCE_LABEL = 'lockstep/blob-nonce/v1';
const ID_HEAD = utf8('lockstep/blob/v1\0');
const AD_END = utf8('blob');

function requireSize(size: number): void {
  if (!Number.isInteger(size) || size < 0 || size > LARGEST_FILE)
    throw new RangeError(`A file has 0 to ${LARGEST_FILE} bytes, not ${size}.`);
}

/** A key for one new blob. */
export function newBlobKey(random: Random): Uint8Array {
  const key = random(BLOB_KEY_BYTES);
  requireLength(key, BLOB_KEY_BYTES, 'A blob key');
  return key;
}

/** How many chunks a file of `size` bytes becomes: one at least. */
export function blobChunks(size: number): number {
  requireSize(size);
  return Math.ceil(padmeLength(size) / BLOB_PIECE);
}

/** The blob's length at the cloud, of a file of `size` bytes. */
export function sealedBlobLength(size: number): number {
  return padmeLength(size) + blobChunks(size) * (NONCE + TAG);
}

/** The chunks that hold the file's bytes `from` to `to` (exclusive, more than `from`): `first` to `last`, both included. */
export function chunksOfRange(from: number, to: number): { first: number; last: number } {
  if (!(from >= 0 && to > from)) throw new RangeError(`Not a range: ${from} to ${to}.`);
  return { first: Math.floor(from / BLOB_PIECE), last: Math.floor((to - 1) / BLOB_PIECE) };
}

/** The file's bytes in one chunk, `to` exclusive: none of them (`from` = `to`) where a chunk is all padding. */
export function rangeOfChunk(size: number, chunk: number): { from: number; to: number } {
  requireChunk(size, chunk);
  const from = Math.min(size, chunk * BLOB_PIECE);
  return { from, to: Math.min(size, from + BLOB_PIECE) };
}

function requireChunk(size: number, chunk: number): void {
  if (!Number.isInteger(chunk) || chunk < 0 || chunk >= blobChunks(size))
    throw new RangeError(`A file of ${size} bytes has no chunk ${chunk}.`);
}

function u64be(value: number): Uint8Array {
  return concatBytes(u32be(Math.floor(value / 2 ** 32)), u32be(value % 2 ** 32));
}

export type BlobCipher = {
  readonly chunks: number;
  /** Of the whole blob. */
  readonly sealedLength: number;
  /** The length of a sealed chunk. */
  lengthOf(chunk: number): number;
  /** `piece`: exactly the file's bytes of `rangeOfChunk`. The same piece gives the same bytes. */
  seal(chunk: number, piece: Uint8Array): Uint8Array<ArrayBuffer>;
  /** The file's bytes in this chunk, or a SealError; never other bytes. */
  open(chunk: number, sealed: Uint8Array): Uint8Array;
};

/**
 * For one blob: its key, and the size of its file. Throws a SealError `unknown_suite` for a suite of a newer app, and a RangeError
 * for a key or size of the wrong form.
 */
export function createBlobCipher(options: { key: Uint8Array; size: number; suite?: number }): BlobCipher {
  const { key, size, suite = BLOB_SUITE } = options;
  if (suite !== BLOB_SUITE)
    throw new SealError('unknown_suite', `A blob of suite ${suite}: a newer app wrote it.`);
  requireLength(key, BLOB_KEY_BYTES, 'A blob key');
  const chunks = blobChunks(size);
  const padded = padmeLength(size);
  const sealKey = deriveKey(key, KEY_LABEL);
  const nonceKey = deriveKey(key, NONCE_LABEL);

  const pieceLength = (chunk: number): number => Math.min(BLOB_PIECE, padded - chunk * BLOB_PIECE);
  const associated = (chunk: number): Uint8Array =>
    concatBytes(
      new Uint8Array([suite]),
      u64be(size),
      u32be(chunk),
      u32be(chunks),
      new Uint8Array([chunk === chunks - 1 ? 1 : 0]),
      AD_END,
    );

  return {
    chunks,
    sealedLength: sealedBlobLength(size),
    lengthOf: (chunk) => {
      requireChunk(size, chunk);
      return NONCE + pieceLength(chunk) + TAG;
    },
    seal: (chunk, piece) => {
      const { from, to } = rangeOfChunk(size, chunk);
      requireLength(piece, to - from, `Piece ${chunk}`);
      let filled = piece;
      if (piece.length < pieceLength(chunk)) {
        filled = new Uint8Array(pieceLength(chunk));
        filled.set(piece);
      }
      const ad = associated(chunk);
      const nonce = fastHash(NONCE, nonceKey, [ad, filled]);
      const sealed = fastSeal(sealKey, nonce, ad, filled, filled.length, NONCE);
      sealed.set(nonce);
      return sealed;
    },
    open: (chunk, sealed) => {
      const { from, to } = rangeOfChunk(size, chunk);
      if (!(sealed instanceof Uint8Array) || sealed.length !== NONCE + pieceLength(chunk) + TAG)
        throw new SealError('malformed', `Chunk ${chunk} of a blob has another length.`);
      const nonce = sealed.subarray(0, NONCE);
      const filled = fastOpen(sealKey, nonce, associated(chunk), sealed, NONCE, false);
      for (let at = to - from; at < filled.length; at++)
        if (filled[at] !== 0) throw new SealError('bad_padding', 'The padding is not ours.');
      return filled.subarray(0, to - from);
    },
  };
}

/** What stands for one chunk in the id. */
export function chunkHash(sealed: Uint8Array): Uint8Array {
  return hash256(sealed);
}

/** The id of a blob of `size` sealed bytes, from the hashes of all its chunks in order. */
export function blobIdOf(size: number, hashes: readonly Uint8Array[]): Uint8Array {
  for (const hash of hashes) requireLength(hash, 32, 'A chunk’s hash');
  return hash256(ID_HEAD, u64be(size), ...hashes);
}
