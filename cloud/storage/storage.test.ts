import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite, { type Database as SqliteDatabase } from 'better-sqlite3';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { sodiumReady } from '../../shared/crypto/sodium.ts';
import { backfillQuery, changesQuery, withRankQuery } from '../zones/pull.ts';
import { storedQuery } from '../zones/push-queries.ts';
import { fetchQuery, inventoryQuery } from '../zones/repair.ts';
import { databaseFile, openDatabase, type Writer } from './database.ts';
import { DatabaseFromTheFutureError, migrate, migrations } from './migrate.ts';
import { openStorage } from './open.ts';
import { SecretUnreadableError, secretFile } from './secret.ts';

let dir: string;
beforeEach(async () => {
  await sodiumReady();
  dir = mkdtempSync(join(tmpdir(), 'lockstep-cloud-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test('ACC-13 the secret is made once, for its owner alone, and stays the same', async () => {
  const first = await openStorage(dir);
  first.db.close();
  expect(statSync(secretFile(dir)).mode & 0o777).toBe(0o600);
  const second = await openStorage(dir);
  second.db.close();
  expect(second.secret).toEqual(first.secret);
});

const withSomebody = async () => {
  const { db } = await openStorage(dir);
  const bytes = new Uint8Array(16);
  db.transaction((write) =>
    write.run(
      db.sql.insertInto('account').values({
        id: bytes,
        handle: 'anna@example.org',
        opaque_record: '',
        password_wrap: bytes,
        recovery_wrap: bytes,
        recovery_key: bytes,
        sign_up_hash: bytes,
        created_ms: 1,
        log_length: 0,
        epoch: 0,
        bytes_used: 0,
      }),
    ),
  );
  db.close();
};

test('ACC-13 a first start that was cut short before the secret was written is begun again', async () => {
  openDatabase(dir).close();
  const { db, secret } = await openStorage(dir);
  db.close();
  expect(secret.tokenKey.length).toBe(32);
});

test('ACC-13 a damaged or missing secret stops the start and nothing is overwritten', async () => {
  await withSomebody();
  const whole = readFileSync(secretFile(dir), 'utf8');
  for (const damaged of ['', '{}', whole.slice(0, 40), whole.replace('opaqueSetup', 'somethingElse')]) {
    writeFileSync(secretFile(dir), damaged);
    await expect(openStorage(dir)).rejects.toThrow(SecretUnreadableError);
    expect(readFileSync(secretFile(dir), 'utf8')).toBe(damaged);
  }
  rmSync(secretFile(dir));
  await expect(openStorage(dir)).rejects.toThrow(SecretUnreadableError);
});

test('ERR-7 each migration leads on from the one before, and a database from the future is refused', () => {
  for (let count = 1; count <= migrations.length; count++) {
    const sqlite = new Sqlite(':memory:');
    migrate(sqlite, migrations.slice(0, count));
    expect(sqlite.pragma('user_version', { simple: true })).toBe(migrations[count - 1]?.version);
    migrate(sqlite);
    expect(sqlite.pragma('user_version', { simple: true })).toBe(migrations.at(-1)?.version);
    expect(sqlite.pragma('integrity_check', { simple: true })).toBe('ok');
  }
  const later = new Sqlite(':memory:');
  later.pragma('user_version = 9990');
  expect(() => migrate(later)).toThrow(DatabaseFromTheFutureError);
  const versions = migrations.map((migration) => migration.version);
  expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
});

test('every table is STRICT', () => {
  const sqlite = new Sqlite(':memory:');
  migrate(sqlite);
  const tables = sqlite
    .prepare("SELECT name, strict FROM pragma_table_list WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    .all();
  expect(tables.length).toBeGreaterThan(10);
  expect(tables.filter((table) => (table as { strict: number }).strict !== 1)).toEqual([]);
});

test('MBX-9 whatever refers to a row that is deleted is found by an index', () => {
  const sqlite = new Sqlite(':memory:');
  migrate(sqlite);
  // Accounts are never deleted.
  const references = sqlite
    .prepare(
      `SELECT child.name AS "table", parent."from" AS "column"
      FROM pragma_table_list AS child, pragma_foreign_key_list(child.name) AS parent
      WHERE child.type = 'table' AND parent."table" <> 'account'`,
    )
    .all() as { table: string; column: string }[];
  expect(references).toContainEqual({ table: 'mailbox_entry', column: 'envelope' });
  // What SQLite looks for before it deletes the row that is referred to.
  const scanned = references.filter(({ table, column }) => {
    const plan = sqlite.prepare(`EXPLAIN QUERY PLAN SELECT 1 FROM ${table} WHERE ${column} = ?`).all([1]);
    return plan.some((row) => !(row as { detail: string }).detail.startsWith('SEARCH'));
  });
  expect(scanned).toEqual([]);
});

test('the writing connection is durable and overwrites what it deletes; the reading one cannot write', () => {
  const db = openDatabase(dir);
  const pragma = (name: string) => {
    const other = new Sqlite(databaseFile(dir), { readonly: true });
    const value = other.pragma(name, { simple: true });
    other.close();
    return value;
  };
  expect(pragma('journal_mode')).toBe('wal');
  const insert = db.sql
    .insertInto('invitation')
    .values({ code_hash: new Uint8Array(32), created_ms: 1, used_ms: null });
  expect(() => (db.read as Writer).run(insert)).toThrow(/readonly/);
  expect(db.transaction((write) => write.run(insert))).toBe(1);
  db.close();
});

test('ERR-13 a checkpoint does not wait for whoever reads, writing does afterwards', () => {
  const db = openDatabase(dir);
  const invite = (n: number) =>
    db.transaction((write) =>
      write.run(
        db.sql
          .insertInto('invitation')
          .values({ code_hash: new Uint8Array(32).fill(n), created_ms: 1, used_ms: null }),
      ),
    );
  invite(1);
  const reader = new Sqlite(databaseFile(dir), { readonly: true });
  reader.exec('BEGIN');
  reader.prepare('SELECT count(*) FROM invitation').get();
  invite(2);
  const { pragma } = Sqlite.prototype;
  const longestWait = (sqlite?: SqliteDatabase) =>
    sqlite && pragma.call(sqlite, 'busy_timeout', { simple: true });
  let writing: SqliteDatabase | undefined;
  let during: unknown;
  const spy = vi.spyOn(Sqlite.prototype, 'pragma').mockImplementation(function (
    this: SqliteDatabase,
    ...given
  ) {
    if (given[0].startsWith('wal_checkpoint')) {
      writing = this;
      during = longestWait(this);
    }
    return pragma.apply(this, given);
  });
  expect([db.checkpoint(), during, longestWait(writing)]).toEqual([false, 0, 5_000]);
  spy.mockRestore();
  reader.exec('COMMIT');
  reader.close();
  expect(db.checkpoint()).toBe(true);
  db.close();
});

test('ZON-8 ZON-18 the hot queries run on their indexes', () => {
  const db = openDatabase(':memory:');
  const id = new Uint8Array(16);
  const plan = (query: Parameters<typeof db.read.plan>[0]) => db.read.plan(query).join('; ');
  expect(plan(changesQuery({ zone: 1, after: 5, limit: 1_000 }))).toBe(
    'SEARCH record USING INDEX record_by_seq (zone=? AND seq>?)',
  );
  expect(plan(backfillQuery({ zone: 1, head: 5, rank: 3, id, limit: 1_000 }))).toBe(
    'SEARCH record USING INDEX record_by_rank (zone=? AND (rank,id)>(?,?))',
  );
  expect(plan(withRankQuery({ zone: 1, rank: 0 }))).toContain(
    'SEARCH record USING COVERING INDEX record_by_rank (zone=? AND rank=?)',
  );
  expect(plan(inventoryQuery(db, 1, id, 1_000))).toBe(
    'SEARCH record USING INDEX record_by_id (zone=? AND id>?)',
  );
  const byId = 'SEARCH record USING INDEX record_by_id (zone=? AND id=?)';
  expect(plan(storedQuery({ zone: 1 }, [{ id }, { id }, { id }]))).toBe(byId);
  expect(plan(fetchQuery(db, 1, [id, id, id]))).toBe(byId);
  db.close();
});
