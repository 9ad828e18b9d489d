/**
 * The real cloud on a folder, which crashes, is restarted, and is put back from a backup. A crash is what is in its files at that
 * moment, opened as a new cloud; whatever was on its way to or from the old one is lost.
 */
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Cloud, createCloud } from '../../../cloud/app.ts';
import type { Folders } from './folders.ts';
import type { Far } from './network.ts';
import type { SeededRandom } from './random.ts';
import type { World } from './world.ts';

type Limits = { quotaBytes?: number; largestDatabaseBytes?: number };

export class SimCloud implements Far {
  life = 0;
  readonly #world: World;
  readonly #folders: Folders;
  readonly #random: SeededRandom;
  #folder: string;
  #cloud: Cloud | null = null;

  /** `from`: the folder of a cloud that was closed; its files are copied. */
  constructor(world: World, folders: Folders, random: SeededRandom, from?: string) {
    this.#world = world;
    this.#folders = folders;
    this.#random = random;
    this.#folder = folders.make();
    if (from !== undefined) copyFolder(from, this.#folder);
  }

  get cloud(): Cloud {
    if (this.#cloud === null) throw new Error('The cloud is not there.');
    return this.#cloud;
  }

  get folder(): string {
    return this.#folder;
  }

  fetch(request: Request): Promise<Response> {
    return this.cloud.fetch(request);
  }

  async start(limits: Limits = {}, restored = false): Promise<void> {
    this.#cloud = await createCloud({
      dataDir: this.#folder,
      registration: 'open',
      check: 'none',
      clock: this.#world.clock,
      timers: this.#world.cloudTimers,
      random: this.#random.bytes,
      restored,
      ...limits,
    });
  }

  async close(): Promise<void> {
    this.life += 1;
    await this.#cloud?.close();
    this.#cloud = null;
  }

  /** Nothing is finished in order. */
  async crash(limits: Limits = {}): Promise<void> {
    await this.#goOnIn(this.#copy(), limits, false);
  }

  /** In order, with what is under way answered first. */
  async restart(limits: Limits = {}): Promise<void> {
    await this.close();
    await this.start(limits);
  }

  /** Every change token and cursor that it gave is worth nothing from now on. */
  async forgetTokens(): Promise<void> {
    const folder = this.#copy();
    const file = join(folder, 'cloud.secret.json');
    const secret = JSON.parse(readFileSync(file, 'utf8')) as { tokenKey: string };
    secret.tokenKey = Buffer.from(this.#random.bytes(32)).toString('base64url');
    writeFileSync(file, JSON.stringify(secret));
    await this.#goOnIn(folder, {}, false);
  }

  /** As it is now, for `restore`. */
  backUp(): string {
    return this.#copy();
  }

  async restore(backup: string): Promise<void> {
    const folder = this.#folders.make();
    copyFolder(backup, folder);
    await this.#goOnIn(folder, {}, true);
  }

  #copy(): string {
    const folder = this.#folders.make();
    copyFolder(this.#folder, folder);
    return folder;
  }

  async #goOnIn(folder: string, limits: Limits, restored: boolean): Promise<void> {
    const old = this.#cloud;
    this.life += 1;
    this.#folder = folder;
    await this.start(limits, restored);
    await old?.close();
  }
}

/** Of files that nobody is writing to at this moment. */
function copyFolder(from: string, to: string): void {
  for (const name of ['cloud.db', 'cloud.db-wal', 'cloud.secret.json']) {
    const file = join(from, name);
    if (existsSync(file)) cpSync(file, join(to, name));
  }
}
