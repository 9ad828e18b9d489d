/**
 * Brings a database to the newest schema, one numbered step after the other, each in a transaction of its own with the number it
 * reaches (`user_version`). Only the writer does this. A step that has been released is never edited; the next one mends it.
 */
import type Database from 'better-sqlite3';
import { moment } from '../../shared/trace.ts';
import { StoreError } from './errors.ts';
import * as first from './migrations/010-first.ts';
import * as mailSetAside from './migrations/020-mail-set-aside.ts';
import * as deletes from './migrations/030-deletes.ts';
import * as keepMessages from './migrations/040-keep-messages.ts';
import * as attachments from './migrations/050-attachments.ts';
import * as searchBlocks from './migrations/060-search-blocks.ts';
import * as rememberedDeletes from './migrations/070-remembered-deletes.ts';
import * as hiddenDeletes from './migrations/080-how-far-a-hidden-delete-reaches.ts';
import * as noStatistics from './migrations/090-no-statistics.ts';
import * as missed from './migrations/100-whom-a-message-missed.ts';
import * as namesOfExpired from './migrations/110-names-of-what-expired-here.ts';

/** `LOCK`, in the file's header: whose database this is. */
export const APPLICATION_ID = 0x4c4f434b;

export type Migration = { readonly number: number; readonly sql: string };

/** In tens, so that a mend can be put between two. */
export const MIGRATIONS: readonly Migration[] = [
  first,
  mailSetAside,
  deletes,
  keepMessages,
  attachments,
  searchBlocks,
  rememberedDeletes,
  hiddenDeletes,
  noStatistics,
  missed,
  namesOfExpired,
];

export const NEWEST = MIGRATIONS[MIGRATIONS.length - 1]!.number;

export function schemaVersion(db: Database.Database): number {
  return Number(db.pragma('user_version', { simple: true }));
}

/** Refuses what a newer Lockstep, or something else, wrote. */
export function checkVersion(db: Database.Database): number {
  const version = schemaVersion(db);
  const application = Number(db.pragma('application_id', { simple: true }));
  const tables = db.prepare('SELECT count(*) AS n FROM sqlite_schema').get() as { n: number };
  if (tables.n > 0 && application !== APPLICATION_ID) {
    throw new StoreError(
      'damaged',
      'This file is a database, but not one of Lockstep. Choose another data folder.',
    );
  }
  if (version > NEWEST) {
    throw new StoreError(
      'fromTheFuture',
      `The messages on this device were written by a newer Lockstep (schema ${version}, this one knows ${NEWEST}). Update Lockstep; nothing was changed.`,
    );
  }
  return version;
}

export function migrate(db: Database.Database, upTo = NEWEST): void {
  const version = checkVersion(db);
  for (const step of MIGRATIONS) {
    if (step.number <= version || step.number > upTo) continue;
    db.transaction(() => {
      db.pragma(`application_id = ${APPLICATION_ID}`);
      db.exec(step.sql);
      moment('inside a migration');
      db.pragma(`user_version = ${step.number}`);
      moment('before a migration');
    }).immediate();
    moment('after a migration');
  }
}
