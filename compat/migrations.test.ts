/** From every older schema of both databases, with a row in each of its tables: all that was there is there afterwards. */
import Sqlite from 'better-sqlite3';
import { expect, test } from 'vitest';
import { migrate as migrateCloud, migrations } from '../cloud/storage/migrate.ts';
import { MIGRATIONS, migrate as migrateDevice } from '../electron/store/migrate.ts';

type Column = { name: string; type: string; pk: number };
type Row = Record<string, unknown>;

/** Ordinary tables of our own. */
const tables = (db: Sqlite.Database): string[] =>
  db
    .prepare(
      "SELECT name FROM pragma_table_list WHERE type = 'table' AND schema = 'main' AND name NOT LIKE 'sqlite_%' ORDER BY name",
    )
    .all()
    .map((row) => (row as { name: string }).name);

const columns = (db: Sqlite.Database, table: string): Column[] =>
  db.pragma(`table_info(${table})`) as Column[];

/** What a column takes, another value for each; the lengths that CHECKs ask for are tried one after the other. */
function filler({ name, type }: Column, n: number, bytes: number): unknown {
  if (name === 'one') return 1;
  // A cloud's record is live or a tombstone.
  if (name === 'proof') return null;
  if (type === 'INTEGER') return n % 2;
  if (type === 'TEXT' || type === 'ANY') return name === 'extra' || name === 'detail' ? '{}' : `text ${n}`;
  return Buffer.alloc(bytes, n);
}

/** One row into each table that has none. */
function fill(db: Sqlite.Database): void {
  db.pragma('foreign_keys = OFF');
  for (const table of tables(db)) {
    if ((db.prepare(`SELECT count(*) AS n FROM ${table}`).get() as { n: number }).n > 0) continue;
    const all = columns(db, table);
    const insert = db.prepare(
      `INSERT INTO ${table} (${all.map(({ name }) => name).join(', ')}) VALUES (${all.map(() => '?').join(', ')})`,
    );
    const lengths = [16, 32, 64];
    const worked = lengths.some((length) => {
      try {
        insert.run(...all.map((column, i) => filler(column, i + 1, length)));
        return true;
      } catch {
        return false;
      }
    });
    expect([table, worked]).toEqual([table, true]);
  }
}

const rowsOf = (db: Sqlite.Database): Map<string, Row[]> =>
  new Map(tables(db).map((table) => [table, db.prepare(`SELECT * FROM ${table}`).all() as Row[]]));

function keeps(before: Map<string, Row[]>, after: Map<string, Row[]>, gone: readonly string[]): void {
  for (const [table, rows] of before) {
    if (gone.includes(table)) continue;
    const now = after.get(table);
    expect([table, now?.length]).toEqual([table, rows.length]);
    for (const [i, row] of rows.entries()) expect({ table, ...now?.[i] }).toMatchObject({ table, ...row });
  }
}

/** The search index of before is made anew elsewhere: nobody's only copy. */
const MADE_ANEW = (table: string): boolean => table.startsWith('message_text');

test.each(MIGRATIONS.slice(0, -1).map(({ number }) => number))(
  'STO-4 GLD-6 from schema %d of a device’s database, with a row in each table: all of it stays',
  (number) => {
    const db = new Sqlite(':memory:');
    migrateDevice(db, number);
    fill(db);
    const before = rowsOf(db);
    migrateDevice(db);
    keeps(before, rowsOf(db), [...before.keys()].filter(MADE_ANEW));
    expect(before.size).toBeGreaterThan(15);
    db.close();
  },
);

test.each(migrations.slice(0, -1).map(({ version }) => version))(
  'ERR-7 GLD-7 from schema %d of a cloud’s database, with a row in each table: all of it stays',
  (version) => {
    const db = new Sqlite(':memory:');
    migrateCloud(
      db,
      migrations.filter((step) => step.version <= version),
    );
    fill(db);
    const before = rowsOf(db);
    migrateCloud(db);
    keeps(before, rowsOf(db), []);
    expect(before.size).toBeGreaterThan(5);
    db.close();
  },
);
