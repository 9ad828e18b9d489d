/**
 * What the index beside the log (`-shm`) says of it: how much of the log was committed, and how much of that is in the database. SQLite makes
 * it anew when it opens a database that nobody has open, so it is read before. It outlives a kill; after a power failure it can be
 * older than the log.
 *
 * Format: sqlite.org/walformat.html#the_wal_index_file_format. A header of 48 bytes, twice, then what checkpoints have done; all in the byte
 * order of this computer, but for the salt, which stands as in the log.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { endianness } from 'node:os';
import { Sum } from './log-file.ts';

const HEADER = 48;
const SUMMED = 40;
const LENGTH = 136;
const VERSION = 3_007_000;

export type SharedIndex = {
  /** Frames of the log that were committed (`mxFrame`). */
  committed: number;
  /** Of those, that a checkpoint has dealt with (`nBackfill`): each page is in the database and on the disk, or once more behind them in the log. */
  written: number;
  /** Up to here a checkpoint may have written that did not come to its end. */
  begun: number;
  salt: Buffer;
};

/** Null: there is none, or it cannot be believed. */
export function readSharedIndex(path: string): SharedIndex | null {
  const bytes = Buffer.alloc(LENGTH);
  try {
    const file = openSync(path, 'r');
    try {
      if (readSync(file, bytes, 0, LENGTH, 0) < LENGTH) return null;
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const bigEndian = endianness() === 'BE';
  const at = (place: number): number => (bigEndian ? bytes.readUInt32BE(place) : bytes.readUInt32LE(place));
  if (!bytes.subarray(0, HEADER).equals(bytes.subarray(HEADER, 2 * HEADER))) return null;
  if (at(0) !== VERSION || bytes[12] !== 1) return null;
  const sum = new Sum(bigEndian);
  sum.add(bytes, 0, SUMMED);
  if (!sum.equals(at(40), at(44))) return null;
  const [committed, written, begun] = [at(16), at(96), at(128)];
  if (written > committed) return null;
  return { committed, written, begun: Math.max(begun, written), salt: bytes.subarray(32, 40) };
}
