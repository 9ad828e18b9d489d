/**
 * The device's message store: one SQLite file, encrypted at rest. Who opens it: the sync worker (the one writer) and the device's main
 * thread (read-only, to answer the window). Nobody else.
 *
 * The functions on it stand beside this file, one file a topic, each `(store, …)`. Writes join the caller's transaction or
 * make one. Invariants:
 * - Every connection: cipher aegis with a raw key (anything else would run a key derivation), temporary data in memory only
 *   (this build of SQLite spills sorts in the clear otherwise), schemas not trusted.
 * - Projections (message, conversation, …) are changed in the transaction that changes their record, and so is the mark of what
 *   the search index has to read again. The index itself is a file of its own that can be made anew (search-index.ts).
 * - synchronous=FULL: a commit is on the disk before it is answered. The mailbox is acknowledged and "Sent" is said on the
 *   strength of a commit, and losing power must not make that a lie. Bulk work pays once per thousand records.
 */
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import type Database from 'better-sqlite3';
import { SCHEMA } from '../../shared/model/payload.ts';
import { around, TransactionTrace, watcher } from '../../shared/trace.ts';
import { Changes } from './changes.ts';
import { connect } from './damage/connection.ts';
import { damageOf, type Trouble, troubleOf } from './damage/signs.ts';
import { StoreError } from './errors.ts';
import { Kept, tableWrittenBy } from './kept.ts';
import { checkVersion, migrate, NEWEST } from './migrate.ts';
import { SearchIndexReader, searchIndexPath } from './search-index.ts';
import { WriterMemory } from './writer-memory.ts';

export type StoreOptions = {
  path: string;
  /** 32 bytes. The host keeps it in the keychain. */
  key: Uint8Array;
  readonly?: boolean;
  /**
   * For simulations: in memory, without cipher or file, beginning with what `Store.image` gave (null: empty), or on the connection of
   * another one in memory that has ended. `path` is then only the place beside which attachments lie.
   */
  image?: Uint8Array | Database.Database | null;
  /** Of SQLite's page cache; 64 MB for the writer, half for a reader where nothing is said. */
  cacheKib?: number;
  /** The newest schema of records that this app understands (decision 0010). Another than this version's: to play an older or newer app. */
  schema?: number;
  /** One that is made anew when it is cut short (damage/recover.ts): it does not wait for the disk. */
  rebuilding?: boolean;
};

// biome-ignore lint/suspicious/noExplicitAny: what better-sqlite3 takes as a parameter is checked by it.
type Parameter = any;

export class Store {
  readonly db: Database.Database;
  readonly path: string;
  readonly readonly: boolean;
  /** The newest schema of records that is understood here. */
  readonly schema: number;
  /** What the current transaction, or those since `changes.take()`, touched: for events to the window. */
  readonly changes = new Changes();
  /** What the one writer may keep in memory between statements. */
  readonly memory: WriterMemory;
  /** By their text; of one that writes also the table. */
  readonly #statements = new Map<string, { statement: Database.Statement; writes: string | null }>();
  readonly #kept = new Kept();
  /** Of every commit but those of bulk work; null: not asked yet. */
  #synchronous: number | null = null;
  readonly #watched = watcher() === undefined ? undefined : new TransactionTrace();

  readonly #openSearchIndex: () => SearchIndexReader | null;
  #searchIndex: SearchIndexReader | null = null;

  constructor(
    db: Database.Database,
    path: string,
    readonly: boolean,
    openSearchIndex: () => SearchIndexReader | null,
    schema = SCHEMA,
  ) {
    this.db = db;
    this.path = path;
    this.readonly = readonly;
    this.#openSearchIndex = openSearchIndex;
    this.schema = schema;
    this.memory = new WriterMemory(this);
  }

  /** A prepared statement, made once. */
  sql(text: string): Database.Statement {
    if (this.#watched !== undefined && this.db.inTransaction) this.#watched.statement();
    let known = this.#statements.get(text);
    if (known === undefined) {
      const statement = this.db.prepare(text);
      known = { statement, writes: statement.readonly ? null : tableWrittenBy(text) };
      this.#statements.set(text, known);
    }
    if (known.writes !== null) this.#kept.written(known.writes);
    return known.statement;
  }
  /** Every statement prepared so far: the test of query plans reads it. */
  get prepared(): string[] {
    return [...this.#statements.keys()];
  }
  get<Row>(text: string, ...parameters: Parameter[]): Row | undefined {
    return this.sql(text).get(...parameters) as Row | undefined;
  }
  all<Row>(text: string, ...parameters: Parameter[]): Row[] {
    return this.sql(text).all(...parameters) as Row[];
  }
  /**
   * What `read` answers, read again only after one of `tables` (all that it looks at) has been written to or a transaction has failed. Nobody
   * changes what was given. Sound because there is one writer; where another connection writes, every time is read.
   */
  kept<T>(name: string, tables: readonly string[], read: () => T): T {
    return this.readonly ? read() : this.#kept.get(name, tables, read);
  }
  run(text: string, ...parameters: Parameter[]): number {
    if (this.#watched === undefined || this.db.inTransaction)
      return this.sql(text).run(...parameters).changes;
    // Alone it is its own transaction.
    return around('commit', () => this.sql(text).run(...parameters).changes);
  }

  /** All that `work` reads is of one moment. */
  read<T>(work: () => T): T {
    return this.db.inTransaction ? work() : this.db.transaction(work)();
  }

  /** The search index as its thread has written it so far; null while there is none. */
  get searchIndex(): SearchIndexReader | null {
    if (this.#searchIndex?.current === false) this.forgetSearchIndex();
    this.#searchIndex ??= this.#openSearchIndex();
    return this.#searchIndex;
  }
  forgetSearchIndex(): void {
    this.#searchIndex?.close();
    this.#searchIndex = null;
  }

  /** One transaction. Inside another it is part of that one; bulk work that lies open is committed before it. */
  write<T>(work: () => T): T {
    if (this.readonly) throw new StoreError('misuse', 'Only the sync worker writes to the store.');
    if (this.#bulk === 'open') this.commitBulk();
    if (this.db.inTransaction) return work();
    this.#begin();
    return this.#guarded(() => {
      const result = work();
      this.#commit();
      return result;
    });
  }

  /**
   * A slice of bulk work whose source is elsewhere (the zone): its transaction stays open for the next slice, so that pages of indexes are
   * written once for thousands of records, and does not wait for the disk. Whoever calls `write` meanwhile commits it first: a
   * command's answer never stands on it. [Note: bulk work] What fails takes all slices since the last commit with it, so each must save the
   * place it reached inside.
   */
  bulk<T>(work: () => T): T {
    if (this.readonly) throw new StoreError('misuse', 'Only the sync worker writes to the store.');
    if (this.#bulk === 'none') {
      if (this.db.inTransaction) return work();
      this.#synchronous ??= this.db.pragma('synchronous', { simple: true }) as number;
      if (this.#synchronous > 1) this.db.pragma('synchronous = NORMAL');
      this.#begin();
      this.#bulkBegan = performance.now();
    }
    this.#bulk = 'working';
    return this.#guarded(() => {
      const result = work();
      this.#bulk = 'open';
      return result;
    });
  }
  commitBulk(): void {
    if (this.#bulk !== 'open') return;
    this.#guarded(() => {
      this.#commit();
      this.#endBulk();
    });
  }

  /** Whether this connection reads what no other one does yet. */
  get bulkOpen(): boolean {
    return this.#bulk !== 'none';
  }

  /** How long the bulk work that lies open has not been committed. */
  get bulkAgeMs(): number {
    return this.#bulk === 'none' ? 0 : performance.now() - this.#bulkBegan;
  }

  #bulk: 'none' | 'open' | 'working' = 'none';
  #bulkBegan = 0;

  #endBulk(): void {
    if (this.#bulk === 'none') return;
    this.#bulk = 'none';
    if ((this.#synchronous ?? 0) > 1) this.db.pragma(`synchronous = ${this.#synchronous}`);
  }
  #begin(): void {
    this.db.exec('BEGIN IMMEDIATE');
    this.#watched?.begin();
  }
  #commit(): void {
    this.memory.flush();
    around('commit', () => this.db.exec('COMMIT'));
    this.changes.commit();
  }
  #guarded<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (this.db.inTransaction) this.db.exec('ROLLBACK');
      this.#endBulk();
      this.memory.forget();
      this.#kept.forget();
      this.changes.rollback();
      throw error;
    }
  }

  /** Brings counters and the search index's marks up to date inside a transaction; `write` does it before it commits. */
  flush(): void {
    this.memory.flush();
  }

  /** All that is committed, for another store in memory to begin with. */
  image(): Uint8Array {
    this.commitBulk();
    return new Uint8Array(this.db.serialize());
  }

  /** Moves the log into the database as far as readers allow. `truncate`: also empties the log file (after Delete Now). */
  checkpoint(truncate = false): { busy: boolean; logPages: number } {
    this.commitBulk();
    const mode = truncate ? 'TRUNCATE' : 'PASSIVE';
    const [row] = around(
      'checkpoint',
      () => this.db.pragma(`wal_checkpoint(${mode})`) as { busy: number; log: number }[],
    );
    return { busy: (row?.busy ?? 0) !== 0, logPages: row?.log ?? 0 };
  }

  /** What SQLite finds wrong; empty when all is well. `quick` leaves out comparing tables with their indexes. */
  integrityCheck(quick = false): string[] {
    const name = quick ? 'quick_check' : 'integrity_check';
    const rows = this.db.pragma(name) as Record<string, string>[];
    return rows.map((row) => row[name] ?? '').filter((line) => line !== 'ok');
  }

  close(): void {
    if (!this.db.open) return;
    this.commitBulk();
    this.forgetSearchIndex();
    this.#statements.clear();
    this.db.close();
  }
}

/** Opens, and for the writer makes or migrates. Throws `StoreError`; what it refuses to open it leaves as it was. */
export function openStore(options: StoreOptions): Store {
  const {
    path,
    key,
    readonly = false,
    rebuilding = false,
    cacheKib = readonly ? 32_000 : 64_000,
    image,
  } = options;
  if (key.length !== 32) throw new StoreError('wrongKey', 'The database key must be 32 bytes.');
  const inMemory = path === ':memory:' || image !== undefined;
  const fresh = inMemory || !existsSync(path) || statSync(path).size === 0;
  if (fresh && readonly) throw new StoreError('notReady', 'The message store has not been made yet.');
  const bytes = image instanceof Uint8Array ? Buffer.from(image) : ':memory:';
  const open = () => connectOrSay(inMemory ? bytes : path, inMemory ? null : key, readonly);
  const db = image && !(image instanceof Uint8Array) ? image : open();
  try {
    // `cipher` pages cannot be mapped; mmap stays off by SQLite's default of 0.
    if (!inMemory) unlock(db, path, fresh);
    db.pragma(`cache_size = -${cacheKib}`);
    if (readonly) {
      db.pragma('query_only = ON');
      if (checkVersion(db) < NEWEST)
        throw new StoreError('notReady', 'The message store is not migrated yet.');
    } else {
      checkVersion(db);
      db.pragma('journal_mode = WAL');
      // Memory has no disk to wait for, nor bulk work to go to and fro between waiting and not.
      db.pragma(`synchronous = ${rebuilding || inMemory ? 'OFF' : 'FULL'}`);
      db.pragma('secure_delete = ON');
      db.pragma('foreign_keys = OFF');
      // The worker checkpoints between slices; this is for when it does not get to it.
      db.pragma('wal_autocheckpoint = 8000');
      db.pragma(`journal_size_limit = ${64 * 1024 * 1024}`);
      migrate(db);
    }
    const openIndex = () => (inMemory ? null : SearchIndexReader.open(searchIndexPath(path), key));
    const store = new Store(db, path, readonly, openIndex, options.schema);
    if (!readonly) store.memory.search.divide();
    return store;
  } catch (error) {
    db.close();
    throw inWords(error);
  }
}

function connectOrSay(source: string | Buffer, key: Uint8Array | null, readonly: boolean): Database.Database {
  try {
    return connect(source, key, { readonly, fileMustExist: readonly, timeout: 5_000 });
  } catch (error) {
    throw inWords(error);
  }
}

const TROUBLE: Record<Trouble, string> = {
  diskFull: 'The disk is full. Make room, and try again.',
  noAccess:
    'Lockstep may not write in the folder of the messages. Check who owns it, and whether it is read-only.',
  busy: 'Another program holds the file of the messages. End it, and try again.',
};

/** What is not the database's fault is not called damage. */
function inWords(error: unknown): unknown {
  const trouble = error instanceof StoreError ? null : troubleOf(error);
  return trouble === null ? error : new StoreError(trouble, TROUBLE[trouble], { cause: error });
}

function unlock(db: Database.Database, path: string, fresh: boolean): void {
  try {
    db.prepare('SELECT count(*) FROM sqlite_schema').get();
  } catch (error) {
    if (fresh) throw error;
    const code = (error as { code?: string }).code ?? '';
    if (code === 'SQLITE_NOTADB' && headerLooksRight(path)) {
      throw new StoreError(
        'wrongKey',
        'This key does not open the messages on this device. Nothing was changed.',
        {
          cause: error,
        },
      );
    }
    if (damageOf(error) !== null) {
      throw new StoreError('damaged', 'The messages on this device cannot be read. Nothing was changed.', {
        cause: error,
      });
    }
    throw error;
  }
}

/** The cipher leaves bytes 16 to 23 of the file as SQLite wrote them: page size, versions and three constants. */
function headerLooksRight(path: string): boolean {
  const header = Buffer.alloc(24);
  const file = openSync(path, 'r');
  try {
    if (readSync(file, header, 0, 24, 0) < 24) return false;
  } finally {
    closeSync(file);
  }
  if (header.subarray(0, 15).toString('latin1') === 'SQLite format 3') return false;
  const pageSize = header.readUInt16BE(16);
  const sizeRight = pageSize === 1 || (pageSize >= 512 && (pageSize & (pageSize - 1)) === 0);
  return sizeRight && header[21] === 64 && header[22] === 32 && header[23] === 32;
}
