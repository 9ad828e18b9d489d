/**
 * A write-ahead log that lacks something: noticed before SQLite opens the database, and set aside where the cloud is to go on
 * without what it lacks (SPEC ERR-15, ERR-16).
 *
 * Not damage, since nothing that was answered is missing: frames behind the last commit (a transaction that was not committed, or
 * whose end the power took), a shared index that is gone or of another round (after a power failure it may be any older one), no log
 * where no mark names one.
 */
import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { syncPath } from '../../shared/disk/sync-path.ts';
import {
  type Log,
  readLog,
  readSharedIndex,
  type SharedIndex,
  saltsOfLog,
} from '../../shared/disk/write-ahead-log.ts';
import { LACKING, markedLog, markFile, writeMark } from './log-mark.ts';

const LOOKS = 5;
/** Rounds that others may begin (a command beside the cloud) before the next commit of the cloud names the new one. */
const UNNAMED_ROUNDS = 0xffff;

const isLater = (salts: string, than: string): boolean => {
  const rounds = (Number.parseInt(salts.slice(0, 8), 16) - Number.parseInt(than.slice(0, 8), 16)) >>> 0;
  return rounds >= 1 && rounds <= UNNAMED_ROUNDS;
};

const lacking = (marked: string | null, log: Log | null, index: SharedIndex | null): string | null => {
  // What went on behind it had been committed, and answered.
  if (log?.wentOn) return 'its write-ahead log does not add up';
  if (log !== null && index !== null && index.salts === log.salts && log.committed < index.committed)
    return 'its write-ahead log is cut short or does not add up';
  if (marked === null) return null;
  if (marked === LACKING) return 'its write-ahead log was found to lack something';
  if (log === null) return 'its write-ahead log is missing';
  if (log.salts === null) return 'its write-ahead log is empty or cut short';
  if (log.salts === marked)
    return log.committed === 0 ? 'its write-ahead log is cut short or does not add up' : null;
  return isLater(log.salts, marked) ? null : 'its write-ahead log is an older one, or does not add up';
};

/** What is wrong with the log of this database; null: nothing that was answered is missing in it. */
export const findLostLog = (file: string): string | null => {
  const round = () => [markedLog(file), saltsOfLog(`${file}-wal`)].join();
  for (let look = 1; ; look += 1) {
    const before = round();
    const marked = markedLog(file);
    // First the index: it never counts what is not in the log yet.
    const index = readSharedIndex(`${file}-shm`);
    const what = lacking(marked, readLog(`${file}-wal`), index);
    // A cloud that runs may have begun its log anew meanwhile, when this is a command beside it.
    if (what === null || before === round() || look === LOOKS) return what;
  }
};

const freeFolder = (file: string): string => {
  for (let no = 1; ; no += 1) {
    const folder = join(dirname(file), `${basename(file)}-damaged-${no}`);
    if (!existsSync(folder)) return folder;
  }
};

export type SetAside = { folder: string; undo(): void };

/**
 * Keeps a log that lacks something in a folder of its own, for whoever can read more of it. What it has up to its first fault is
 * played into the database by whoever opens that next; but where the database's file has more of it already, it would be set back in
 * parts, and the log goes. The mark says from now on that something is lacking, until the cloud has begun another log. Null: there
 * is nothing to keep.
 */
export const setLogAside = (file: string): SetAside | null => {
  const parts = ['-wal', '-shm'].filter((part) => existsSync(`${file}${part}`));
  if (parts.length === 0) return null;
  const log = readLog(`${file}-wal`);
  const index = readSharedIndex(`${file}-shm`);
  const marked = markedLog(file);
  const isAhead =
    log !== null && index !== null && index.salts === log.salts && index.written > log.committed;
  const folder = freeFolder(file);
  mkdirSync(folder, { mode: 0o700 });
  const aside = (part: string) => join(folder, `${basename(file)}${part}`);
  for (const part of parts) {
    copyFileSync(`${file}${part}`, aside(part));
    syncPath(aside(part));
  }
  syncPath(folder);
  syncPath(dirname(file));
  writeMark(file, LACKING);
  if (isAhead) for (const part of parts) rmSync(`${file}${part}`);
  return {
    folder,
    undo: () => {
      for (const part of parts) renameSync(aside(part), `${file}${part}`);
      rmSync(folder, { recursive: true, force: true });
      if (marked !== null) writeMark(file, marked);
      else rmSync(markFile(file), { force: true });
    },
  };
};
