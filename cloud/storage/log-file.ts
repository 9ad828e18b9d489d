/**
 * The write-ahead log and its shared index looked at from outside, before SQLite opens the database: SQLite takes a log up to the
 * first frame that does not add up, says nothing of what stood behind it, and writes over that.
 *
 * Format: sqlite.org/fileformat2.html#walformat and sqlite.org/walformat.html. The log: a header of 32 bytes, then frames of 24
 * bytes and a page each; the checksums run through, over header and frames. Two salts name the log's round: whoever begins it
 * again from its start counts the first one up. The index: two equal headers of 48 bytes, in this machine's byte order.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { endianness } from 'node:os';

const HEADER = 32;
const FRAME_HEADER = 24;
const MAGIC = 0x377f_0682;
const INDEX_VERSION = 3_007_000;
const INDEX_HEADER = 48;
const bigEndianHere = endianness() === 'BE';

export type LogFile = {
  size: number;
  /** In hex; null where the file is too short for its header. */
  salts: string | null;
  /** Frames up to the last commit that adds up: what SQLite takes. None where the header does not add up. */
  committed: number;
  /**
   * A frame does not add up, and behind its transaction another had begun: it had been on the disk, and answered. The frames of a
   * transaction that was never committed have no other behind them.
   */
  broken: boolean;
};

export type LogIndex = { salts: string; frames: number; inDatabase: number };

/** Null: there is none. */
const opened = <T>(path: string, read: (file: number, size: number) => T): T | null => {
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
};

const bytesAt = (file: number, at: number, length: number): Buffer => {
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, readSync(file, bytes, 0, length, at));
};

type Sum = readonly [number, number];

/** SQLite's checksum. */
const added = ([first, second]: Sum, bytes: Buffer, bigEndian: boolean): Sum => {
  let a = first;
  let b = second;
  for (let at = 0; at + 8 <= bytes.length; at += 8) {
    a = (a + (bigEndian ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at)) + b) >>> 0;
    b = (b + (bigEndian ? bytes.readUInt32BE(at + 4) : bytes.readUInt32LE(at + 4)) + a) >>> 0;
  }
  return [a, b];
};

const sumAt = (bytes: Buffer, at: number): Sum => [bytes.readUInt32BE(at), bytes.readUInt32BE(at + 4)];
const same = (one: Sum, other: Sum): boolean => one[0] === other[0] && one[1] === other[1];

const frames = (file: number, size: number, header: Buffer): Pick<LogFile, 'committed' | 'broken'> => {
  const nothing = { committed: 0, broken: false };
  const magic = header.readUInt32BE(0);
  const pageSize = header.readUInt32BE(8);
  if ((magic & ~1) !== MAGIC || pageSize < 512 || pageSize > 65_536 || (pageSize & (pageSize - 1)) !== 0)
    return nothing;
  const bigEndian = (magic & 1) === 1;
  let sum = added([0, 0], header.subarray(0, 24), bigEndian);
  if (!same(sum, sumAt(header, 24))) return nothing;

  const salts = header.subarray(16, 24);
  const length = FRAME_HEADER + pageSize;
  let committed = 0;
  let adds = true;
  /** Behind the first frame that does not add up: a commit that hangs together with the frames before it. */
  let commitBehind = false;
  for (let no = 1, at = HEADER; at + length <= size; no += 1, at += length) {
    const frame = bytesAt(file, at, length);
    // Of an earlier round: what stands from here on was in the database before this one began.
    if (frame.length < length || !frame.subarray(8, 16).equals(salts)) break;
    const isCommit = frame.readUInt32BE(4) !== 0;
    const said = sumAt(frame, 16);
    const follows = same(
      added(added(sum, frame.subarray(0, 8), bigEndian), frame.subarray(FRAME_HEADER), bigEndian),
      said,
    );
    if (adds && follows) {
      if (isCommit) committed = no;
    } else if (!follows) {
      adds = false;
      commitBehind = false;
    } else if (commitBehind) {
      return { committed, broken: true };
    } else commitBehind = isCommit;
    sum = said;
  }
  return { committed, broken: false };
};

export const readLog = (path: string): LogFile | null =>
  opened(path, (file, size) => {
    const header = bytesAt(file, 0, HEADER);
    if (header.length < HEADER) return { size, salts: null, committed: 0, broken: false };
    return { size, salts: header.toString('hex', 16, 24), ...frames(file, size, header) };
  });

/** Which round the log is of; null where there is nothing in it. */
export const saltsOfLog = (path: string): string | null =>
  opened(path, (file) => {
    const header = bytesAt(file, 0, HEADER);
    return header.length < HEADER ? null : header.toString('hex', 16, 24);
  });

/** Null where it cannot be relied on: it is not there, or was not written as a whole. */
export const readIndex = (path: string): LogIndex | null =>
  opened(path, (file) => {
    const bytes = bytesAt(file, 0, 2 * INDEX_HEADER + 4);
    if (bytes.length < 2 * INDEX_HEADER + 4) return null;
    const header = bytes.subarray(0, INDEX_HEADER);
    const number = (at: number) => (bigEndianHere ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at));
    if (!header.equals(bytes.subarray(INDEX_HEADER, 2 * INDEX_HEADER))) return null;
    if (number(0) !== INDEX_VERSION || header[12] !== 1) return null;
    const sum = added([0, 0], header.subarray(0, 40), bigEndianHere);
    if (!same(sum, [number(40), number(44)])) return null;
    return { salts: header.toString('hex', 32, 40), frames: number(16), inDatabase: number(96) };
  });
