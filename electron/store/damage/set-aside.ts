/**
 * Where a damaged database goes, and how far its recovery is: a folder of its own beside the database, `damaged-<date>-<letters>`, with the
 * files as they were and `recovery.json`. Nothing of ours ever deletes it; a person can.
 *
 * [Note: killed in a recovery] Each step can be ended anywhere and is gone on with at the next start:
 *   moving   database, log and index go into the folder, one rename each; nobody opens a database meanwhile
 *   reading  what can be read is written into `rebuilt.db` in the folder, which is made anew when it was cut short
 *   placing  `rebuilt.db` is whole and on the disk; one rename puts it in its place
 *   done     the folder is what was set aside
 * So at any moment there is the damaged database, or the damaged one and a whole new one; never a part of either alone.
 */
import { randomBytes } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { syncPath } from '../../../shared/disk/sync-path.ts';
import { around } from '../../../shared/trace.ts';
import { replaceFile } from '../replace-file.ts';
import { searchIndexPath } from '../search-index.ts';
import { keepsakePath } from './keepsake.ts';

const PREFIX = 'damaged-';
const STATE = 'recovery.json';
export const SUFFIXES = ['', '-wal', '-shm'] as const;
const LOG = ['-wal', '-shm'] as const;
export const REBUILT = 'rebuilt.db';
/** What a recovery makes for itself. */
const WORKING = [REBUILT, 'reading.db', 'replayed.db', 'page.db'] as const;

const PHASES = ['moving', 'reading', 'placing', 'done'] as const;
export type Phase = (typeof PHASES)[number];
/** `cause`: a name, of SQLite's or of ours. */
export type Recovery = { folder: string; phase: Phase; beganMs: number; cause: string };

/** A name out of a list, never a way out of the folder. */
export const isSetAsideName = (name: string): boolean => /^damaged-[0-9TZ-]{10,40}-[0-9a-f]{4}$/.test(name);

export function beginRecovery(dbPath: string, cause: string, nowMs: number): Recovery {
  const folder = makeFolder(dbPath, nowMs);
  const recovery: Recovery = { folder, phase: 'moving', beganMs: nowMs, cause };
  try {
    note(recovery);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  return recovery;
}

function makeFolder(dbPath: string, nowMs: number): string {
  const date = new Date(nowMs).toISOString().replace(/[:.]/g, '-');
  const folder = join(dirname(dbPath), `${PREFIX}${date}-${randomBytes(2).toString('hex')}`);
  mkdirSync(folder, { mode: 0o700 });
  return folder;
}

/** One that a start before this one did not end. */
export function unfinishedRecovery(dbPath: string): Recovery | null {
  return unfinishedRecoveries(dbPath)[0] ?? null;
}

/** A recovery begins where none is under way: more than one is there only where folders were put back by hand. */
export function unfinishedRecoveries(dbPath: string): Recovery[] {
  return allRecoveries(dbPath).filter(({ phase }) => phase !== 'done');
}

export function noteProgress(recovery: Recovery, phase: Phase): void {
  recovery.phase = phase;
  note(recovery);
}

export function moveAside(dbPath: string, { folder }: Recovery): void {
  for (const suffix of SUFFIXES) {
    const from = dbPath + suffix;
    const to = join(folder, basename(from));
    // What is in the folder was moved before; nothing takes its place.
    if (existsSync(from) && !existsSync(to)) around('moveAside', () => renameSync(from, to));
    // Nothing is in it that is not made anew from what is read.
    rmSync(searchIndexPath(dbPath) + suffix, { force: true });
  }
  syncPath(folder);
  syncPath(dirname(dbPath));
}

export function place(dbPath: string, { folder }: Recovery): void {
  const rebuilt = join(folder, REBUILT);
  if (existsSync(rebuilt)) around('place', () => renameSync(rebuilt, dbPath));
  syncPath(dirname(dbPath));
  clearWorking(folder);
}

export function clearWorking(folder: string): void {
  for (const name of WORKING)
    for (const suffix of SUFFIXES) rmSync(join(folder, name + suffix), { force: true });
}

/**
 * The log alone is damaged: a copy of it as it was, and of the index that says how far it went, before SQLite takes what it can read of it.
 * Gives the folder's name.
 */
export function keepLog(dbPath: string, cause: string, nowMs: number): string {
  const folder = makeFolder(dbPath, nowMs);
  try {
    around('keepLog', () => {
      for (const suffix of LOG) {
        if (!existsSync(dbPath + suffix)) continue;
        const copy = join(folder, basename(dbPath) + suffix);
        copyFileSync(dbPath + suffix, copy);
        // It is the only one as soon as SQLite has begun another round.
        syncPath(copy);
      }
    });
    note({ folder, phase: 'done', beganMs: nowMs, cause });
    syncPath(dirname(dbPath));
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  return basename(folder);
}

/** The same, and they are gone from beside the database. The log first: an index alone brings nothing back, a log alone could. */
export function moveLogAside(dbPath: string, cause: string, nowMs: number): string {
  const folder = makeFolder(dbPath, nowMs);
  try {
    note({ folder, phase: 'done', beganMs: nowMs, cause });
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  around('keepLog', () => {
    for (const suffix of LOG)
      if (existsSync(dbPath + suffix)) renameSync(dbPath + suffix, join(folder, basename(dbPath) + suffix));
  });
  syncPath(folder);
  syncPath(dirname(dbPath));
  return basename(folder);
}

export type SetAside = { name: string; folder: string; beganMs: number; cause: string; bytes: number };

/** Newest first; those under way left out. */
export function listSetAside(dbPath: string): SetAside[] {
  return allRecoveries(dbPath)
    .filter(({ phase }) => phase === 'done')
    .map(({ folder, beganMs, cause }) => ({
      name: basename(folder),
      folder,
      beganMs,
      cause,
      bytes: readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0),
    }))
    .sort((a, b) => b.beganMs - a.beganMs);
}

/** A person's own word. False when there is none of that name. */
export function removeSetAside(dbPath: string, name: string): boolean {
  const one = isSetAsideName(name) ? listSetAside(dbPath).find((other) => other.name === name) : undefined;
  if (one === undefined) return false;
  rmSync(one.folder, { recursive: true });
  return true;
}

function allRecoveries(dbPath: string): Recovery[] {
  const parent = dirname(dbPath);
  const found: Recovery[] = [];
  let names: string[];
  try {
    names = readdirSync(parent);
  } catch {
    return []; // no folder, nothing in it
  }
  const unread: string[] = [];
  for (const name of names.filter(isSetAsideName).sort()) {
    const folder = join(parent, name);
    const recovery = readState(folder);
    if (recovery !== null) found.push(recovery);
    else if (!dropEmpty(folder)) unread.push(folder);
  }
  // Never more than one is under way, and the newest alone can be.
  for (const folder of unread.reverse())
    found.push(guessed(dbPath, folder, !found.some(({ phase }) => phase !== 'done')));
  return found;
}

/** Null: it is not there, or it cannot be read. */
function readState(folder: string): Recovery | null {
  try {
    const read = JSON.parse(readFileSync(join(folder, STATE), 'utf8')) as Partial<Recovery>;
    const phase = PHASES.find((one) => one === read.phase);
    if (phase === undefined) return null;
    const { beganMs = statSync(folder).mtimeMs, cause = 'unknown' } = read;
    return { folder, phase, beganMs, cause };
  } catch {
    return null;
  }
}

/** Ended before its first line was written: nothing was moved yet, since that comes first. True: it is gone. */
function dropEmpty(folder: string): boolean {
  try {
    if (readdirSync(folder).some((name) => name !== `${STATE}.new`)) return false;
    rmSync(folder, { recursive: true, force: true });
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}

/**
 * How far it was is not known any more. With a database in the folder and none in its place, it was under way: it is read, though a new one may
 * have been whole already, since the same comes of that; what had not been moved yet, is. Anything else is what was set aside; so, too, where
 * there is no keepsake, since a wipe takes that first and what was set aside before must not come back after it (SPEC DMG-14).
 */
function guessed(dbPath: string, folder: string, mayBe: boolean): Recovery {
  const inFolder = (suffix: string): boolean => existsSync(join(folder, basename(dbPath) + suffix));
  const underWay = mayBe && inFolder('') && !existsSync(dbPath) && existsSync(keepsakePath(dbPath));
  const left = LOG.some((suffix) => existsSync(dbPath + suffix) && !inFolder(suffix));
  const phase = !underWay ? 'done' : left ? 'moving' : 'reading';
  return { folder, phase, beganMs: statSync(folder).mtimeMs, cause: 'unknown' };
}

function note({ folder, phase, beganMs, cause }: Recovery): void {
  const text = `${JSON.stringify({ phase, beganMs, cause })}\n`;
  replaceFile(join(folder, STATE), text, (rename) => around('note', rename));
  syncPath(folder);
}
