/**
 * One device of a simulation: the real engine with accounts and mail, on a real database file, with the world's time. It is killed at any
 * moment, started again, and put back to an old copy of its folder.
 */
import { copyFileSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TestDevice } from '../../../cloud/testing/person.ts';
import { setIdentity } from '../../store/identity.ts';
import { saveKeyring } from '../../store/keyring.ts';
import { openStore, type Store } from '../../store/open.ts';
import { setZoneState } from '../../store/zone-state.ts';
import { realParts } from '../core.ts';
import type { Fetch } from '../network/cloud-client.ts';
import type { CommandInput, CommandName, CommandResult } from '../protocol.ts';
import { assembleSync, type SyncCore, type SyncParts } from '../run/assemble.ts';
import type { World } from './world.ts';

export const CLOUD_URL = 'http://localhost:1';
/** Of a simulation's databases: one for all, so that one may be a copy of another. */
const KEY = new Uint8Array(32).fill(9);

export type DeviceParts = {
  fetch: Fetch;
  clock: { now(): number };
  random: (length: number) => Uint8Array;
  world: World;
  /** Free on the disk; null: not known. */
  freeBytes(): number | null;
  parts?: SyncParts;
};

export class SimDevice {
  readonly path: string;
  readonly failures: string[] = [];
  #store: Store | null = null;
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
    saveKeyring(store, {
      log: keyring?.log ?? [],
      epochs: epochs.map(({ body, signature }, index) => ({
        epoch: index + 1,
        body,
        signature,
        key: index === epochs.length - 1 ? person.epochKey : null,
      })),
    });
    setZoneState(store, 'messages', { switch: takesPart ? 'enabling' : 'off' });
    store.close();
  }

  start(): void {
    const store = this.#open();
    this.#store = store;
    const { fetch, clock, random, world, freeBytes, parts } = this.#parts;
    this.#core = assembleSync(
      {
        store,
        fetch,
        clock,
        random,
        freeBytes,
        timers: world.timers,
        emit: () => {},
        onFailure: (step, kind, detail) => this.failures.push(`${step} ${kind} ${detail}`),
      },
      parts ?? realParts,
    );
    this.#core.start();
  }

  /** In order: what is under way ends first. */
  async stop(): Promise<void> {
    const { core, store } = this;
    this.#core = null;
    await core.stop();
    store.close();
    this.#store = null;
  }

  /** At once: what was not committed is not there. */
  async kill(): Promise<void> {
    const { core, store } = this;
    this.#core = null;
    const ended = core.stop();
    store.db.close();
    this.#store = null;
    await ended;
  }

  /** Of a device that does not run. */
  copyTo(file: string): void {
    copyDatabase(this.path, file);
  }
  putBack(file: string): void {
    copyDatabase(file, this.path);
  }

  #open(): Store {
    const store = openStore({ path: this.path, key: KEY });
    // Nothing here cuts the power, and whoever holds the database is in this very process.
    store.db.pragma('synchronous = OFF');
    store.db.pragma('busy_timeout = 0');
    store.db.pragma('cache_size = -2000');
    return store;
  }
}

/** Another connection to the same file. */
export function secondConnection(path: string): Store {
  return openStore({ path, key: KEY });
}

function copyDatabase(from: string, to: string): void {
  for (const end of ['', '-wal']) {
    rmSync(`${to}${end}`, { force: true });
    if (existsSync(`${from}${end}`)) copyFileSync(`${from}${end}`, `${to}${end}`);
  }
  rmSync(`${to}-shm`, { force: true });
}
