/**
 * Reads what can be read of a damaged database, around what cannot. Nothing is written: not to the file, not to its log.
 *
 * A page that the cipher does not take is lost whole, and ends the connection ([Note] in signs.ts): each is met once, and then a new
 * connection goes on behind it. Rows are found by their key: those whose key is a number in read-by-number.ts.
 */
import { closeSync, existsSync, openSync, writeSync } from 'node:fs';
import type Database from 'better-sqlite3';
import { connect } from './connection.ts';
import type { Row, Value } from './keepsake.ts';
import { damageOf } from './signs.ts';

const SPARSE = 32;

/** A first page that describes some of the tables (first-page.ts). */
export type Described = { tables: ReadonlySet<string>; page: Uint8Array };

export class DamagedFile {
  readonly path: string;
  readonly #key: Uint8Array;
  /** Of a copy whose own first page is lost. Which of them is in it now. */
  readonly #described: readonly Described[];
  #shows: Described | null = null;
  #db: Database.Database | null = null;
  readonly #statements = new Map<string, Database.Statement>();

  constructor(path: string, key: Uint8Array, described: readonly Described[] = []) {
    this.path = path;
    this.#key = key;
    this.#described = described;
  }

  /** Whether it says where these tables are. Of a schema that cannot be read whole, SQLite knows a part. */
  knows(tables: readonly string[]): boolean {
    return tables.every((table) => this.try(`SELECT 1 FROM ${table} LIMIT 0`) !== null);
  }

  /** Null when what is asked for stands on a page that cannot be read. */
  try<T>(sql: string, ...parameters: Value[]): { row: T | undefined } | null {
    try {
      return { row: this.#statement(sql).get(...parameters) as T | undefined };
    } catch (error) {
      this.#afterFailure(error);
      return null;
    }
  }

  /** Row by row until the end or until one cannot be read; false: that. */
  each<T>(sql: string, parameters: readonly Value[], take: (row: T) => void): boolean {
    let rows: IterableIterator<unknown>;
    try {
      rows = this.#statement(sql).iterate(...parameters);
    } catch (error) {
      this.#afterFailure(error);
      return false;
    }
    try {
      for (;;) {
        let next: IteratorResult<unknown>;
        try {
          next = rows.next();
        } catch (error) {
          this.#afterFailure(error);
          return false;
        }
        if (next.done === true) return true;
        take(next.value as T);
      }
    } finally {
      // Where `take` throws, the connection could not be closed for rows that are still being read.
      rows.return?.();
    }
  }

  close(): void {
    this.#statements.clear();
    this.#db?.close();
    this.#db = null;
  }

  #statement(sql: string): Database.Statement {
    this.#describe(sql);
    if (this.#db === null) {
      const db = connect(this.path, this.#key, { readonly: true, fileMustExist: true });
      this.#db = db;
      // First of all: so a file shorter than it says it is, is read as far as it goes.
      db.unsafeMode(true);
      db.pragma('writable_schema = ON');
      db.pragma('cache_size = -64000');
    }
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #describe(sql: string): void {
    if (this.#described.length === 0) return;
    const table = / FROM (\w+)/.exec(sql)?.[1] ?? '';
    const wanted = this.#described.find(({ tables }) => tables.has(table));
    if (wanted === undefined || wanted === this.#shows) return;
    this.close();
    const file = openSync(this.path, 'r+');
    try {
      writeSync(file, wanted.page, 0, wanted.page.length, 0);
    } finally {
      closeSync(file);
    }
    this.#shows = wanted;
  }

  /** Also a file or a table that is not there, or that has other columns: nothing is read of it, and that is no end. */
  #afterFailure(error: unknown): void {
    this.close();
    const code = (error as { code?: unknown } | null)?.code;
    if (existsSync(this.path) && damageOf(error) === null && code !== 'SQLITE_ERROR') throw error;
  }
}

/** One row by its number; null: it cannot be read. */
export function readOne(file: DamagedFile, table: string, key: string, at: number): Row | undefined | null {
  return file.try<Row>(`SELECT * FROM ${table} WHERE ${key} = ?`, at)?.row ?? null;
}

/**
 * Rows of a table or index whose first key is bytes or text: upward and downward, and where the two do not meet, by the first byte of the
 * key. A row may be given twice. `where`: a first condition, as `zone = 2`. True: nothing was met that could not be read.
 */
export function readByBytes(
  file: DamagedFile,
  from: string,
  key: string,
  take: (row: Row) => void,
  options: { columns?: string; where?: string } = {},
): boolean {
  const { columns = '*', where = '1' } = options;
  const select = `SELECT ${columns} FROM ${from} WHERE ${where}`;
  if (file.each(`${select} ORDER BY ${key}`, [], take)) return true;
  let met = false;
  const meet = (row: Row): void => {
    met = true;
    take(row);
  };
  file.each(`${select} ORDER BY ${key} DESC`, [], meet);
  const look = (byte: number): void => {
    const low = new Uint8Array([byte]);
    const range = byte === 255 ? `${key} >= ?` : `${key} >= ? AND ${key} < ?`;
    const parameters = byte === 255 ? [low] : [low, new Uint8Array([byte + 1])];
    const upward = file.each(`${select} AND ${range} ORDER BY ${key}`, parameters, meet);
    if (upward) met = true;
    else file.each(`${select} AND ${range} ORDER BY ${key} DESC`, parameters, meet);
  };
  // Here and there first: where nothing at all answers, the page at which it begins is lost.
  for (let byte = 0; byte < 256; byte += SPARSE) look(byte);
  for (let byte = 0; met && byte < 256; byte += 1) if (byte % SPARSE !== 0) look(byte);
  return false;
}
