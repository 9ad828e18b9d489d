/**
 * The folder of attachments: sealed bytes exactly as they are at the cloud, a file a blob, named by its id. Their keys are in the encrypted
 * database alone, so nothing in the folder says what a file is. A file has its name only once it is whole and on the disk.
 *
 *     attachments/<id>            whole
 *     attachments/<id>.part       of a download, whole chunks from the beginning
 *     attachments/staging/<name>  being sealed by the device's main thread (device/attachments)
 *
 * [Note: who writes files] The main thread seals what a person gives, chunk by chunk as it comes from the window, into `staging`: bytes need
 * not travel to the sync worker and back, and a chunk takes half a millisecond. Everything else is the worker's: it moves a staged file to
 * its place and writes the row, in that order; it writes what comes from the cloud; it removes. So a name in the folder and a row in the
 * database never have two masters. The main thread reads whole files.
 */
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { syncPath } from '../../shared/disk/sync-path.ts';
import { around } from '../../shared/trace.ts';
import { troubleOf } from './damage/signs.ts';
import { hex } from './values.ts';

/** Beside the database. */
export const ATTACHMENTS = 'attachments';
export const STAGING = 'staging';
const PART = '.part';
/** What was being sealed when the app ended is of no use to anybody. */
const STAGED_AT_MOST_MS = 24 * 60 * 60_000;

export type BlobFiles = {
  /** Moves a staged file to its place. Throws when it is not there. */
  adopt(staged: string, id: Uint8Array): void;
  dropStaged(staged: string): void;
  /** Bytes of the whole file; null: it is not here. */
  length(id: Uint8Array): number | null;
  /** Of the whole file, `length` bytes at most; null: it is not here. */
  read(id: Uint8Array, offset: number, length: number): Uint8Array | null;
  partLength(id: Uint8Array): number;
  readPart(id: Uint8Array, offset: number, length: number): Uint8Array;
  /** Writes at `offset`; what was behind it is cut off. */
  writePart(id: Uint8Array, offset: number, bytes: Uint8Array): void;
  /** The part is whole: on the disk, and then under its name. */
  finishPart(id: Uint8Array): void;
  dropPart(id: Uint8Array): void;
  /** The file and what there is of it. */
  remove(id: Uint8Array): void;
  /** All that is here, by id in hex: `whole` or not. Clears the staging folder of what is old. */
  list(nowMs: number): { id: string; whole: boolean }[];
};

/** Where a whole file lies. */
export function blobPath(folder: string, id: Uint8Array): string {
  return join(folder, hex(id));
}

export function blobFiles(folder: string): BlobFiles {
  const staging = join(folder, STAGING);
  const whole = (id: Uint8Array): string => blobPath(folder, id);
  const part = (id: Uint8Array): string => whole(id) + PART;
  const make = (): void => void mkdirSync(staging, { recursive: true, mode: 0o700 });
  const safe = (name: string): string => {
    if (!/^[0-9a-f]{1,64}$/.test(name)) throw new Error('Not the name of a staged file.');
    return join(staging, name);
  };
  const lengthOf = (path: string): number | null => unlessGone(() => statSync(path).size);
  return {
    adopt(staged, id) {
      make();
      around('adopt', () => renameSync(safe(staged), whole(id)));
      syncPath(folder);
    },
    dropStaged: (staged) => rmSync(safe(staged), { force: true }),
    length: (id) => lengthOf(whole(id)),
    read: (id, offset, length) => unlessGone(() => readRange(whole(id), offset, length)),
    partLength: (id) => lengthOf(part(id)) ?? 0,
    readPart: (id, offset, length) => readRange(part(id), offset, length),
    writePart(id, offset, bytes) {
      make();
      const path = part(id);
      const file = openSync(path, offset === 0 ? 'w' : 'r+', 0o600);
      try {
        around('writePart', () => {
          for (let at = 0; at < bytes.length; )
            at += writeSync(file, bytes, at, bytes.length - at, offset + at);
        });
      } finally {
        closeSync(file);
      }
      if ((lengthOf(path) ?? 0) > offset + bytes.length) truncateSync(path, offset + bytes.length);
    },
    finishPart(id) {
      syncPath(part(id));
      around('finishPart', () => renameSync(part(id), whole(id)));
      syncPath(folder);
    },
    dropPart: (id) => rmSync(part(id), { force: true }),
    remove(id) {
      around('remove', () => rmSync(whole(id), { force: true }));
      rmSync(part(id), { force: true });
    },
    list(nowMs) {
      const found: { id: string; whole: boolean }[] = [];
      for (const name of names(folder)) {
        const id = name.endsWith(PART) ? name.slice(0, -PART.length) : name;
        if (/^[0-9a-f]{64}$/.test(id)) found.push({ id, whole: id === name });
      }
      for (const name of names(staging)) {
        const path = join(staging, name);
        const changedMs = unlessGone(() => statSync(path).mtimeMs);
        if (changedMs !== null && nowMs - changedMs > STAGED_AT_MOST_MS)
          around('clearStaging', () => rmSync(path, { force: true }));
      }
      return found;
    },
  };
}

function names(folder: string): string[] {
  return unlessGone(() => readdirSync(folder)) ?? [];
}

/** What `look` gives; null where there is nothing of that name. */
function unlessGone<T>(look: () => T): T | null {
  try {
    return look();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

const FILE_CALLS = new Set(
  'open read write close stat fstat fsync ftruncate rename mkdir unlink rm rmdir scandir'.split(' '),
);

/** The system's own word of a file or folder, but for a full disk. A connection's errors name some of the same calls. */
export function isFileError(error: unknown): error is NodeJS.ErrnoException {
  const { code, syscall } = (error ?? {}) as { code?: unknown; syscall?: unknown };
  if (typeof code !== 'string' || typeof syscall !== 'string') return false;
  if (troubleOf(error) === 'diskFull') return false;
  return FILE_CALLS.has(syscall) && !/^(ECONN|EPIPE|ETIMEDOUT|ENET|EHOST)/.test(code);
}

export function readRange(path: string, offset: number, length: number): Uint8Array {
  const file = openSync(path, 'r');
  try {
    const bytes = new Uint8Array(length);
    let got = 0;
    while (got < length) {
      const read = readSync(file, bytes, got, length - got, offset + got);
      if (read === 0) break;
      got += read;
    }
    return bytes.subarray(0, got);
  } finally {
    closeSync(file);
  }
}

/** The folder of a database: beside it. */
export function attachmentsFolder(dbPath: string): string {
  return join(dirname(dbPath), ATTACHMENTS);
}
