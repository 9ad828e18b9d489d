/**
 * One process per profile. The lock is an exclusive lock on a small SQLite file: the operating system frees it when
 * the process ends, however it ends, on every platform alike. Beside it lies a note of who holds it, so that a
 * second start can say where the first one is.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { z } from 'zod';

const noteSchema = z.object({ pid: z.number().int(), address: z.string().nullable() });
export type RunningNote = z.infer<typeof noteSchema>;

export class ProfileInUse extends Error {
  readonly running: RunningNote | null;
  constructor(profileDir: string, running: RunningNote | null) {
    const where =
      running === null
        ? ''
        : ` It is process ${running.pid}${running.address === null ? '' : `, at ${running.address}`}.`;
    super(
      `Lockstep is already running with the profile ${profileDir}.${where} Use that one, or end it first, or give another --profile.`,
    );
    this.name = 'ProfileInUse';
    this.running = running;
  }
}

export type ProfileLock = {
  /** Says where this process is to be found. The address may hold the start's token: the note is for this person alone. */
  note(address: string | null): void;
  release(): void;
};

export function lockProfile(profileDir: string): ProfileLock {
  mkdirSync(profileDir, { recursive: true, mode: 0o700 });
  const notePath = path.join(profileDir, 'running.json');
  const db = new Database(path.join(profileDir, 'profile.lock'), { timeout: 0 });
  try {
    db.pragma('locking_mode = EXCLUSIVE');
    db.pragma('journal_mode = MEMORY');
    db.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY')) {
      throw new ProfileInUse(profileDir, readNote(notePath));
    }
    throw error;
  }
  const note = (address: string | null): void => {
    try {
      rmSync(notePath, { force: true });
      writeFileSync(notePath, `${JSON.stringify({ pid: process.pid, address })}\n`, { mode: 0o600 });
    } catch {
      // A full disk: a second start then does not say where this one is, and this one starts all the same.
    }
  };
  note(null);
  let held = true;
  return {
    note,
    release(): void {
      if (!held) return;
      held = false;
      rmSync(notePath, { force: true });
      db.close();
    },
  };
}

function readNote(notePath: string): RunningNote | null {
  try {
    return noteSchema.parse(JSON.parse(readFileSync(notePath, 'utf8')));
  } catch {
    return null;
  }
}
