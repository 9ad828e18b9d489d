/**
 * Is the database whole? Looked at before anything is written: through a connection that cannot write, and by the file's own
 * header, since a write-ahead log that belongs to another database would be played into it at the first opening (SPEC ERR-9).
 */
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { databaseFile } from './database.ts';

export type Check = 'none' | 'quick' | 'full';

export class DatabaseDamagedError extends Error {
  override name = 'DatabaseDamagedError';
}

/** Stands as application_id in a backup's header: "LKbk". */
export const BACKUP_ID = 0x4c4b_626b;

/** And in a database that was put back, or goes on without its log, until its incarnations are renewed (restore.ts): "LKre". */
export const UNRENEWED_ID = 0x4c4b_7265;

export const sizeOf = (file: string): number => (existsSync(file) ? statSync(file).size : 0);

/** Whether this file is a backup, by its header alone. */
export const isBackup = (file: string): boolean => {
  if (sizeOf(file) < 100) return false;
  const header = Buffer.alloc(100);
  const handle = openSync(file, 'r');
  try {
    readSync(handle, header, 0, 100, 0);
  } finally {
    closeSync(handle);
  }
  return header.readUInt32BE(68) === BACKUP_ID;
};

const damaged = (file: string, what: string): DatabaseDamagedError =>
  new DatabaseDamagedError(
    `The database ${file} is damaged (${what}). Nothing was changed. Put a backup in its place and start once with --restored; ` +
      'keep the damaged files until that is done.',
  );

export const damagedLog = (file: string, what: string): DatabaseDamagedError =>
  new DatabaseDamagedError(
    `The database ${file} is damaged (${what}), and the last that it accepted is not in it. Nothing was changed. Put a backup in its ` +
      'place and start once with --restored, or start once with --restored as it is, to go on with what can be read; keep the damaged files until that is done.',
  );

export const missingDatabase = (file: string, secret: string): DatabaseDamagedError =>
  new DatabaseDamagedError(
    `The database ${file} is missing or empty, but its secret ${secret} is there. Nothing was changed. Put a backup in its place and ` +
      'start once with --restored; to begin anew without anybody in it, move the secret away.',
  );

/** What is wrong with it, in SQLite's words: none, or ten at the most. */
export const findDamage = (sqlite: Sqlite.Database, check: Exclude<Check, 'none'>): string[] => {
  const pragma = check === 'full' ? 'integrity_check(10)' : 'quick_check(10)';
  const said = (sqlite.pragma(pragma) as { [column: string]: string }[]).flatMap((row) => Object.values(row));
  const wrong = said.filter((line) => line !== 'ok');
  if (wrong.length > 0 || check === 'quick') return wrong;
  const foreign = sqlite.pragma('foreign_key_check') as unknown[];
  return foreign.length === 0 ? [] : [`${foreign.length} rows refer to rows that are not there`];
};

/** SQLite could not make sense of the file: nothing that waiting, rights or room would help. */
export const isDamage = (thrown: unknown): boolean =>
  /^SQLITE_(CORRUPT|NOTADB)/.test(String((thrown as { code?: unknown }).code));

/** Throws DatabaseDamagedError; a database that is not there yet is whole. */
export const checkDatabase = (dataDir: string, check: Check): void => {
  const file = databaseFile(dataDir);
  if (check === 'none' || sizeOf(file) === 0) return;
  let wrong: string[];
  try {
    const sqlite = new Sqlite(file, { readonly: true, fileMustExist: true });
    try {
      sqlite.pragma('temp_store = MEMORY');
      sqlite.pragma('busy_timeout = 5000');
      wrong = findDamage(sqlite, check);
    } finally {
      sqlite.close();
    }
  } catch (thrown) {
    if (!isDamage(thrown)) throw thrown;
    wrong = [
      (thrown as { code: string }).code === 'SQLITE_NOTADB'
        ? 'it is no database'
        : 'its pages do not hold together',
    ];
  }
  if (wrong.length > 0) throw damaged(file, wrong.slice(0, 3).join('; ').replace(/\s+/g, ' '));
};
