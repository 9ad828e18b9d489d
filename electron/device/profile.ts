/**
 * A profile opened: its key, its database, the sync worker that writes it and the read-only connection beside it.
 *
 * [Note: locked]: whenever a key or a database is there and cannot be opened, the profile is locked and not a byte of
 * it is changed. Only a person's `startFresh` goes on from there, and that renames what is there.
 *
 * [Note: recovering]: a damaged database whose key is known to be the right one is recovered by the worker (SPEC DMG-*), at its start; found
 * damaged in use, everything is closed first and opened anew. Until that is done there is nothing to work with, and `recovering` says how
 * far it is. Where it cannot be done for now (a full disk), the profile is locked, and tried again by itself.
 */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { Failure } from '../api/failure.ts';
import type { SessionState } from '../api/types.ts';
import type { Host, Keychain } from '../host/host.ts';
import { ATTACHMENTS } from '../store/blob-files.ts';
import { KEEPSAKE } from '../store/damage/keepsake.ts';
import { unfinishedRecoveries } from '../store/damage/set-aside.ts';
import { damageOf } from '../store/damage/signs.ts';
import { openStore, type Store } from '../store/open.ts';
import { searchIndexPath } from '../store/search-index.ts';
import type { SyncEvent } from '../sync/protocol.ts';
import { startWorker, type WorkerLink, WorkerRefused } from './worker-link.ts';
import type { WorkerThreads } from './worker-threads.ts';

export type Locked = Extract<SessionState, { kind: 'locked' }>;
export type Recovering = Extract<SessionState, { kind: 'recovering' }>;
export type Opened = {
  kind: 'open';
  store: Store;
  worker: WorkerLink;
  /** Ends the watch over battery and connection: it lasts as long as somebody syncs. */
  unwatch(): void;
};

export type ProfileOptions = {
  folder: string;
  host: Host;
  threads: WorkerThreads;
  onEvent(event: SyncEvent): void;
  onCrash(error: unknown): void;
  /** How far a recovery is; over, whatever came of it. */
  onRecovering?(over: boolean): void;
  /** For tests. */
  retryMs?: number;
};

const DATABASE = 'messages.db';
const filesOf = (database: string): string[] => [database, `${database}-wal`, `${database}-shm`];
/** The search index goes where its messages go. */
const DATABASE_FILES = [...filesOf(DATABASE), ...filesOf(searchIndexPath(DATABASE))];
/** What may pass by itself. */
const PASSES: ReadonlySet<Locked['reason']> = new Set(['diskFull', 'busy']);
const RETRY_MS = 20_000;

export class Profile {
  readonly #options: ProfileOptions;
  readonly #keychain: Keychain;
  #state: Opened | Locked | null = null;
  /** Opening, wiping and closing one after the other. */
  #turn: Promise<unknown> = Promise.resolve();
  #closed = false;
  #recovering: Recovering | null = null;
  /** Once one begins: whoever waits for the profile to open need not wait longer. */
  #begun = withResolver();
  readonly #abort = new AbortController();
  /** What was met in use, until the database was opened anew for it; and how often. */
  #suspected: string | null = null;
  #suspicions = 0;
  #retry: NodeJS.Timeout | null = null;

  constructor(options: ProfileOptions) {
    this.#options = options;
    this.#keychain = options.host.keychain(options.folder);
  }

  /** What a call works with. Throws where there is nothing to work with, and says why. */
  get opened(): Opened {
    if (this.#closed) throw new Failure('stopping', 'Lockstep is closing.');
    if (this.#recovering !== null || this.#suspected !== null)
      throw new Failure('recovering', 'The database was damaged and is being recovered.', {
        retryAfterMs: 1_000,
      });
    if (this.#state === null)
      throw new Failure('stopping', 'Lockstep is opening its messages. Try again.', { retryAfterMs: 500 });
    if (this.#state.kind === 'locked') throw new Failure('locked', this.#state.detail);
    return this.#state;
  }

  get locked(): Locked | null {
    return this.#state?.kind === 'locked' ? this.#state : null;
  }

  get recovering(): Recovering | null {
    return this.#recovering;
  }

  get databasePath(): string {
    return this.#path(DATABASE);
  }

  get weakKeychain(): boolean {
    return !this.#keychain.strong;
  }

  /** Opened, locked, or being recovered: then it goes on by itself. */
  open(): Promise<void> {
    const opened = this.#inTurn(async () => {
      if (this.#state?.kind === 'open') return;
      this.#state = await this.#tryToOpen();
    });
    return Promise.race([opened, this.#begun.promise]);
  }

  /** Met by the worker, or by a reader: SQLite's name. Everything is closed, and opened anew for a closer look. */
  foundDamaged(code: string): void {
    if (this.#closed || this.#suspected !== null || this.#state?.kind !== 'open') return;
    this.#suspected = code;
    this.#suspicions += 1;
    this.#showRecovering({ phase: 'looking', done: 0, total: null });
    void this.#inTurn(async () => {
      await this.#shut();
      this.#state = await this.#tryToOpen();
    }).catch(() => {
      // Closing meanwhile.
    });
  }

  /** Deletes the messages on this device and their key, and begins with an empty database. */
  wipe(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#shut();
      for (const name of this.#everything()) await rm(this.#path(name), { force: true, recursive: true });
      this.#state = await this.#tryToOpen();
    });
  }

  /** Puts everything aside, whole, under a new name, and begins with an empty database. */
  setAside(now = new Date()): Promise<string> {
    return this.#inTurn(async () => {
      await this.#shut();
      const folder = this.#path(
        `set-aside-${now.toISOString().replace(/[:.]/g, '-')}-${randomBytes(2).toString('hex')}`,
      );
      await mkdir(folder, { mode: 0o700 });
      for (const name of this.#everything()) {
        if (existsSync(this.#path(name))) await rename(this.#path(name), path.join(folder, name));
      }
      this.#state = await this.#tryToOpen();
      return folder;
    });
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#abort.abort();
    if (this.#retry !== null) clearTimeout(this.#retry);
    return this.#inTurn(async () => {
      await this.#shut();
      this.#options.threads.end();
    });
  }

  async #tryToOpen(): Promise<Opened | Locked> {
    const state = await this.#open();
    const over = this.#recovering !== null;
    this.#recovering = null;
    this.#suspected = null;
    this.#begun = withResolver();
    if (state.kind === 'locked' && PASSES.has(state.reason)) this.#tryAgainLater();
    // The state is there once the turn is over.
    if (over) queueMicrotask(() => setImmediate(() => this.#options.onRecovering?.(true)));
    return state;
  }

  #tryAgainLater(): void {
    if (this.#closed) return;
    this.#retry = setTimeout(() => {
      void this.open()
        .then(() => this.#options.onRecovering?.(true))
        .catch(() => {});
    }, this.#options.retryMs ?? RETRY_MS);
    this.#retry.unref();
  }

  #showRecovering(progress: Omit<Recovering, 'kind'>): void {
    this.#recovering = { kind: 'recovering', ...progress };
    this.#begun.resolve();
    this.#options.onRecovering?.(false);
  }

  async #open(): Promise<Opened | Locked> {
    const keychain = this.#keychain;
    const dbPath = this.#path(DATABASE);
    let stored = await keychain.load();
    if (stored.kind === 'missing') {
      const underWay = unfinishedRecoveries(dbPath).length > 0;
      if (existsSync(dbPath) || existsSync(this.#path(KEEPSAKE)) || underWay) {
        return locked(
          'keyUnreadable',
          `The messages in ${this.#options.folder} are there, but their key (${keychain.file}) is not. Put it back from a backup.`,
        );
      }
      await keychain.create(new Uint8Array(randomBytes(32)));
      stored = await keychain.load(); // what was written is what counts
    }
    if (stored.kind === 'unreadable') return locked(stored.reason, stored.detail);
    if (stored.kind === 'missing')
      return locked('keyUnreadable', 'The key was written and is gone again. Check the disk.');
    for (;;) {
      const opened = await this.#openWith(dbPath, stored.key);
      if (opened !== 'again') return opened;
    }
  }

  /** again: our own reading met damage that the worker had not. */
  async #openWith(dbPath: string, dbKey: Uint8Array): Promise<Opened | Locked | 'again'> {
    const { onEvent, onCrash, threads } = this.#options;
    let worker: WorkerLink;
    try {
      worker = await startWorker({
        threads,
        data: { dbPath, dbKey, suspected: this.#suspected, certain: this.#suspicions > 1 },
        onEvent,
        onCrash,
        onRecovering: (progress) => this.#showRecovering(progress),
        onDamage: (code) => this.foundDamaged(code),
        signal: this.#abort.signal,
      });
    } catch (error) {
      if (this.#closed) return locked('busy', 'Lockstep is closing.');
      if (error instanceof WorkerRefused && this.#suspect(error)) return 'again';
      if (error instanceof WorkerRefused) return locked(lockReason(error.reason), error.message);
      throw error;
    }
    try {
      const store = openStore({ path: dbPath, key: dbKey, readonly: true });
      const unwatch = this.#options.host.watchConditions((conditions) => worker.setConditions(conditions));
      return { kind: 'open', worker, store, unwatch };
    } catch (error) {
      await worker.stop();
      const code = damageOf(error);
      if (code === null || this.#suspicions > 2) throw error;
      this.#suspected = code;
      this.#suspicions += 1;
      return 'again';
    }
  }

  /** The database opened, and what stands on it met damage before it was ready: it is looked over at the next try. */
  #suspect({ reason, damage }: WorkerRefused): boolean {
    if (reason !== 'damaged' || damage === null || damage === 'SQLITE_NOTADB' || this.#suspicions > 2)
      return false;
    this.#suspected = damage;
    this.#suspicions += 1;
    return true;
  }

  async #shut(): Promise<void> {
    const state = this.#state;
    this.#state = null;
    if (state?.kind !== 'open') return;
    state.unwatch();
    state.store.close();
    await state.worker.stop();
  }

  /**
   * In the order in which it goes. The keepsake first: alone it would bring back who was signed in. Then a recovery that has not come to
   * its end, whose folder is where the database is meanwhile. The key last: a database without its key would be locked for ever, a key
   * without a database is harmless.
   */
  #everything(): string[] {
    const recoveries = unfinishedRecoveries(this.databasePath).map(({ folder }) => path.basename(folder));
    return [KEEPSAKE, ...recoveries, ...DATABASE_FILES, ATTACHMENTS, this.#keychain.file];
  }

  #path(name: string): string {
    return path.join(this.#options.folder, name);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => {});
    return turn;
  }
}

function locked(reason: Locked['reason'], detail: string): Locked {
  return { kind: 'locked', reason, detail };
}

const REASONS: readonly string[] = [
  'fromTheFuture',
  'damaged',
  'passphrase',
  'diskFull',
  'noAccess',
  'busy',
] satisfies Locked['reason'][];

/** The store's refusals in the words of the session's state. */
function lockReason(reason: string): Locked['reason'] {
  if (REASONS.includes(reason)) return reason as Locked['reason'];
  return reason === 'wrongKey' || reason === 'keyUnreadable' ? 'keyUnreadable' : 'damaged';
}

function withResolver(): { promise: Promise<void>; resolve(): void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
