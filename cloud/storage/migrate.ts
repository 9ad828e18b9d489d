/**
 * Brings a database to this version's tables. The version stands in `user_version`; each migration is one file and one
 * transaction. A database of a later version is refused: an older cloud would not know what it breaks.
 */
import type { Database as Sqlite } from 'better-sqlite3';
import { moment } from '../../shared/trace.ts';
import { migration010 } from './migrations/010-accounts.ts';
import { migration020 } from './migrations/020-zones.ts';
import { migration030 } from './migrations/030-mailboxes.ts';
import { migration040 } from './migrations/040-purges.ts';
import { migration050 } from './migrations/050-blobs.ts';
import { migration060 } from './migrations/060-envelope-index.ts';

export type Migration = { version: number; sql: string };

export const migrations: readonly Migration[] = [
  migration010,
  migration020,
  migration030,
  migration040,
  migration050,
  migration060,
];

export const newestVersion = migrations.at(-1)?.version ?? 0;

export class DatabaseFromTheFutureError extends Error {
  override name = 'DatabaseFromTheFutureError';
}

export const migrate = (sqlite: Sqlite, steps: readonly Migration[] = migrations): void => {
  const current = Number(sqlite.pragma('user_version', { simple: true }));
  const newest = steps.at(-1)?.version ?? 0;
  if (current > newest) {
    throw new DatabaseFromTheFutureError(
      `This database was written by a newer Lockstep cloud (version ${current}, this one knows ${newest}). ` +
        'Start the newer cloud, or restore the backup made before it.',
    );
  }
  for (const step of steps) {
    if (step.version <= current) continue;
    sqlite.transaction(() => {
      sqlite.exec(step.sql);
      moment('inside a migration');
      sqlite.pragma(`user_version = ${step.version}`);
      moment('before a migration');
    })();
    moment('after a migration');
  }
};
