/**
 * A small file beside the database that names the write-ahead log that must be there. A log that is gone, or an older one in its
 * place, looks to SQLite like a database that was closed; without this nobody would know that anything is missing (SPEC ERR-15).
 *
 * Invariants
 * - It names a log only when a transaction in that log is on disk, and it does so before anybody hears of that transaction.
 * - It names none before the log is emptied or taken away, however the process ends after that.
 * - It has always the same length and is written in place: a full disk does not keep it from being taken back.
 * - What it says is read anew each time: an invitation is made by a process of its own beside a cloud that runs.
 */
import { closeSync, existsSync, fdatasyncSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { syncPath } from '../../shared/disk/sync-path.ts';
import { saltsOfLog } from '../../shared/disk/write-ahead-log.ts';

const NONE = '-'.repeat(16);
/** A log that is known to lack something: what says so elsewhere is written over while it is looked at. */
export const LACKING = 'lacking---------';
const FORM = /^log ([0-9a-f]{16}|lacking-{9})\n$/;

export const markFile = (file: string): string => `${file}-running`;

/** The salts of the log that must be there; null: none need be. What cannot be understood claims nothing. */
export const markedLog = (file: string): string | null => {
  try {
    return FORM.exec(readFileSync(markFile(file), 'latin1'))?.[1] ?? null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
};

export const writeMark = (file: string, salts: string | null): void => {
  const path = markFile(file);
  const made = !existsSync(path);
  const handle = openSync(path, made ? 'wx' : 'r+', 0o600);
  try {
    writeSync(handle, `log ${salts ?? NONE}\n`, 0, 'latin1');
    fdatasyncSync(handle);
  } finally {
    closeSync(handle);
  }
  if (made) syncPath(dirname(path));
};

const open = new Set<LogMark>();
// SQLite closes what is open when a process ends by itself, and takes the log away with it.
const atExit = (): void => {
  for (const mark of open) mark.takeBack();
};

export class LogMark {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
    if (open.size === 0) process.on('exit', atExit);
    open.add(this);
  }

  /** After a commit, before it is answered. The commit stands, whether this can be written or not: then the next one tries again. */
  keep(): void {
    try {
      const salts = saltsOfLog(`${this.#file}-wal`);
      if (salts !== null && salts !== markedLog(this.#file)) writeMark(this.#file, salts);
    } catch {}
  }

  /** Before the log is emptied. False: that could not be written, and the log is to stay. */
  takeBack(): boolean {
    try {
      if (markedLog(this.#file) !== null) writeMark(this.#file, null);
      return true;
    } catch {
      return false;
    }
  }

  /** It was emptied. Somebody who wrote at the same time, through another connection, may have named the log that went. */
  gone(): void {
    if (saltsOfLog(`${this.#file}-wal`) === null) this.takeBack();
  }

  /** The database is closed. Its log stays where somebody else has it open, or the disk is full. */
  end(): void {
    open.delete(this);
    if (open.size === 0) process.off('exit', atExit);
    if (saltsOfLog(`${this.#file}-wal`) !== null) this.keep();
    else if (!existsSync(`${this.#file}-wal`)) rmSync(markFile(this.#file), { force: true });
  }
}
