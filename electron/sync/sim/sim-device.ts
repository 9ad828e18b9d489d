/**
 * One device of a simulation: the real engine with accounts and mail, on a real SQLite database, with the world's time. It is killed at any
 * moment, started again, and put back to an old copy of its database.
 *
 * The database is in memory, without its cipher (what files and ciphers do when a process dies is shown by the kill tests). What is
 * committed when the device ends is what the next start begins with; nothing else of the life before is (resting.ts).
 */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { TestDevice } from '../../../cloud/testing/person.ts';
import { verifyDeviceLog } from '../../../shared/crypto/device-log.ts';
import { verifyEpochChain, walkDown } from '../../../shared/crypto/epochs.ts';
import { SCHEMA } from '../../../shared/model/payload.ts';
import { setIdentity } from '../../store/identity.ts';
import { saveKeyring } from '../../store/keyring.ts';
import { openStore, type Store } from '../../store/open.ts';
import { setZoneState } from '../../store/zone-state.ts';
import { realParts } from '../core.ts';
import type { Fetch } from '../network/cloud-client.ts';
import type { CommandInput, CommandName, CommandResult, SyncEvent } from '../protocol.ts';
import { assembleSync, type SyncCore, type SyncParts } from '../run/assemble.ts';
import type { Sizes } from '../sizes.ts';
import { endLife, rememberStatements } from './resting.ts';
import type { World } from './world.ts';

export const CLOUD_URL = 'http://localhost:1';
/** Asked for, and not used: nothing is written to a disk. */
const KEY = new Uint8Array(32);

export type DeviceParts = {
  fetch: Fetch;
  clock: { now(): number };
  random: (length: number) => Uint8Array;
  world: World;
  /** Free on the disk; null: not known. */
  freeBytes(): number | null;
  parts?: SyncParts;
  /** How much it does at once. */
  sizes: Sizes;
  /** Each time that it is running. */
  started?(store: Store): void;
  /** What it tells its window. */
  emit?(event: SyncEvent): void;
};

export class SimDevice {
  readonly failures: string[] = [];
  /** How often it was started. */
  lives = 0;
  /** How often it was put back to an old copy. */
  putBacks = 0;
  /** The newest schema of records that its app knows: from its next start on. */
  schema = SCHEMA;
  /** Where its database would lie, and its files do. */
  readonly path: string;
  /** What is committed, while it does not run: where it was left, or a copy from elsewhere. */
  #rest: Uint8Array | Database.Database | null = null;
  #store: Store | null = null;
  #held = false;
  #core: SyncCore | null = null;
  readonly #parts: DeviceParts;

  constructor(folder: string, parts: DeviceParts) {
    this.path = join(folder, 'messages.db');
    this.#parts = parts;
  }

  get alive(): boolean {
    return this.#core !== null;
  }
  get core(): SyncCore {
    if (this.#core === null) throw new Error('This device is not running.');
    return this.#core;
  }
  get store(): Store {
    if (this.#store === null) throw new Error('This device is not running.');
    return this.#store;
  }
  get busy(): boolean {
    return this.#core?.busy() ?? false;
  }

  execute<N extends CommandName>(name: N, input: CommandInput<N>): Promise<CommandResult<N>> {
    return this.core.execute({ name, input } as never) as Promise<CommandResult<N>>;
  }

  /** Signed in, before its first start. */
  async become(account: TestDevice, takesPart: boolean): Promise<void> {
    const { person, keys, token } = account;
    const store = this.#open();
    setIdentity(store, {
      accountId: person.accountId,
      handle: person.handle,
      cloudUrl: CLOUD_URL,
      deviceId: keys.deviceId,
      signKey: keys.signKey,
      sealKey: keys.sealKey,
      sessionToken: token,
      state: 'active',
      createdMs: this.#parts.clock.now(),
    });
    const { keyring } = await account.account.getKeyring({});
    const epochs = keyring?.epochs ?? [];
    const log = keyring?.log ?? [];
    const { accountId } = person;
    // As a device that joins does: of the newest key follow those before it.
    const known = walkDown(verifyEpochChain(epochs, verifyDeviceLog(log, { accountId })), person.epochKey);
    saveKeyring(store, {
      log,
      epochs: epochs.map(({ body, signature }, index) => ({
        epoch: index + 1,
        body,
        signature,
        key: known.get(index + 1) ?? null,
      })),
    });
    setZoneState(store, 'messages', { switch: takesPart ? 'enabling' : 'off' });
    this.#close(store);
  }

  start(): void {
    const store = this.#open();
    this.#store = store;
    const { fetch, clock, random, world, freeBytes, parts, sizes, started, emit } = this.#parts;
    this.#core = assembleSync(
      {
        store,
        fetch,
        clock,
        random,
        freeBytes,
        timers: world.timers,
        sizes,
        emit: emit ?? (() => {}),
        onFailure: (step, kind, detail) => this.failures.push(`${step} ${kind} ${detail}`),
      },
      parts ?? realParts,
    );
    this.lives += 1;
    this.#core.start();
    started?.(store);
  }

  /** In order: what is under way ends first. */
  async stop(): Promise<void> {
    const { core, store } = this;
    this.#core = null;
    await core.stop();
    store.commitBulk();
    this.#close(store);
  }

  /** At once: what was not committed is not there. */
  async kill(): Promise<void> {
    const { core, store } = this;
    this.#core = null;
    const ended = core.stop();
    this.#close(store);
    await ended;
  }

  /** Somebody else writes to its database, and is not done: from now on, or no more. False: it writes itself at this moment. */
  hold(held: boolean): boolean {
    if (held && this.store.db.inTransaction) return false;
    this.#held = held;
    return true;
  }

  /** Of a device that does not run. */
  copy(): Uint8Array {
    if (this.#rest === null) throw new Error('This device is running.');
    return this.#rest instanceof Uint8Array ? this.#rest : new Uint8Array(this.#rest.serialize());
  }
  putBack(copy: Uint8Array): void {
    this.end();
    this.#rest = copy;
    this.putBacks += 1;
  }
  /** It never starts again, or not from here. */
  end(): void {
    if (this.#rest !== null && !(this.#rest instanceof Uint8Array)) this.#rest.close();
    this.#rest = null;
  }

  /** Its database, running or not. */
  look<T>(at: (store: Store) => T): T {
    if (this.#store !== null) return at(this.#store);
    const store = this.#open();
    try {
      return at(store);
    } finally {
      this.#close(store);
    }
  }

  #open(): Store {
    const store = openStore({ schema: this.schema, path: this.path, key: KEY, image: this.#rest });
    if (this.#rest === null || this.#rest instanceof Uint8Array) rememberStatements(store.db);
    this.#rest = null;
    this.#held = false;
    this.#mayBeHeld(store);
    return store;
  }

  #close(store: Store): void {
    this.#rest = endLife(store);
    this.#store = null;
  }

  /** A database in memory has one connection: what SQLite says to a second one is said here. */
  #mayBeHeld(store: Store): void {
    const { db } = store;
    const exec = db.exec.bind(db);
    const run = store.run.bind(store);
    const refuse = () => {
      if (this.#held && !db.inTransaction)
        throw new Database.SqliteError('database is locked', 'SQLITE_BUSY');
    };
    db.exec = (text) => {
      refuse();
      return exec(text);
    };
    store.run = (text, ...parameters) => {
      refuse();
      return run(text, ...parameters);
    };
  }
}
