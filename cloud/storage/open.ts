/**
 * Opens a cloud's data folder. Whatever is wrong with it stops the start before anything is written: a damaged database, a
 * damaged or missing secret, a backup that was not said to be one.
 *
 * [Note: the secret comes last] At the first start the database is made, then the secret. So a secret without a database means
 * that the database was lost, and a database without a secret that has nobody in it is a first start that was cut short.
 */
import { existsSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { moment } from '../../shared/trace.ts';
import { refuseBackup, undoUnpacking, unpackBackup } from './backup.ts';
import { type Database, databaseFile, openDatabase } from './database.ts';
import { type Check, checkDatabase, isBackup, missingDatabase, sizeOf } from './integrity.ts';
import { type CloudSecret, makeSecret, openSecret, secretFile, secretMissing } from './secret.ts';

/** A cloud in memory as it stood at one moment: its crash, its backup and its restart are made of these. */
export type CloudImage = { database: Uint8Array; secret: CloudSecret };

/** `image` with ':memory:' alone. */
export type OpenOptions = { check?: Check; restored?: boolean; largestBytes?: number; image?: CloudImage };

const hasAccounts = (file: string): boolean => {
  if (sizeOf(file) === 0) return false;
  const sqlite = new Sqlite(file, { readonly: true, fileMustExist: true });
  try {
    if (Number(sqlite.pragma('user_version', { simple: true })) === 0) return false;
    return sqlite.prepare('SELECT 1 FROM account LIMIT 1').get() !== undefined;
  } finally {
    sqlite.close();
  }
};

export const openStorage = async (
  dataDir: string,
  { check = 'quick', restored = false, largestBytes, image }: OpenOptions = {},
): Promise<{ db: Database; secret: CloudSecret }> => {
  if (dataDir === ':memory:') {
    const secret = image?.secret ?? (await makeSecret(dataDir));
    return { secret, db: openDatabase(dataDir, largestBytes, image?.database) };
  }
  const file = databaseFile(dataDir);
  if (restored) undoUnpacking(file);
  const backup = isBackup(file);
  if (backup) refuseBackup(file, restored);
  checkDatabase(dataDir, check);
  if (backup) await unpackBackup(dataDir);
  if (existsSync(secretFile(dataDir))) {
    if (sizeOf(file) === 0) throw missingDatabase(file, secretFile(dataDir));
    const secret = await openSecret(dataDir);
    return { db: openDatabase(dataDir, largestBytes), secret };
  }
  if (hasAccounts(file)) throw secretMissing(dataDir);
  const db = openDatabase(dataDir, largestBytes);
  try {
    moment('before the secret');
    return { db, secret: await makeSecret(dataDir) };
  } catch (error) {
    db.close();
    throw error;
  }
};
