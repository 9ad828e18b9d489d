/**
 * A profile opened: its key, its database, the sync worker that writes it and the read-only connection beside it.
 *
 * [Note: locked]: whenever a key or a database is there and cannot be opened, the profile is locked and not a byte of
 * it is changed. Only a person's `startFresh` goes on from there, and that renames what is there.
 */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { Failure } from '../api/failure.ts';
import type { SessionState } from '../api/types.ts';
import type { Host, Keychain } from '../host/host.ts';
import { ATTACHMENTS } from '../store/blob-files.ts';
import { openStore, type Store } from '../store/open.ts';
import { searchIndexPath } from '../store/search-index.ts';
import type { SyncEvent } from '../sync/protocol.ts';
import { startWorker, type WorkerLink, WorkerRefused } from './worker-link.ts';

export type Locked = Extract<SessionState, { kind: 'locked' }>;
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
  workerScript: URL;
  onEvent(event: SyncEvent): void;
  onCrash(error: unknown): void;
};

const DATABASE = 'messages.db';
const filesOf = (database: string): string[] => [database, `${database}-wal`, `${database}-shm`];
/** The search index goes where its messages go. */
const DATABASE_FILES = [...filesOf(DATABASE), ...filesOf(searchIndexPath(DATABASE))];

export class Profile {
  readonly #options: ProfileOptions;
  readonly #keychain: Keychain;
  #state: Opened | Locked | null = null;
  /** Opening, wiping and closing one after the other. */
  #turn: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(options: ProfileOptions) {
    this.#options = options;
    this.#keychain = options.host.keychain(options.folder);
  }

  /** What a call works with. Throws where there is nothing to work with, and says why. */
  get opened(): Opened {
    if (this.#closed) throw new Failure('stopping', 'Lockstep is closing.');
    if (this.#state === null)
      throw new Failure('stopping', 'Lockstep is opening its messages. Try again.', { retryAfterMs: 500 });
    if (this.#state.kind === 'locked') throw new Failure('locked', this.#state.detail);
    return this.#state;
  }

  get locked(): Locked | null {
    return this.#state?.kind === 'locked' ? this.#state : null;
  }

  get weakKeychain(): boolean {
    return !this.#keychain.strong;
  }

  open(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#state?.kind === 'open') return;
      this.#state = await this.#tryToOpen();
    });
  }

  /** Deletes the messages on this device and their key, and begins with an empty database. */
  wipe(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#shut();
      // The key goes last: a database without its key would be locked for ever, a key without a database is harmless.
      for (const name of [...DATABASE_FILES, ATTACHMENTS, this.#keychain.file])
        await rm(this.#path(name), { force: true, recursive: true });
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
      for (const name of [...DATABASE_FILES, ATTACHMENTS, this.#keychain.file]) {
        if (existsSync(this.#path(name))) await rename(this.#path(name), path.join(folder, name));
      }
      this.#state = await this.#tryToOpen();
      return folder;
    });
  }

  close(): Promise<void> {
    this.#closed = true;
    return this.#inTurn(() => this.#shut());
  }

  async #tryToOpen(): Promise<Opened | Locked> {
    const keychain = this.#keychain;
    const dbPath = this.#path(DATABASE);
    let stored = await keychain.load();
    if (stored.kind === 'missing') {
      if (existsSync(dbPath)) {
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
    const { onEvent, onCrash, workerScript } = this.#options;
    let worker: WorkerLink;
    try {
      worker = await startWorker({
        script: workerScript,
        data: { dbPath, dbKey: stored.key },
        onEvent,
        onCrash,
      });
    } catch (error) {
      if (error instanceof WorkerRefused) return locked(lockReason(error.reason), error.message);
      throw error;
    }
    try {
      const store = openStore({ path: dbPath, key: stored.key, readonly: true });
      const unwatch = this.#options.host.watchConditions((conditions) => worker.setConditions(conditions));
      return { kind: 'open', worker, store, unwatch };
    } catch (error) {
      await worker.stop();
      throw error;
    }
  }

  async #shut(): Promise<void> {
    const state = this.#state;
    this.#state = null;
    if (state?.kind !== 'open') return;
    state.unwatch();
    state.store.close();
    await state.worker.stop();
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

/** The store's refusals in the words of the session's state. */
function lockReason(reason: string): Locked['reason'] {
  if (reason === 'fromTheFuture' || reason === 'damaged' || reason === 'passphrase') return reason;
  return reason === 'wrongKey' || reason === 'keyUnreadable' ? 'keyUnreadable' : 'damaged';
}
