/** One account's devices in virtual time, for what takes days: the real engine and cloud, and a clock that jumps. */
import { type Cloud, createCloud } from '../../../cloud/app.ts';
import { fromHex } from '../../../shared/crypto/bytes.ts';
import { listConversations } from '../../store/conversations.ts';
import { isGone } from '../../store/records.ts';
import type { Command, CommandName, CommandResult } from '../protocol.ts';
import { FINE, type Line, lineTo } from '../sim/network.ts';
import { seeded } from '../sim/random.ts';
import { World } from '../sim/world.ts';
import { type DeviceOptions, firstDevice, nextDevice, type ZoneDevice } from './zone-device.ts';

export const DAY = 24 * 60 * 60 * 1000;
const START = 1_760_000_000_000;

export type SceneDevice = {
  device: ZoneDevice;
  line: Line;
  /** Its own clock; may be set. */
  clock: { offMs: number };
  /** Called before each request: may do something first, or throw as a network does. */
  before: { request(url: string): Promise<void> | void };
};

export class Scene {
  readonly world = new World(START);
  readonly devices: SceneDevice[] = [];
  cloud!: Cloud;
  #commands = 0;

  async open(): Promise<void> {
    this.cloud = await createCloud({
      dataDir: ':memory:',
      registration: 'open',
      clock: this.world.clock,
      timers: this.world.cloudTimers,
    });
    this.world.busy = () => this.#commands > 0 || this.devices.some(({ device }) => device.core.busy());
  }

  /** Another device of the account, started and in step. */
  async add(options: DeviceOptions = {}): Promise<SceneDevice> {
    const { world } = this;
    const line: Line = { up: true, weather: FINE };
    const clock = world.clockOff(0);
    const before: SceneDevice['before'] = { request() {} };
    const far = { life: 0, fetch: (request: Request) => this.cloud.fetch(request) };
    const through = lineTo(far, line, world, seeded(1), () => {});
    const all: DeviceOptions = {
      fetch: async (input, init) => {
        const request = new Request(input, init);
        await before.request(request.url);
        return through(request);
      },
      clock,
      timers: world.timers,
      ...options,
    };
    const first = this.devices[0];
    const device =
      first === undefined
        ? await firstDevice(this.cloud, 'anna@example.org', all)
        : await nextDevice(this.cloud, first.device.person, all);
    const made = { device, line, clock, before };
    this.devices.push(made);
    device.core.start();
    await this.pass();
    return made;
  }

  /** Time goes by with everybody there, in one leap as while the lids are closed; then a quarter of an hour for the work. */
  async pass(ms = 0): Promise<void> {
    this.world.now += ms;
    await this.world.run(15 * 60_000);
  }

  async run<N extends CommandName>(
    on: SceneDevice,
    command: Extract<Command, { name: N }>,
  ): Promise<CommandResult<N>> {
    this.#commands += 1;
    const done = on.device.core.execute<N>(command).finally(() => {
      this.#commands -= 1;
    });
    // Looked at below; a failure must not count as unhandled before.
    done.catch(() => {});
    await this.world.run(10_000);
    return done;
  }

  async keep(on: SceneDevice, days: 0 | 30 | 365): Promise<void> {
    await this.run(on, { name: 'setKeepMessages', input: { days } });
  }

  /** A message of so many days ago, as an import or an old envelope brings it. */
  write(on: SceneDevice, text: string, daysAgo: number): string {
    const id = on.device.message(text, this.world.now - daysAgo * DAY);
    // As after a command: the engine hears that there is something to push.
    void on.device.core.execute({ name: 'syncNow', input: null });
    return id;
  }

  async close(): Promise<void> {
    for (const { device } of this.devices.splice(0)) {
      await device.stop();
    }
    await this.cloud.close();
  }
}

export const texts = (on: SceneDevice): string => on.device.texts().join(' ');
export const listed = (on: SceneDevice): number => listConversations(on.device.store).length;
export const gone = (on: SceneDevice, hexId: string): boolean =>
  isGone(on.device.store, 'messages', fromHex(hexId));
