/** One person with three devices, somebody to write with, and what stories ask of all of them at once. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, type Page } from '@playwright/test';
import { connectDevice } from '../../build/device-client.ts';
import { root } from '../../build/node24.mjs';
import type { Program } from '../../build/program.ts';
import { everythingOn } from './compare.ts';
import type { Cloud, Device, World } from './fixtures.ts';
import {
  ANNA,
  BOB,
  closeSettings,
  cloudSwitch,
  createAccount,
  expectMessage,
  openConversation,
  openSettings,
  send,
  signIn,
  startConversation,
} from './people.ts';

export type Three = { cloud: Cloud; laptop: Device; desktop: Device; tower: Device; bob: Device };

/** Anna's three devices with these messages to Bob on each, the conversation open everywhere. */
export async function threeDevices(world: World, ...texts: string[]): Promise<Three> {
  const cloud = await world.cloud();
  const laptop = await world.device('Laptop', cloud);
  const bob = await world.device('Bob', cloud);
  await createAccount(laptop.page, ANNA);
  await createAccount(bob.page, BOB);
  // A sign-up takes the computer's name, which every one of these has.
  const client = await connectDevice(laptop.address);
  const own = (await client.devices.list.query()).find(({ thisDevice }) => thisDevice);
  if (own !== undefined) await client.devices.rename.mutate({ id: own.id, name: 'Laptop' });
  await startConversation(laptop.page, BOB.handle);
  for (const text of texts) await send(laptop.page, text);
  const [desktop, tower] = [await world.device('Desktop', cloud), await world.device('Tower', cloud)];
  await signIn(desktop.page, ANNA, 'Desktop');
  await signIn(tower.page, ANNA, 'Tower');
  for (const device of [laptop, desktop, tower]) {
    await openConversation(device.page, BOB.name);
    for (const text of texts) await expectMessage(device.page, text);
  }
  return { cloud, laptop, desktop, tower, bob };
}

/** Messages of ten years into the first conversation of a device, which is stopped for it and started again. */
export async function importHistory(device: Device, count: number): Promise<void> {
  await device.stop();
  execFileSync(process.execPath, [join(root, 'e2e/harness/import-history.ts'), device.folder, String(count)]);
  await device.start();
  await device.open();
}

/** From their next start on these programs' clocks run ahead by so many days. */
export function later(days: number, ...programs: Program[]): void {
  for (const program of programs) {
    program.env['E2E_LATER_MS'] = String(days * 24 * 60 * 60 * 1000);
    program.env['NODE_OPTIONS'] = `--import=${pathToFileURL(join(root, 'e2e/harness/later.mjs'))}`;
  }
}

/** The switch as Settings shows it, and what the page says around it. */
export async function expectSwitch(page: Page, on: boolean, ...said: (string | RegExp)[]): Promise<void> {
  const dialog = await openSettings(page);
  await expect(cloudSwitch(page)).toBeChecked({ checked: on, timeout: 30_000 });
  for (const text of said) await expect(dialog).toContainText(text);
  await closeSettings(page);
}

/** The engine's own word, for what has no place on screen. */
export async function statusOf(device: Device) {
  return (await connectDevice(device.address)).sync.status.query();
}

export async function untilSwitch(device: Device, value: string): Promise<void> {
  await expect.poll(async () => (await statusOf(device)).switch, { timeout: 30_000 }).toBe(value);
}

/** These devices come to hold the same messages, and these texts. */
export async function expectEqual(devices: readonly Device[], texts: readonly string[]): Promise<void> {
  for (const device of devices)
    await expect
      .poll(async () => [...(await everythingOn(device.address)).values()].flat().map(({ text }) => text), {
        timeout: 30_000,
      })
      .toEqual(texts);
  const [first, ...others] = await Promise.all(devices.map(({ address }) => everythingOn(address)));
  for (const other of others) expect(other).toEqual(first);
}
