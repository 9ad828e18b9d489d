/**
 * Opens a cloud's data folder. Whatever is wrong with it stops the start before anything is written: a damaged database, a log that
 * lacks something, a damaged or missing secret, a backup that was not said to be one.
 *
 * With `restored` it is opened for a new incarnation (restore.ts). A log that lacks something is set aside then, and the cloud goes
 * on with what is readable: devices offer again what they hold.
 *
 * [Note: the secret comes last] At the first start the database is made, then the secret. So a secret without a database means
 * that the database was lost, and a database without a secret that has nobody in it is a first start that was cut short.
 */
import { existsSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { moment } from '../../shared/trace.ts';
import { refuseBackup, undoUnpacking, unpackBackup } from './backup.ts';
import { type Database, databaseFile, openDatabase } from './database.ts';
import { type Check, checkDatabase, damagedLog, isBackup, missingDatabase, sizeOf } from './integrity.ts';
import { findLostLog, type SetAside, setLogAside } from './lost-log.ts';
import { awaitRenewal, refuseUnrenewed } from './restore.ts';
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

/** Sets the log aside where it lacks something and the cloud is to go on all the same. Nothing is left of that when the rest is damaged too. */
const checkWithLog = (dataDir: string, check: Check, restored: boolean): SetAside | null => {
  const file = databaseFile(dataDir);
  const lost = sizeOf(file) === 0 ? null : findLostLog(file);
  if (lost !== null && !restored) throw damagedLog(file, lost);
  const aside = lost === null ? null : setLogAside(file);
  try {
    checkDatabase(dataDir, lost === null ? check : 'full');
  } catch (error) {
    aside?.undo();
    throw error;
  }
  return aside;
};

export type Storage = {
  db: Database;
  secret: CloudSecret;
  /** Where a log that lacks something was kept. */
  keptIn?: string;
};

export const openStorage = async (
  dataDir: string,
  { check = 'quick', restored = false, largestBytes, image }: OpenOptions = {},
): Promise<Storage> => {
  if (dataDir === ':memory:') {
    const secret = image?.secret ?? (await makeSecret(dataDir));
    return { secret, db: openDatabase(dataDir, largestBytes, image?.database) };
  }
  const file = databaseFile(dataDir);
  if (restored) undoUnpacking(file);
  const backup = isBackup(file);
  if (backup) {
    refuseBackup(file, restored);
    checkDatabase(dataDir, check);
    await unpackBackup(dataDir);
  }
  const aside = backup ? null : checkWithLog(dataDir, check, restored);
  if (!restored) refuseUnrenewed(file);
  if (existsSync(secretFile(dataDir))) {
    if (sizeOf(file) === 0) throw missingDatabase(file, secretFile(dataDir));
    const secret = await openSecret(dataDir);
    if (restored) awaitRenewal(file);
    const db = openDatabase(dataDir, largestBytes);
    return { db, secret, ...(aside === null ? {} : { keptIn: aside.folder }) };
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
