/**
 * Backups (SPEC ERR-10). `backUp` copies a cloud, running or not, into one file: the database as it was at one moment, and the
 * secret in a table of its own, without which no password would be worth anything. `unpackBackup` turns such a file, put where
 * the database belongs, into a data folder again.
 *
 * Invariants
 * - The file has its name only when it is whole, checked and on disk; a file that is there is never replaced.
 * - For its owner alone: what it holds is what the data folder holds.
 * - A backup does not start without --restored, which tells the devices (restore.ts), and never over another secret. It is
 *   unpacked only after the check of every start has found it whole (open.ts). Unpacked, it does not start without --restored either
 *   until the devices will be told: until its incarnations are renewed.
 */
import { randomBytes } from 'node:crypto';
import { chmodSync, closeSync, existsSync, linkSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import Sqlite from 'better-sqlite3';
import { syncPath } from '../../shared/disk/sync-path.ts';
import { moment } from '../../shared/trace.ts';
import { databaseFile } from './database.ts';
import { BACKUP_ID, DatabaseDamagedError, findDamage, isDamage, sizeOf, UNRENEWED_ID } from './integrity.ts';
import { findLostLog } from './lost-log.ts';
import { placeSecret, readSecret, secretFile } from './secret.ts';

export class BackupError extends Error {
  override name = 'BackupError';
}

const ALL_PAGES = 0x7fff_ffff;

/** Names what is written and on disk; never in the place of something else. */
const nameFor = (draft: string, file: string): void => {
  try {
    linkSync(draft, file);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EEXIST' || existsSync(file)) throw alreadyThere(file);
    // A file system without hard links, such as a memory stick's.
    renameSync(draft, file);
  }
};

const alreadyThere = (file: string) =>
  new BackupError(`${file} is there already and was left as it is: choose another name.`);

const noBackup = (what: string) =>
  new DatabaseDamagedError(
    `The cloud's database is damaged (${what}), so this would be no backup. Nothing was written.`,
  );

const whole = (sqlite: Sqlite.Database): void => {
  const wrong = findDamage(sqlite, 'quick');
  if (wrong[0] !== undefined) throw noBackup(wrong[0]);
};

/** Returns the size of the backup. */
export const backUp = async (dataDir: string, target: string, now: number): Promise<number> => {
  const file = resolve(target);
  if (existsSync(file)) throw alreadyThere(file);
  const source = databaseFile(dataDir);
  if (sizeOf(source) === 0) throw new BackupError(`There is no cloud in ${dataDir}.`);
  // Reading it through SQLite would take what is left of the log for all there was.
  const lost = findLostLog(source);
  if (lost !== null) throw noBackup(lost);
  const secret = await readSecret(dataDir);
  const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}.part`;
  try {
    closeSync(openSync(draft, 'wx', 0o600));
  } catch (cause) {
    throw new BackupError(`${file} cannot be written there.`, { cause });
  }
  try {
    const from = new Sqlite(source, { readonly: true, fileMustExist: true });
    try {
      from.pragma('busy_timeout = 5000');
      // All at once: one moment of the cloud, and no starting over when it writes meanwhile.
      await from.backup(draft, { progress: () => ALL_PAGES });
    } finally {
      from.close();
    }
    moment('after the copy');
    const copy = new Sqlite(draft);
    try {
      copy.pragma('temp_store = MEMORY');
      copy.pragma('journal_mode = DELETE');
      copy.pragma('synchronous = FULL');
      whole(copy);
      copy.exec('CREATE TABLE backup (secret TEXT NOT NULL, made_ms INTEGER NOT NULL) STRICT');
      copy.prepare('INSERT INTO backup (secret, made_ms) VALUES (?, ?)').run(secret, now);
      copy.pragma(`application_id = ${BACKUP_ID}`);
    } finally {
      copy.close();
    }
    syncPath(draft);
    moment('before its name');
    nameFor(draft, file);
    moment('after its name');
    syncPath(dirname(file));
  } finally {
    for (const rest of ['', '-journal', '-wal', '-shm']) rmSync(`${draft}${rest}`, { force: true });
  }
  return statSync(file).size;
};

/** Why this file, which is a backup, is not to be unpacked here. Looks at nothing that is in it. */
export const refuseBackup = (file: string, restored: boolean): void => {
  if (!restored) {
    throw new BackupError(
      `${file} is a backup. Start once with --restored, so that devices learn of it and offer again what they hold.`,
    );
  }
  if (sizeOf(`${file}-wal`) > 0) {
    throw new BackupError(
      `${file} is a backup, but the log of another database lies beside it. Move ${file}-wal and ${file}-shm away.`,
    );
  }
};

/**
 * An unpacking that was killed while it was being written has left its journal, which a connection that cannot write refuses to
 * pass. Taken back, the file is the backup that it was. What cannot even be read is for the check to say.
 */
export const undoUnpacking = (file: string): void => {
  if (sizeOf(`${file}-journal`) === 0 || sizeOf(`${file}-wal`) > 0 || sizeOf(file) === 0) return;
  const sqlite = new Sqlite(file);
  try {
    sqlite.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get();
  } catch (thrown) {
    if (!isDamage(thrown)) throw thrown;
  } finally {
    sqlite.close();
  }
};

/** Of a backup that was found whole. Nothing is changed before it is certain that its secret is not another one than is here. */
export const unpackBackup = async (dataDir: string): Promise<void> => {
  const file = databaseFile(dataDir);
  const sqlite = new Sqlite(file);
  try {
    sqlite.pragma('temp_store = MEMORY');
    sqlite.pragma('secure_delete = ON');
    sqlite.pragma('synchronous = FULL');
    const row = sqlite.prepare('SELECT secret FROM backup').get() as { secret: string } | undefined;
    if (row === undefined) throw new BackupError(`${file} is a backup without its secret.`);
    const secret = secretFile(dataDir);
    const known = existsSync(secret);
    if (known && (await readSecret(dataDir)) !== row.secret) {
      throw new BackupError(
        `${file} is a backup of a cloud with another secret than ${secret}. Move that file away: the backup brings its own.`,
      );
    }
    chmodSync(file, 0o600);
    if (!known) placeSecret(dataDir, row.secret);
    moment('after the secret');
    sqlite.transaction(() => {
      sqlite.exec('DROP TABLE backup');
      sqlite.pragma(`application_id = ${UNRENEWED_ID}`);
      moment('before unpacking');
    })();
    moment('after unpacking');
  } finally {
    sqlite.close();
  }
};
