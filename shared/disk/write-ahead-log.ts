/**
 * A database's write-ahead log (`-wal`) and the index beside it that connections share (`-shm`), looked at from outside, before SQLite opens
 * the database: SQLite takes a log up to the first frame that does not add up, says nothing of what stood behind it, and writes over that.
 * No key is needed: of an encrypted database the frames' headers and the index are plain. What becomes of a log is each side's own
 * judgement (cloud/storage/lost-log.ts, electron/store/damage/judge-log.ts).
 *
 * Format: https://sqlite.org/fileformat2.html#walformat and https://sqlite.org/walformat.html.
 *   log    a header of 32 bytes, then frames: 24 bytes and a page each. The checksums run through, over header and frames. Two salts name the
 *          log's round: whoever begins it again from its start counts the first one up, and draws the second one.
 *   index  a header of 48 bytes, twice, then what checkpoints have done; in the byte order of the computer, but for the salts, which
 *          stand as in the log. SQLite makes it anew when it opens a database that nobody has open. It outlives a kill; after a power
 *          failure it may be any older one.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { endianness } from 'node:os';

const HEADER = 32;
const FRAME_HEADER = 24;
const MAGIC = 0x377f_0682;

const INDEX_HEADER = 48;
const INDEX_LENGTH = 136;
const INDEX_VERSION = 3_007_000;
const bigEndianHere = endianness() === 'BE';

export type Log = {
  /** Of the file, in bytes. */
  size: number;
  /** Of its round, as its header says, in hex; null where the file is too short for one. */
  salts: string | null;
  /** The header adds up. Where it does not, nothing can be said of any frame, and SQLite takes none. */
  headed: boolean;
  /** From the first one on, frames of this round that add up. */
  whole: number;
  /** Of those, up to the last commit: what SQLite takes. */
  committed: number;
  /** Up to the last frame that says that it is of this round, whatever stands before it. */
  frames: number;
  /**
   * A frame does not add up, and behind its transaction another had begun: so that one had been on the disk as a whole. The frames of a
   * transaction that was never committed have no other behind them.
   */
  wentOn: boolean;
};

/** Null: there is no log. Throws what the file system says of one that is there and cannot be read. */
export function readLog(path: string): Log | null {
  return opened(path, (file, size) => {
    const header = bytesAt(file, 0, HEADER);
    const log: Log = {
      size,
      salts: saltsIn(header),
      headed: false,
      whole: 0,
      committed: 0,
      frames: 0,
      wentOn: false,
    };
    if (log.salts !== null) readFrames(file, header, log);
    return log;
  });
}

/** Which round the log is of; null where there is nothing in it, or no log. */
export function saltsOfLog(path: string): string | null {
  return opened(path, (file) => saltsIn(bytesAt(file, 0, HEADER)));
}

function saltsIn(header: Buffer): string | null {
  return header.length < HEADER ? null : header.toString('hex', 16, 24);
}

function readFrames(file: number, header: Buffer, log: Log): void {
  const magic = header.readUInt32BE(0);
  const pageSize = header.readUInt32BE(8);
  if ((magic & ~1) !== MAGIC || pageSize < 512 || pageSize > 65_536 || (pageSize & (pageSize - 1)) !== 0)
    return;
  const bigEndian = (magic & 1) === 1;
  let sum = added([0, 0], header.subarray(0, 24), bigEndian);
  log.headed = same(sum, sumAt(header, 24));
  if (!log.headed) return;

  const salts = header.subarray(16, 24);
  const frame = Buffer.alloc(FRAME_HEADER + pageSize);
  /** No frame of an earlier round yet. Behind one, those of this round hang together with nothing. */
  let unbroken = true;
  /** Behind the first frame that does not add up: a commit that does, by what the frame before it says. */
  let commitBehind = false;
  for (let no = 1, at = HEADER; at + frame.length <= log.size; no += 1, at += frame.length) {
    const length = unbroken ? frame.length : FRAME_HEADER;
    // Cut short while it is read.
    if (readSync(file, frame, 0, length, at) < length) return;
    if (!frame.subarray(8, 16).equals(salts)) {
      // Of an earlier round: what stands here was in the database before this one began.
      unbroken = false;
      continue;
    }
    log.frames = no;
    if (!unbroken) continue;
    const said = sumAt(frame, 16);
    const begun = added(sum, frame.subarray(0, 8), bigEndian);
    const follows = same(added(begun, frame.subarray(FRAME_HEADER), bigEndian), said);
    const commits = frame.readUInt32BE(4) !== 0;
    if (follows && log.whole === no - 1) {
      log.whole = no;
      if (commits) log.committed = no;
    } else if (!follows) commitBehind = false;
    else if (commitBehind) log.wentOn = true;
    else commitBehind = commits;
    sum = said;
  }
}

export type SharedIndex = {
  /** Of the log that it is of. */
  salts: string;
  /** Frames of the log that were committed (`mxFrame`): never more than are in the log. */
  committed: number;
  /** Of those, that a checkpoint has dealt with (`nBackfill`): each page is in the database and on the disk, or once more behind them in the log. */
  written: number;
  /** Up to here a checkpoint may have written that did not come to its end (`nBackfillAttempted`). */
  begun: number;
};

/** Null: there is none, or it cannot be believed, since it was not written as a whole. */
export function readSharedIndex(path: string): SharedIndex | null {
  return opened(path, (file) => {
    const bytes = bytesAt(file, 0, INDEX_LENGTH);
    if (bytes.length < INDEX_LENGTH) return null;
    const at = (place: number): number =>
      bigEndianHere ? bytes.readUInt32BE(place) : bytes.readUInt32LE(place);
    const header = bytes.subarray(0, INDEX_HEADER);
    if (!header.equals(bytes.subarray(INDEX_HEADER, 2 * INDEX_HEADER))) return null;
    if (at(0) !== INDEX_VERSION || header[12] !== 1) return null;
    if (!same(added([0, 0], header.subarray(0, 40), bigEndianHere), [at(40), at(44)])) return null;
    const [committed, written, begun] = [at(16), at(96), at(128)];
    if (written > committed) return null;
    return { salts: header.toString('hex', 32, 40), committed, written, begun: Math.max(begun, written) };
  });
}

type Sum = readonly [number, number];

/** SQLite's checksum, gone on with over these bytes: words of 4, in the byte order that was agreed on. */
function added([first, second]: Sum, bytes: Buffer, bigEndian: boolean): Sum {
  let a = first;
  let b = second;
  for (let at = 0; at + 8 <= bytes.length; at += 8) {
    a = (a + (bigEndian ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at)) + b) >>> 0;
    b = (b + (bigEndian ? bytes.readUInt32BE(at + 4) : bytes.readUInt32LE(at + 4)) + a) >>> 0;
  }
  return [a, b];
}

function sumAt(bytes: Buffer, at: number): Sum {
  return [bytes.readUInt32BE(at), bytes.readUInt32BE(at + 4)];
}

function same(one: Sum, other: Sum): boolean {
  return one[0] === other[0] && one[1] === other[1];
}

/** Null: there is no such file. */
function opened<T>(path: string, read: (file: number, size: number) => T): T | null {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  try {
    return read(file, fstatSync(file).size);
  } finally {
    closeSync(file);
  }
}

/** As many as there are of them. */
function bytesAt(file: number, at: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, readSync(file, bytes, 0, length, at));
}
