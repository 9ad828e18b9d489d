/**
 * Making a database that was restored from a backup fit to serve (`--restored`); to be run once, before it serves.
 *
 * - Zones get a new incarnation: devices merge and offer everything again instead of trusting their revisions (SPEC ZON-7).
 * - Mailboxes go on far above any position that was given out after the backup was taken: a device that has read further
 *   than the backup reaches would else skip what comes at the positions it knows (SPEC MBX-8).
 *
 * A database that waits for this says so by its application_id from the moment on at which nothing else does any more: a backup
 * that was unpacked looks like any database, and so does one whose damaged log was set aside. Not in its header alone, which the
 * write-ahead log may be ahead of: it is read through SQLite.
 */
import Sqlite from 'better-sqlite3';
import { CompiledQuery } from 'kysely';
import { newIncarnation } from '../zones/zone-row.ts';
import { BackupError } from './backup.ts';
import { BUSY_TIMEOUT_MS, type Database } from './database.ts';
import { sizeOf, UNRENEWED_ID } from './integrity.ts';
import { newestVersion } from './migrate.ts';

const idOf = (sqlite: Sqlite.Database): number => Number(sqlite.pragma('application_id', { simple: true }));

/** A start with --restored that does not come to its end must be done again with it. */
export const awaitRenewal = (file: string): void => {
  if (sizeOf(file) === 0) return;
  const sqlite = new Sqlite(file);
  try {
    sqlite.pragma('synchronous = FULL');
    sqlite.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
    // One of a later version is refused (migrate.ts), and not touched.
    if (Number(sqlite.pragma('user_version', { simple: true })) > newestVersion) return;
    if (idOf(sqlite) !== UNRENEWED_ID) sqlite.pragma(`application_id = ${UNRENEWED_ID}`);
  } finally {
    sqlite.close();
  }
};

export const refuseUnrenewed = (file: string): void => {
  if (sizeOf(file) === 0) return;
  const sqlite = new Sqlite(file, { readonly: true, fileMustExist: true });
  try {
    sqlite.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
    if (idOf(sqlite) !== UNRENEWED_ID) return;
  } finally {
    sqlite.close();
  }
  throw new BackupError(
    `${file} was put back, and the start with --restored did not come to its end. Start once with --restored again, so that devices ` +
      'learn of it and offer again what they hold.',
  );
};

const MAILBOX_LEAP = 1_000_000_000;

/** Returns how many zones were renewed. */
export const renewIncarnations = (db: Database, random: (length: number) => Uint8Array): number =>
  db.transaction((write) => {
    const zones = write.all(db.sql.selectFrom('zone').select('no').where('kind', '>', 0));
    for (const { no } of zones) {
      write.run(
        db.sql
          .updateTable('zone')
          .set({ incarnation: newIncarnation(random) })
          .where('no', '=', no),
      );
    }
    write.run(db.sql.updateTable('mailbox').set((row) => ({ head: row('head', '+', MAILBOX_LEAP) })));
    write.run({ compile: () => CompiledQuery.raw('PRAGMA application_id = 0') });
    return zones.length;
  });
