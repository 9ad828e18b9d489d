/**
 * The real cloud in memory, which crashes, is restarted, and is put back from a backup. A crash is what is committed at that moment, opened
 * as a new cloud; whatever was on its way to or from the old one is lost.
 */
import { type Cloud, type CloudOptions, createCloud } from '../../../cloud/app.ts';
import { CLOUD_SIZES, type CloudSizes } from '../../../cloud/sizes.ts';
import type { CloudImage } from '../../../cloud/storage/open.ts';
import type { Far } from './network.ts';
import type { SeededRandom } from './random.ts';
import type { World } from './world.ts';

export type Limits = Pick<CloudOptions, 'quotaBytes' | 'largestDatabaseBytes' | 'mailboxLimits'>;

/** The calls that change something. */
const WRITES = new Set([
  'Push',
  'Send',
  'Acknowledge',
  'UpdateKeyring',
  'MarkForPurge',
  'UndoPurge',
  'PutBlob',
]);

export class SimCloud implements Far {
  life = 0;
  readonly #world: World;
  readonly #random: SeededRandom;
  readonly #sizes: CloudSizes;
  #cloud: Cloud | null = null;
  /** It crashes at the next call that writes: as that arrives, or when it is done and not answered yet. */
  crashAt: 'before' | 'after' | null = null;
  /** After such a crash, until `rise`: what was committed. */
  #fallen: CloudImage | null = null;

  constructor(world: World, random: SeededRandom, sizes: CloudSizes = CLOUD_SIZES) {
    this.#sizes = sizes;
    this.#world = world;
    this.#random = random;
  }

  get cloud(): Cloud {
    if (this.#cloud === null) throw new Error('The cloud is not there.');
    return this.#cloud;
  }

  fetch(request: Request): Promise<Response> {
    if (this.#fallen !== null) return Promise.reject(new TypeError('fetch failed'));
    return this.cloud.fetch(request);
  }

  /** Whether it crashes now. */
  crashesAt(when: 'before' | 'after', call: string): boolean {
    if (this.crashAt !== when || !WRITES.has(call) || this.#fallen !== null) return false;
    this.crashAt = null;
    this.#fallen = this.cloud.image();
    this.life += 1;
    return true;
  }

  /** Started again after a crash. False: it was there all the time. */
  async rise(limits: Limits = {}): Promise<boolean> {
    const fallen = this.#fallen;
    if (fallen === null) return false;
    this.#fallen = null;
    await this.#goOnWith(fallen, limits, false);
    return true;
  }

  /** Another cloud that begins with what this one has now, and says that it is this one. */
  async twin(): Promise<SimCloud> {
    const twin = new SimCloud(this.#world, this.#random.fork(), this.#sizes);
    await twin.start(this.cloud.image());
    return twin;
  }

  /** `image`: begins with what another one was; else with nothing. */
  async start(image?: CloudImage, limits: Limits = {}, restored = false): Promise<void> {
    this.#cloud = await createCloud({
      dataDir: ':memory:',
      ...(image === undefined ? {} : { image }),
      registration: 'open',
      check: 'none',
      clock: this.#world.clock,
      timers: this.#world.cloudTimers,
      random: this.#random.bytes,
      sizes: this.#sizes,
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
    await this.#goOnWith(this.cloud.image(), limits, false);
  }

  /** In order, with what is under way answered first. */
  async restart(limits: Limits = {}): Promise<void> {
    // Between two moments of the world nothing is under way in it: what was asked is answered, or travels.
    const image = this.cloud.image();
    await this.close();
    await this.start(image, limits);
  }

  /** Every change token and cursor that it gave is worth nothing from now on. */
  async forgetTokens(): Promise<void> {
    const { database, secret } = this.cloud.image();
    const tokenKey = this.#random.bytes(32);
    await this.#goOnWith({ database, secret: { ...secret, tokenKey } }, {}, false);
  }

  /** As it is now, for `restore`. */
  backUp(): CloudImage {
    return this.cloud.image();
  }

  async restore(backup: CloudImage): Promise<void> {
    await this.#goOnWith(backup, {}, true);
  }

  async #goOnWith(image: CloudImage, limits: Limits, restored: boolean): Promise<void> {
    const old = this.#cloud;
    this.life += 1;
    await this.start(image, limits, restored);
    await old?.close();
  }
}
