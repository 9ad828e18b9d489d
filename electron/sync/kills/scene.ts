/**
 * The people and machines of the crash tests: a cloud in a process of its own on real files, Anna's device that is killed (its sync thread in a
 * process of its own, on real files), and in this process her other device, Bob's and Carol's, which nobody kills and which everything is
 * compared with. The clocks of all are set together.
 *
 * The first scene of a run is set up by signing up, signing in and writing; what it has on the disk then is kept as it is, and every later
 * one begins with a copy of it (`Image`).
 */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import type { Cloud } from '../../../cloud/app.ts';
import { ORIGIN } from '../../../cloud/testing/clients.ts';
import type { Armed } from '../../../cloud/testing/reaper.ts';
import { toHex } from '../../../shared/crypto/bytes.ts';
import { systemRandom } from '../../../shared/crypto/random.ts';
import { openStore, type Store } from '../../store/open.ts';
import type { CommandInput, CommandName } from '../protocol.ts';
import { systemTimers } from '../run/timers.ts';
import { messagesOf } from '../sim/ledger.ts';
import type { SeededRandom } from '../sim/random.ts';
import { type CoreDevice, coreDevice, PASSWORD } from '../testing/core-device.ts';
import { CLOUD_URL } from '../testing/zone-device.ts';
import { Ledger } from './ledger.ts';
import { CloudProcess, DeviceProcess, type Scripts } from './processes.ts';

export const DAY = 24 * 3_600_000;
const DESCRIPTION = { name: 'A device', platform: 'test', appVersion: '0' };

export type Side = 'device' | 'cloud';

/** Messages of the conversation with Bob at the beginning: as many as any act wants to have. */
const FIRST_MESSAGES = 30;
const PEOPLE = ['anna', 'bob', 'carol'] as const;
type PersonName = (typeof PEOPLE)[number];

/** A scene as it lay on the disk, with everybody at rest and ended. */
export type Image = {
  folder: string;
  words: string[];
  conversation: string;
  ledger: Ledger;
  key: Uint8Array;
};

export class Scene {
  readonly folder = mkdtempSync(join(tmpdir(), 'lockstep-kills-'));
  ledger = new Ledger();
  readonly dice: SeededRandom;
  readonly #wrong: string[] = [];
  /** Of all clocks. */
  offMs = 0;
  /** Requests wait for that. */
  #held: Promise<unknown> = Promise.resolve();
  /** No more acts: something in it is over for good. */
  spent = false;
  /** The id of a third device of hers. */
  third = '';
  /** Who the device that is killed belongs to, where that is not Anna: somebody new, who has no other. */
  dora: string | null = null;
  /** What speaks against the database of the device that is killed, as the app keeps in mind over a start. */
  suspected: string | null = null;
  /** Written to somebody whose changed identity nobody has taken yet; and whether that was answered. */
  heldBack: { text: string; answered: boolean } | null = null;
  /** People whom nobody here knew before; they are there until `strangersLeave`. */
  readonly strangers: CoreDevice[] = [];
  nextPassword = PASSWORD;
  cloud: CloudProcess;
  device: DeviceProcess;
  dataDir = join(this.folder, 'cloud');
  anna!: CoreDevice;
  bob!: CoreDevice;
  carol!: CoreDevice;
  handle = 'anna@example.org';
  password = PASSWORD;
  words: string[] = [];
  conversation = '';
  /** The database of the device that is killed. */
  path = '';
  key = systemRandom(32);
  #restoring = false;
  readonly #scripts: Scripts;
  #cut = false;
  #devices = 0;

  constructor(scripts: Scripts, dice: SeededRandom) {
    this.#scripts = scripts;
    this.dice = dice;
    this.cloud = new CloudProcess(scripts.cloud);
    this.device = new DeviceProcess(scripts.device);
  }

  /** Everybody is new. */
  async open(): Promise<void> {
    await this.cloud.serve({ dataDir: this.dataDir, offMs: 0, restored: false, armed: null });
    this.anna = this.#person('anna');
    this.bob = this.#person('bob');
    this.carol = this.#person('carol');
    for (const name of PEOPLE) {
      const input = { cloudUrl: CLOUD_URL, handle: `${name}@example.org`, password: this.password, name };
      const { words } = await this[name].core.execute({
        name: 'signUp',
        input: { ...input, invitation: null, device: DESCRIPTION },
      });
      if (name === 'anna') this.words = words;
    }
    this.conversation = (
      await this.anna.core.execute({
        name: 'startConversation',
        input: { handles: ['bob@example.org'], name: null },
      })
    ).id;
    for (let i = 0; i < FIRST_MESSAGES; i += 1) {
      const first = { conversationId: this.conversation, text: this.ledger.text('anna'), replyTo: null };
      this.ledger.writes(first.text, 'anna');
      await this.anna.core.execute({ name: 'send', input: first });
      this.ledger.written(first.text);
    }
    this.newFolder();
    await this.startDevice();
    await this.run('signIn', this.signInInput());
  }

  /** Ends everybody in order: what is on the disk then is where others begin. The scene is over. */
  async toImage(folder: string): Promise<Image> {
    await this.quit();
    for (const name of PEOPLE) await this[name].stop();
    await this.cloud.kill();
    cpSync(this.folder, folder, { recursive: true });
    const { words, conversation, ledger, key } = this;
    return { folder, words, conversation, ledger: ledger.copy(), key };
  }

  /** Everybody is as in the image. */
  async openFrom({ folder, words, conversation, ledger, key }: Image): Promise<void> {
    cpSync(folder, this.folder, { recursive: true });
    Object.assign(this, { words, conversation, ledger: ledger.copy(), key });
    await this.cloud.serve({ dataDir: this.dataDir, offMs: 0, restored: false, armed: null });
    for (const name of PEOPLE) this[name] = this.#person(name);
    this.path = this.#folderOfDevice();
    await this.startDevice();
  }

  #person(name: PersonName): CoreDevice {
    const folder = join(this.folder, name);
    mkdirSync(folder, { recursive: true });
    const cloud = { fetch: (request: Request) => this.fetch(request) } as unknown as Cloud;
    const device = coreDevice(cloud, { ...this.#options(), at: { folder, key: this.key } });
    // Nobody kills this one.
    device.store.db.pragma('synchronous = OFF');
    return device;
  }

  #options() {
    const clock = { now: () => Date.now() + this.offMs };
    const timers = { ...systemTimers, elapsed: () => performance.now() + this.offMs };
    return { fetch: this.fetch, clock, timers };
  }

  /** For whoever is in this process. */
  readonly fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const asked = new Request(input, init);
    const url = asked.url.replace(ORIGIN, '').replace(CLOUD_URL, '');
    const body = asked.method === 'POST' ? await asked.arrayBuffer() : null;
    const { method, headers, signal } = asked;
    await this.#held;
    const ask = () => fetch(`${this.cloud.address}${url}`, { method, headers, body, signal });
    try {
      return await ask();
    } catch (error) {
      // A kept connection that the cloud has just closed for its age: no fault of anybody's.
      if (this.cloud.dead || signal.aborted) throw error;
      return ask();
    }
  };

  signInInput(): CommandInput<'signIn'> {
    return {
      cloudUrl: CLOUD_URL,
      handle: this.handle,
      password: this.password,
      device: DESCRIPTION,
      takesPart: true,
    };
  }

  recoverInput(): CommandInput<'recover'> {
    const { cloudUrl, handle, device } = this.signInInput();
    return { cloudUrl, handle, words: this.words, newPassword: this.nextPassword, device, takesPart: true };
  }

  /** One that nobody had before. */
  chooseNextPassword(): void {
    this.nextPassword = `seven-lanterns-over-water-${this.dice.below(1_000_000)}`;
  }

  /** Until it is done: asked again it goes on with what was begun, and shows the words that were. */
  async signUpAsDora(): Promise<void> {
    this.dora ??= `dora${this.#devices}@example.org`;
    const handle = this.dora;
    const input = { cloudUrl: CLOUD_URL, handle, password: PASSWORD, name: 'Dora', invitation: null };
    const made = await this.run('signUp', { ...input, device: DESCRIPTION });
    if (made === null) return;
    const { words, ask } = made.result;
    await this.run('confirmRecovery', { answers: [words[ask[0]] ?? '', words[ask[1]] ?? ''] });
  }

  /** Somebody with an account of their own. */
  async stranger(): Promise<CoreDevice> {
    const stranger = coreDevice({ fetch: this.fetch } as unknown as Cloud, this.#options());
    try {
      await stranger.signUp(`stranger${this.dice.below(2 ** 31)}@example.org`);
    } catch (error) {
      await stranger.stop();
      throw error;
    }
    this.strangers.push(stranger);
    return stranger;
  }
  async strangersLeave(): Promise<void> {
    for (const stranger of this.strangers.splice(0)) await stranger.stop();
  }
  /** All whom nobody kills. */
  get others(): CoreDevice[] {
    return [this.anna, this.bob, this.carol, ...this.strangers];
  }

  /** One more device, in this process. */
  async another(handle = this.handle, password = this.password): Promise<CoreDevice> {
    const device = coreDevice({ fetch: this.fetch } as unknown as Cloud, this.#options());
    try {
      await device.core.execute({ name: 'signIn', input: { ...this.signInInput(), handle, password } });
    } catch (error) {
      await device.stop();
      throw error;
    }
    return device;
  }

  /** The app of the device that is killed ends in order. */
  async quit(): Promise<void> {
    await this.device.quit();
    await this.device.kill();
  }

  /** An empty place for the device that is killed: the next one there is a new one. */
  newFolder(): void {
    this.path = this.#folderOfDevice();
    mkdirSync(dirname(this.path));
  }
  #folderOfDevice(): string {
    return join(this.folder, `device ${this.#devices++}`, 'messages.db');
  }

  async startDevice(armed: Armed | null = null): Promise<void> {
    if (this.device.begun && !this.device.dead) await this.device.kill();
    if (this.device.dead) this.device = new DeviceProcess(this.#scripts.device);
    await this.device.begin(
      this.#scripts.thread,
      { address: this.cloud.address, offMs: this.offMs, armed },
      {
        dbPath: this.path,
        dbKey: this.key,
        suspected: this.suspected,
        certain: false,
        mayRecover: true,
        // It waits by itself where nobody is to die in it (search-thread.ts).
        searchAfterMs: 0,
      },
    );
  }

  /** A start with `restored` that did not come to its end is done again so, as the cloud demands (SPEC ERR-22). */
  async startCloud(options: { restored?: boolean; armed?: Armed | null } = {}): Promise<void> {
    const { restored = this.#restoring, armed = null } = options;
    if (!this.cloud.dead) await this.cloud.kill();
    this.cloud = new CloudProcess(this.#scripts.cloud);
    this.#restoring = restored;
    await this.cloud.serve({ dataDir: this.dataDir, offMs: this.offMs, restored, armed });
    this.#restoring = false;
    this.#surround();
  }

  newCloudProcess(): CloudProcess {
    return new CloudProcess(this.#scripts.cloud);
  }

  /** Time passes for everybody, while the device that is killed is not running. */
  async jump(ms: number): Promise<void> {
    await this.device.kill();
    this.offMs += ms;
    this.ledger.ages(
      messagesOf(this.anna).filter((row) => row.deleted !== null),
      ms,
    );
    // Nobody asks while one clock is set and another is not: a device would take its own for wrong.
    const set = this.cloud.dead ? Promise.resolve() : this.cloud.setClock(this.offMs);
    this.#held = Promise.allSettled([set]);
    await set;
  }

  /** The device that is killed has no connection. */
  cut(cut: boolean): void {
    this.#cut = cut;
    this.#surround();
  }
  #surround(): void {
    this.device.surroundings(this.cloud.address, this.offMs, this.#cut);
  }

  /** Everybody tries now, whatever they wait for. */
  poke(): void {
    this.cut(false);
    for (const { core } of this.others) void core.execute({ name: 'syncNow', input: null }).catch(() => {});
    if (!this.device.dead && this.device.begun) void this.device.run('syncNow', null).catch(() => {});
  }

  /** On the device that is killed: null where it was refused, or failed for want of the cloud. */
  async run<N extends CommandName>(name: N, input: CommandInput<N>) {
    const outcome = await this.device.run(name, input);
    return outcome.ok ? outcome : null;
  }

  /** What the killed device has on its disk, to be closed after use. */
  reader(): Store {
    return openStore({ path: this.path, key: this.key, readonly: true });
  }
  read<T>(work: (store: Store) => T): T {
    const store = this.reader();
    try {
      return work(store);
    } finally {
      store.close();
    }
  }

  /** Said at the next rest. */
  wrong(problem: string): void {
    this.#wrong.push(problem);
  }

  /** All failures since the last time that nobody foresaw, and what was found wrong. */
  takeFailures(): string[] {
    const found = this.#wrong.splice(0);
    for (const { failures } of [this.device, ...this.others]) {
      found.push(...failures.filter((line) => /(^| )internal /.test(line)));
      failures.length = 0;
    }
    return found;
  }

  /** Ends everybody. `keepIn`: a folder that gets all their files first, with what opens them; null: they go. */
  async close(keepIn: string | null = null): Promise<void> {
    await this.device.kill();
    for (const one of this.others) await one?.stop();
    await this.cloud.kill();
    if (keepIn !== null) {
      cpSync(this.folder, keepIn, { recursive: true });
      const about = { key: toHex(this.key), killed: relative(this.folder, this.path), offMs: this.offMs };
      writeFileSync(join(keepIn, 'about.json'), JSON.stringify(about, null, 1));
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
