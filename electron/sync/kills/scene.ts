/**
 * The people and machines of the crash tests: a cloud in a process of its own on real files, Anna's device that is killed (its sync thread in a
 * process of its own, on real files), and in this process her other device and Bob's, which nobody kills and which everything is compared
 * with. The clocks of all are set together.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cloud } from '../../../cloud/app.ts';
import { ORIGIN } from '../../../cloud/testing/clients.ts';
import type { Armed } from '../../../cloud/testing/reaper.ts';
import { systemRandom } from '../../../shared/crypto/random.ts';
import { openStore, type Store } from '../../store/open.ts';
import type { CommandInput, CommandName } from '../protocol.ts';
import { systemTimers } from '../run/timers.ts';
import { messagesOf } from '../sim/ledger.ts';
import type { SeededRandom } from '../sim/random.ts';
import { type CoreDevice, coreDevice, PASSWORD } from '../testing/core-device.ts';
import { CLOUD_URL, firstDevice, type ZoneDevice } from '../testing/zone-device.ts';
import { Ledger } from './ledger.ts';
import { CloudProcess, DeviceProcess, type Scripts } from './processes.ts';

export const DAY = 24 * 3_600_000;
const DESCRIPTION = { name: 'A device', platform: 'test', appVersion: '0' };

export type Side = 'device' | 'cloud';

export class Scene {
  readonly folder = mkdtempSync(join(tmpdir(), 'lockstep-kills-'));
  readonly ledger = new Ledger();
  readonly dice: SeededRandom;
  /** Of all clocks. */
  offMs = 0;
  /** No more acts: something in it is over for good. */
  spent = false;
  /** The id of a third device of hers. */
  third = '';
  /** Who the device that is killed belongs to, where that is not Anna: somebody new, who has no other. */
  dora: string | null = null;
  nextPassword = PASSWORD;
  cloud: CloudProcess;
  device: DeviceProcess;
  dataDir = join(this.folder, 'cloud');
  anna!: CoreDevice;
  bob!: ZoneDevice;
  carol!: ZoneDevice;
  handle = 'anna@example.org';
  password = PASSWORD;
  words: string[] = [];
  conversation = '';
  /** The database of the device that is killed. */
  path = '';
  key = systemRandom(32);
  readonly #scripts: Scripts;
  #cut = false;
  #devices = 0;

  constructor(scripts: Scripts, dice: SeededRandom) {
    this.#scripts = scripts;
    this.dice = dice;
    this.cloud = new CloudProcess(scripts.cloud);
    this.device = new DeviceProcess(scripts.device);
  }

  async open(): Promise<void> {
    await this.cloud.serve({ dataDir: this.dataDir, offMs: 0, restored: false, armed: null });
    const options = this.#options();
    const cloud = { fetch: (request: Request) => this.fetch(request) } as unknown as Cloud;
    this.anna = coreDevice(cloud, options);
    const input = { cloudUrl: CLOUD_URL, handle: this.handle, password: this.password, name: 'Anna' };
    const { words } = await this.anna.core.execute({
      name: 'signUp',
      input: { ...input, invitation: null, device: DESCRIPTION },
    });
    this.words = words;
    this.bob = await firstDevice(cloud, 'bob@example.org', { ...options, whole: true });
    this.carol = await firstDevice(cloud, 'carol@example.org', { ...options, whole: true });
    this.bob.core.start();
    this.carol.core.start();
    this.conversation = (
      await this.anna.core.execute({
        name: 'startConversation',
        input: { handles: ['bob@example.org'], name: null },
      })
    ).id;
    const first = { conversationId: this.conversation, text: this.ledger.text('anna'), replyTo: null };
    this.ledger.writes(first.text, 'anna');
    await this.anna.core.execute({ name: 'send', input: first });
    this.ledger.written(first.text);
    this.newFolder();
    await this.startDevice();
    await this.run('signIn', this.signInInput());
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
    const folder = join(this.folder, `device ${this.#devices++}`);
    mkdirSync(folder);
    this.path = join(folder, 'messages.db');
  }

  async startDevice(armed: Armed | null = null): Promise<void> {
    if (this.device.begun && !this.device.dead) await this.device.kill();
    if (this.device.dead) this.device = new DeviceProcess(this.#scripts.device);
    await this.device.begin(this.#scripts.thread, {
      dbPath: this.path,
      dbKey: this.key,
      address: this.cloud.address,
      offMs: this.offMs,
      suspected: null,
      certain: false,
      mayRecover: true,
      armed,
    });
  }

  async startCloud(options: { restored?: boolean; armed?: Armed | null } = {}): Promise<void> {
    const { restored = false, armed = null } = options;
    if (!this.cloud.dead) await this.cloud.kill();
    this.cloud = new CloudProcess(this.#scripts.cloud);
    await this.cloud.serve({ dataDir: this.dataDir, offMs: this.offMs, restored, armed });
    this.#surround();
  }

  newCloudProcess(): CloudProcess {
    return new CloudProcess(this.#scripts.cloud);
  }

  /** Time passes for everybody, while the device that is killed is not running. */
  async jump(ms: number): Promise<void> {
    await this.device.kill();
    this.offMs += ms;
    // Thirty days in Recently Deleted may be over.
    if (ms >= 30 * DAY) {
      this.ledger.may(
        messagesOf(this.anna).filter((row) => row.deleted !== null),
        'gone',
      );
    }
    this.cloud.tell({ type: 'clock', offMs: this.offMs });
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
    for (const { core } of [this.anna, this.bob, this.carol])
      void core.execute({ name: 'syncNow', input: null }).catch(() => {});
    if (!this.device.dead && this.device.begun) void this.device.run('syncNow', null).catch(() => {});
  }

  /** On the device that is killed: null where it was refused, or failed for want of the cloud. */
  async run<N extends CommandName>(name: N, input: CommandInput<N>) {
    const outcome = await this.device.run(name, input);
    return outcome.ok ? outcome : null;
  }

  /** A copy of what the killed device has, to be closed after use. */
  reader(): Store {
    return openStore({ path: this.path, key: this.key, readonly: true });
  }

  /** All failures since the last time that nobody foresaw. */
  takeFailures(): string[] {
    const found: string[] = [];
    for (const { failures } of [this.device, this.anna, this.bob, this.carol]) {
      found.push(...failures.filter((line) => /(^| )internal /.test(line)));
      failures.length = 0;
    }
    return found;
  }

  async close(): Promise<void> {
    await this.device.kill();
    for (const one of [this.anna, this.bob, this.carol]) await one?.stop();
    await this.cloud.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
