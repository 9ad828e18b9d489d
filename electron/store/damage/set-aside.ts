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
import { around } from '../../../shared/trace.ts';
import { replaceFile } from '../replace-file.ts';
import { searchIndexPath } from '../search-index.ts';
import { syncFolder } from '../sync-folder.ts';

const PREFIX = 'damaged-';
const STATE = 'recovery.json';
export const SUFFIXES = ['', '-wal', '-shm'] as const;
export const REBUILT = 'rebuilt.db';
/** What a recovery makes for itself. */
const WORKING = [REBUILT, 'reading.db', 'page.db'] as const;

export type Phase = 'moving' | 'reading' | 'placing' | 'done';
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
    if (existsSync(from)) around('moveAside', () => renameSync(from, join(folder, basename(from))));
    // Nothing is in it that is not made anew from what is read.
    rmSync(searchIndexPath(dbPath) + suffix, { force: true });
  }
  syncFolder(folder);
  syncFolder(dirname(dbPath));
}

export function place(dbPath: string, { folder }: Recovery): void {
  const rebuilt = join(folder, REBUILT);
  if (existsSync(rebuilt)) around('place', () => renameSync(rebuilt, dbPath));
  syncFolder(dirname(dbPath));
  clearWorking(folder);
}

export function clearWorking(folder: string): void {
  for (const name of WORKING)
    for (const suffix of SUFFIXES) rmSync(join(folder, name + suffix), { force: true });
}

/** The log alone is damaged: a copy of it as it was, before SQLite goes on without it. Gives the folder's name. */
export function keepLog(dbPath: string, cause: string, nowMs: number): string {
  const folder = makeFolder(dbPath, nowMs);
  try {
    around('keepLog', () => copyFileSync(`${dbPath}-wal`, join(folder, `${basename(dbPath)}-wal`)));
    note({ folder, phase: 'done', beganMs: nowMs, cause });
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
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
  for (const name of names.filter(isSetAsideName).sort()) {
    const folder = join(parent, name);
    try {
      const read = JSON.parse(readFileSync(join(folder, STATE), 'utf8')) as Partial<Recovery>;
      found.push({
        folder,
        phase: read.phase ?? 'done',
        beganMs: read.beganMs ?? statSync(folder).mtimeMs,
        cause: read.cause ?? 'unknown',
      });
    } catch {
      // Ended before its first line was written: nothing was moved yet, since that comes first.
      if (!existsSync(join(folder, basename(dbPath)))) rmSync(folder, { recursive: true, force: true });
    }
  }
  return found;
}

function note({ folder, phase, beganMs, cause }: Recovery): void {
  const text = `${JSON.stringify({ phase, beganMs, cause })}\n`;
  replaceFile(join(folder, STATE), text, (rename) => around('note', rename));
  syncFolder(folder);
}
