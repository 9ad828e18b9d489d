/**
 * The write-ahead log looked at from outside, before SQLite opens the database: SQLite takes a log up to the first frame that does not add
 * up and says nothing of what stood behind it. Its frames' headers are not encrypted (their pages are), so no key is needed.
 *
 * Format: sqlite.org/fileformat2.html#walformat. A header of 32 bytes, then frames of 24 bytes and a page each; the checksums run
 * through, over header and frames.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const HEADER = 32;
const FRAME_HEADER = 24;
const MAGIC = 0x377f0682;

/**
 * missing: no file. empty: nothing was left in it. whole: up to its end, or to frames of an earlier round. damaged: a frame of this round
 * does not add up, so it and what stands behind it is lost. After a power failure that can be a transaction that was never committed;
 * from outside the two cannot be told apart, nor can a log that was cut between two frames from one that ends there (judge-log.ts can).
 */
export type LogState = 'missing' | 'empty' | 'whole' | 'damaged';

export type Log = {
  state: LogState;
  /** Frames up to the last commit before anything that does not add up: what SQLite would take. */
  committed: number;
  /** Up to the last frame that says that it is of this round. */
  frames: number;
  /** Of this round, 8 bytes; null where its head cannot be read. */
  salt: Buffer | null;
};

const nothing = (state: LogState): Log => ({ state, committed: 0, frames: 0, salt: null });

export function readLog(path: string): Log {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return nothing('missing');
    throw error;
  }
  try {
    const { size } = fstatSync(file);
    return size === 0 ? nothing('empty') : look(file, size);
  } finally {
    closeSync(file);
  }
}

function look(file: number, size: number): Log {
  const header = Buffer.alloc(HEADER);
  if (readSync(file, header, 0, HEADER, 0) < HEADER) return nothing('damaged');
  const magic = header.readUInt32BE(0);
  const bigEndian = (magic & 1) === 1;
  const pageSize = header.readUInt32BE(8);
  if ((magic & ~1) !== MAGIC || pageSize < 512 || pageSize > 65_536 || (pageSize & (pageSize - 1)) !== 0)
    return nothing('damaged');
  const sum = new Sum(bigEndian);
  sum.add(header, 0, 24);
  if (!sum.equals(header.readUInt32BE(24), header.readUInt32BE(28))) return nothing('damaged');
  const log: Log = { state: 'whole', committed: 0, frames: 0, salt: header.subarray(16, 24) };
  const frame = Buffer.alloc(FRAME_HEADER + pageSize);
  let over = false;
  for (let n = 1; HEADER + n * frame.length <= size; n += 1) {
    const at = HEADER + (n - 1) * frame.length;
    readSync(file, frame, 0, over ? FRAME_HEADER : frame.length, at);
    // Of an earlier round: what stands here was in the database before this log began.
    const earlier = !frame.subarray(8, 16).equals(log.salt as Buffer);
    if (earlier) {
      over = true;
      continue;
    }
    log.frames = n;
    if (over) {
      log.state = 'damaged';
      continue;
    }
    sum.add(frame, 0, 8);
    sum.add(frame, FRAME_HEADER, frame.length);
    if (sum.equals(frame.readUInt32BE(16), frame.readUInt32BE(20))) {
      if (frame.readUInt32BE(4) !== 0) log.committed = n;
    } else {
      log.state = 'damaged';
      over = true;
    }
  }
  return log;
}

/** SQLite's checksum, over words in the byte order that the header names. */
export class Sum {
  #a = 0;
  #b = 0;
  readonly #bigEndian: boolean;
  constructor(bigEndian: boolean) {
    this.#bigEndian = bigEndian;
  }
  add(bytes: Buffer, from: number, to: number): void {
    let a = this.#a;
    let b = this.#b;
    for (let at = from; at < to; at += 8) {
      const x = this.#bigEndian ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at);
      const y = this.#bigEndian ? bytes.readUInt32BE(at + 4) : bytes.readUInt32LE(at + 4);
      a = (a + x + b) >>> 0;
      b = (b + y + a) >>> 0;
    }
    this.#a = a;
    this.#b = b;
  }
  equals(a: number, b: number): boolean {
    return this.#a === a && this.#b === b;
  }
}
