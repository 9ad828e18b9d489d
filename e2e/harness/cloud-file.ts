/** Looks into a cloud's files from outside, as somebody who has its disk could. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';

export type StoredRecord = { id: Buffer; ciphertext: Buffer };

/** The live records of all zones with their ciphertext. */
export function recordsOf(folder: string): StoredRecord[] {
  const db = new Database(join(folder, 'cloud.db'), { readonly: true });
  try {
    return db.prepare<[], StoredRecord>('SELECT id, ct AS ciphertext FROM record WHERE ct IS NOT NULL').all();
  } finally {
    db.close();
  }
}

/** How many entries all mailboxes have: what a device of theirs has not acknowledged yet, and one that joins gets (SPEC MBX-6). */
export function mailWaiting(folder: string): number {
  const db = new Database(join(folder, 'cloud.db'), { readonly: true });
  try {
    return db.prepare<[], number>('SELECT count(*) FROM mailbox_entry').pluck().get() ?? 0;
  } finally {
    db.close();
  }
}

/** The names of the files under a folder that contain these bytes. */
export function filesWith(folder: string, bytes: Buffer): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => {
    const path = join(folder, name);
    return statSync(path).isFile() && readFileSync(path).includes(bytes);
  });
}
