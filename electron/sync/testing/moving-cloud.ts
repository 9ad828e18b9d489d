/**
 * A real cloud on a real folder that is closed, changed beneath its devices (put back to a backup, purged) and opened again, and those devices.
 * One for each test: `await movingCloud()`, and `end()` behind it.
 */
import { copyFileSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cloud, createCloud } from '../../../cloud/app.ts';
import { raiseGeneration } from '../../../cloud/testing/new-generation.ts';
import { listNotices } from '../../store/notices.ts';
import { zoneDigest } from '../../store/zone-state.ts';
import type { Fetch } from '../network/cloud-client.ts';
import {
  type DeviceOptions,
  fetchOf,
  firstDevice,
  nextDevice,
  temporary,
  type ZoneDevice,
} from './zone-device.ts';

/** Of the messages that `two` have. */
export const T = 1_700_000_000_000;
const newFolder = (name: string) => temporary(mkdtempSync(join(tmpdir(), `lockstep-${name}-`)));

export type MovingCloud = Awaited<ReturnType<typeof movingCloud>>;

export async function movingCloud() {
  const folder = newFolder('cloud');
  const devices: ZoneDevice[] = [];
  let passed = 0;
  /** One time for the cloud and for the devices that are given it. */
  const clock = { now: () => Date.now() + passed };
  let cloud: Cloud | null = await createCloud({ dataDir: folder, registration: 'open', clock });

  /** Whatever cloud runs now. */
  const fetch: Fetch = (input, init) =>
    cloud === null ? Promise.reject(new TypeError('No connection.')) : fetchOf(cloud)(input, init);

  const added = (device: ZoneDevice): ZoneDevice => {
    devices.push(device);
    return device;
  };
  /** Not started yet. */
  const first = async (options: DeviceOptions = {}) =>
    added(await firstDevice(cloud as Cloud, 'anna@example.org', { fetch, ...options }));
  /** Another of the same person. Not started yet. */
  const next = async ({ person }: ZoneDevice, options: DeviceOptions = {}) =>
    added(await nextDevice(cloud as Cloud, person, { fetch, ...options }));

  /** Nobody gets an answer meanwhile. */
  async function whileDown(work: (folder: string) => Promise<void>, restored = false): Promise<void> {
    const running = cloud;
    cloud = null;
    await running?.close();
    await work(folder);
    cloud = await createCloud({ dataDir: folder, registration: 'open', restored, clock });
  }

  /** `first` and `second` on both, and at the cloud. */
  async function two(): Promise<[ZoneDevice, ZoneDevice]> {
    const one = await first();
    one.message('first', T);
    one.message('second', T + 1000);
    one.core.start();
    await one.settled();
    const other = await next(one);
    other.core.start();
    await other.settled();
    await one.settled();
    return [one, other];
  }

  return {
    clock,
    fetch,
    first,
    next,
    two,
    whileDown,
    pass(ms: number): void {
      passed += ms;
    },
    /** A copy of its files as they are now. */
    async backup(): Promise<string> {
      const copy = newFolder('backup');
      await whileDown(async () => copyInto(folder, copy));
      return copy;
    },
    /** What the cloud has of the messages is gone; those hear of it, and are off. */
    async purge(...of: ZoneDevice[]): Promise<void> {
      await whileDown(raiseGeneration);
      for (const device of of) {
        await device.core.execute({ name: 'syncNow', input: null });
        await device.until(({ switch: value }) => value === 'off', 'off');
      }
    },
    putBack: (copy: string) => whileDown(async () => copyInto(copy, folder), true),
    async end(): Promise<void> {
      for (const device of devices) await device.stop();
      await cloud?.close();
    },
  };
}

function copyInto(from: string, to: string): void {
  for (const name of readdirSync(from)) copyFileSync(join(from, name), join(to, name));
}

/** One that was off when its zone was purged is told first, and asked again. */
export async function turnOn(device: ZoneDevice): Promise<void> {
  const command = { name: 'setSwitch', input: { on: true } } as const;
  await device.core.execute(command);
  await device.until((now) => now.switch === 'on' || now.switchReason === 'purged', 'on, or told');
  if (device.core.status().switch === 'on') return;
  await device.core.execute(command);
  await device.until(({ switch: value }) => value === 'on', 'on');
}

/** Until all have the same, and nothing more to do. */
export async function inStep(...all: ZoneDevice[]): Promise<void> {
  for (const device of all) await device.core.execute({ name: 'syncNow', input: null });
  for (let round = 0; round < 400; round += 1) {
    const states = all.map((device) => `${device.texts()} ${zoneDigest(device.store, 'messages')}`);
    const idle = all.every((device) => device.core.status().phase === 'idle');
    if (idle && states.every((state) => state === states[0])) return;
    if (round % 40 === 39)
      for (const device of all) await device.core.execute({ name: 'syncNow', input: null });
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(
    `Not in step: ${JSON.stringify(all.map((device) => [device.texts(), device.core.status()]))}`,
  );
}

export const codes = (device: ZoneDevice): string[] => listNotices(device.store).map(({ code }) => code);
