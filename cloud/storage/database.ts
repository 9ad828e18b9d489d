/**
 * The cloud's database: SQLite behind kysely's query builder, run synchronously (docs/decisions/0020). One connection
 * writes; pulls read from a second one that cannot write. Every query is compiled by kysely and its prepared statement
 * kept by its text.
 *
 * Invariants
 * - An answer is given only after its transaction is on disk (WAL, synchronous=FULL). Calls that come at the same time share one
 *   (`together`; gather.ts says when).
 * - Nothing is awaited inside a transaction: `transaction` takes a synchronous function.
 * - What is deleted is overwritten (secure_delete), and leaves the WAL with the next truncating checkpoint.
 * - Whenever something answered may stand in the WAL alone, the mark beside the database names that WAL (log-mark.ts).
 */
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { Database as SqliteDatabase, Statement } from 'better-sqlite3';
import Sqlite from 'better-sqlite3';
import {
  type CompiledQuery,
  DummyDriver,
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import { around, moment, TransactionTrace, watcher } from '../../shared/trace.ts';
import { LogMark } from './log-mark.ts';
import { migrate } from './migrate.ts';
import type { Tables } from './tables.ts';

type Query<Row> = { compile(): CompiledQuery<Row> };

export type Reader = {
  all<Row>(query: Query<Row>): Row[];
  first<Row>(query: Query<Row>): Row | undefined;
  /** Rows one by one: stop early and the rest is never read. Write nothing meanwhile. */
  each<Row>(query: Query<Row>): IterableIterator<Row>;
  /** SQLite's own words on how it would run this (for tests of query plans). */
  plan(query: Query<unknown>): string[];
};

export type Writer = Reader & {
  /** The number of rows that changed. */
  run(query: Query<unknown>): number;
};

export type Outcome<T> = { ok: true; value: T } | { ok: false; thrown: unknown };

export type Database = {
  /** Builds queries; it has no connection of its own. */
  readonly sql: Kysely<Tables>;
  readonly read: Reader;
  /**
   * One IMMEDIATE transaction: all of it or nothing. One that frees (deletes, acknowledgements) may go a little over a set
   * limit of the database's size: else nobody could make room.
   */
  transaction<T>(work: (write: Writer) => T, purpose?: 'grows' | 'frees'): T;
  /**
   * What these calls write, in one transaction with one wait for the disk: each call's own transactions become savepoints in it, so one
   * that fails takes nothing of the others along. All of them are on the disk when this returns. When the whole cannot be written, each is
   * done once more for itself, so that every one gets its own answer. Ends early after `withinMs`: outcomes of those that were done.
   */
  together<T>(calls: readonly (() => T)[], withinMs: number): Outcome<T>[];
  /** After the commit of what is being written: at once where nothing is. Not at all when it is rolled back. */
  afterCommit(work: () => void): void;
  /** Moves the WAL into the database file and empties it. False, at once, when that cannot be done now: nothing is lost by it. */
  checkpoint(): boolean;
  /** All that is committed, for another database in memory to begin with. */
  image(): Uint8Array;
  close(): void;
};

/** Builds queries; it has no connection of its own. */
export const queries: Kysely<Tables> = new Kysely<Tables>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
});

const KEPT_STATEMENTS = 400;
const RESERVED_PAGES = 256;

const connection = (sqlite: SqliteDatabase, watched?: TransactionTrace): Writer => {
  const statements = new Map<string, Statement<unknown[], unknown>>();
  const prepare = (text: string): Statement<unknown[], unknown> => {
    if (watched !== undefined && sqlite.inTransaction) watched.statement();
    const known = statements.get(text);
    if (known !== undefined) {
      statements.delete(text);
      statements.set(text, known);
      return known;
    }
    const made = sqlite.prepare<unknown[], unknown>(text);
    statements.set(text, made);
    if (statements.size > KEPT_STATEMENTS) {
      const oldest = statements.keys().next().value;
      if (oldest !== undefined) statements.delete(oldest);
    }
    return made;
  };
  return {
    all: <Row>(query: Query<Row>) => {
      const { sql, parameters } = query.compile();
      return prepare(sql).all(...parameters) as Row[];
    },
    first: <Row>(query: Query<Row>) => {
      const { sql, parameters } = query.compile();
      return prepare(sql).get(...parameters) as Row | undefined;
    },
    each: <Row>(query: Query<Row>) => {
      const { sql, parameters } = query.compile();
      return prepare(sql).iterate(...parameters) as IterableIterator<Row>;
    },
    plan: (query) => {
      const { sql, parameters } = query.compile();
      const rows = sqlite.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...parameters) as { detail: string }[];
      return rows.map((row) => row.detail);
    },
    run: (query) => {
      const { sql, parameters } = query.compile();
      return prepare(sql).run(...parameters).changes;
    },
  };
};

export const BUSY_TIMEOUT_MS = 5_000;

const prepareConnection = (sqlite: SqliteDatabase): void => {
  sqlite.pragma('temp_store = MEMORY');
  sqlite.pragma('trusted_schema = OFF');
  sqlite.pragma('foreign_keys = ON');
  sqlite.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
};

export const databaseFile = (dataDir: string): string => join(dataDir, 'cloud.db');

/**
 * `largestBytes`: beyond it, writing is refused as on a full disk. `image`: what a database in memory begins with; it is copied.
 */
export const openDatabase = (dataDir: string, largestBytes?: number, image?: Uint8Array): Database => {
  const inMemory = dataDir === ':memory:';
  if (!inMemory) mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const file = inMemory ? ':memory:' : databaseFile(dataDir);

  // For its owner alone, whatever the folder allows; SQLite gives the WAL the same rights.
  if (!inMemory) closeSync(openSync(file, 'a', 0o600));
  const mark = inMemory ? undefined : new LogMark(file);
  const writing = new Sqlite(image === undefined ? file : Buffer.from(image));
  prepareConnection(writing);
  writing.pragma('journal_mode = WAL');
  writing.pragma('synchronous = FULL');
  writing.pragma('secure_delete = ON');
  migrate(writing);
  const pageSize = Number(writing.pragma('page_size', { simple: true }));
  const mostPages = largestBytes === undefined ? undefined : Math.max(1, Math.floor(largestBytes / pageSize));
  const limitPages = (purpose: 'grows' | 'frees'): void => {
    if (mostPages === undefined) return;
    const reserve = purpose === 'frees' ? RESERVED_PAGES + Math.floor(mostPages / 64) : 0;
    writing.pragma(`max_page_count = ${mostPages + reserve}`);
  };
  const checkpoint = (): boolean => {
    if (mark === undefined || !writing.open) return true;
    if (!mark.takeBack()) return false;
    let emptied = false;
    // It would wait for every reader, and the whole cloud with it: a backup reads for long.
    writing.pragma('busy_timeout = 0');
    try {
      const [answer] = around(
        'checkpoint',
        () => writing.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[],
      );
      emptied = answer?.busy === 0;
    } catch {
      // A full disk: what was committed stays in the WAL until there is room.
    } finally {
      writing.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
    }
    if (emptied) mark.gone();
    else mark.keep();
    return emptied;
  };
  // A process that was killed may have left deleted ciphertext in the WAL.
  checkpoint();

  // A database in memory belongs to its one connection.
  const reading = inMemory ? writing : new Sqlite(file, { readonly: true });
  if (!inMemory) prepareConnection(reading);

  const watched = watcher() === undefined ? undefined : new TransactionTrace();
  const write = connection(writing, watched);
  /** Of the calls that are being written together: what is to be done after their commit. */
  let group: (() => void)[] | null = null;
  const alone = <T>(call: () => T): Outcome<T> => {
    try {
      return { ok: true, value: call() };
    } catch (thrown) {
      return { ok: false, thrown };
    }
  };
  const together = <T>(calls: readonly (() => T)[], withinMs: number): Outcome<T>[] => {
    const first = calls[0];
    if (first === undefined) return [];
    if (calls.length === 1) return [alone(first)];
    const outcomes: Outcome<T>[] = [];
    const until = performance.now() + withinMs;
    let done = 0;
    group = [];
    try {
      writing.exec('BEGIN IMMEDIATE');
      for (const call of calls) {
        if (done > 0 && performance.now() > until) break;
        done += 1;
        outcomes.push(alone(call));
        // A full disk, for instance, may end the whole of it.
        if (!writing.inTransaction) throw new Error('the transaction was rolled back');
      }
      moment('before commit');
      writing.exec('COMMIT');
      mark?.keep();
    } catch {
      group = null;
      if (writing.inTransaction) writing.exec('ROLLBACK');
      return calls.slice(0, Math.max(1, done)).map(alone);
    }
    moment('after commit');
    const after = group;
    group = null;
    for (const work of after) work();
    return outcomes;
  };
  const immediate = writing.transaction((work: (write: Writer) => unknown) => {
    watched?.begin();
    const result = work(write);
    if (group === null) moment('before commit');
    return result;
  }).immediate;
  return {
    sql: queries,
    read: inMemory ? write : connection(reading),
    transaction: <T>(work: (write: Writer) => T, purpose: 'grows' | 'frees' = 'grows') => {
      limitPages(purpose);
      const result = immediate(work as (write: Writer) => unknown) as T;
      if (group === null) {
        mark?.keep();
        moment('after commit');
      }
      return result;
    },
    together,
    afterCommit: (work) => {
      if (group === null) work();
      else group.push(work);
    },
    checkpoint,
    image: () => new Uint8Array(writing.serialize()),
    close: () => {
      if (!writing.open) return;
      if (!inMemory) {
        reading.close();
        checkpoint();
      }
      // Whoever closes it last takes the log away.
      mark?.takeBack();
      writing.close();
      mark?.end();
    },
  };
};
