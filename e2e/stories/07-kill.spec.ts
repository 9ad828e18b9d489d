/** kill -9 of cloud and device, during a first sync and during a send: nothing lost, nothing twice. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { connectDevice, type DeviceClient } from '../../build/device-client.ts';
import { root } from '../../build/node24.mjs';
import { everythingOn } from '../harness/compare.ts';
import { type Device, expect, test } from '../harness/fixtures.ts';
import {
  ANNA,
  BOB,
  conversation,
  createAccount,
  expectMessage,
  messageField,
  openConversation,
  send,
  signIn,
  startConversation,
} from '../harness/people.ts';
import { realTexts } from '../harness/texts.ts';

type Storage = Awaited<ReturnType<DeviceClient['sync']['storage']['query']>>;

/** Waits until the device says more than `from` (or that it has all that it can), and returns what it said. */
async function reaches(device: Device, count: (storage: Storage) => number, from: number): Promise<number> {
  const client = await connectDevice(device.address);
  for (const end = Date.now() + 60_000; ; ) {
    // Nobody is signed in yet: nothing is there.
    const now = await client.sync.storage.query().then(count, () => 0);
    if (now > from) return now;
    if (from > 0 && (await client.sync.status.query()).phase === 'idle') return now;
    if (Date.now() > end) throw new Error(`It stays at ${now}.\n${device.log()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test('Killed in a first sync, again and again: the history is whole, once', async ({ world }) => {
  test.setTimeout(600_000);
  const COUNT = 12_000;
  const cloud = await world.cloud();
  const laptop = await world.device('Laptop', cloud);
  const bob = await world.device('Bob', cloud);
  await createAccount(laptop.page, ANNA);
  await createAccount(bob.page, BOB);
  await startConversation(laptop.page, BOB.handle);
  await send(laptop.page, 'The newest of all');
  await laptop.stop();
  execFileSync(process.execPath, [join(root, 'e2e/harness/import-history.ts'), laptop.folder, String(COUNT)]);

  // While it uploads: device and cloud in turn, each time as soon as more of it has arrived.
  const uploaded: number[] = [0];
  for (let round = 0; round < 4; round++) {
    await laptop.start();
    uploaded.push(await reaches(laptop, (storage) => storage.messagesInCloud, uploaded.at(-1) ?? 0));
    if (round % 2 === 0) await laptop.kill();
    else {
      await cloud.kill();
      await cloud.start();
      await laptop.kill();
    }
  }
  expect(uploaded.filter((count) => count > 0 && count < COUNT)).not.toEqual([]);
  await laptop.start();
  await laptop.open();
  const first = await connectDevice(laptop.address);
  await expect
    .poll(async () => (await first.sync.storage.query()).messagesInCloud, { timeout: 180_000 })
    .toBe(COUNT + 1);

  // While it downloads.
  const desktop = await world.device('Desktop', cloud);
  // The window's sign-in dies with its device, at whatever it is doing by then.
  const signedIn = signIn(desktop.page, ANNA, 'Desktop').catch(() => undefined);
  const downloaded: number[] = [0];
  for (let round = 0; round < 4; round++) {
    downloaded.push(await reaches(desktop, (storage) => storage.messagesHere, downloaded.at(-1) ?? 0));
    await Promise.all([desktop.kill(), cloud.kill()]);
    await cloud.start();
    await desktop.start();
  }
  expect(downloaded.filter((count) => count > 0 && count < COUNT)).not.toEqual([]);
  await desktop.open();
  await signedIn;
  const second = await connectDevice(desktop.address);
  await expect
    .poll(async () => (await second.sync.storage.query()).messagesHere, { timeout: 180_000 })
    .toBe(COUNT + 1);
  const there = await everythingOn(desktop.address);
  expect([...there.values()].flat().map((one) => one.text)).toEqual([
    ...realTexts(COUNT),
    'The newest of all',
  ]);
  expect(there).toEqual(await everythingOn(laptop.address));
});

test('Killed in a send: Bob has each message once, in order', async ({ world }) => {
  test.setTimeout(300_000);
  const cloud = await world.cloud();
  const anna = await world.device('Anna', cloud);
  const bob = await world.device('Bob', cloud);
  await createAccount(anna.page, ANNA);
  await createAccount(bob.page, BOB);
  await startConversation(anna.page, BOB.handle);
  await send(anna.page, 'Message 0');
  await expect(conversation(bob.page, ANNA.name)).toBeVisible();
  await openConversation(bob.page, ANNA.name);

  // A message counts as written when the window shows it in the transcript.
  const written = ['Message 0'];
  for (let number = 1; number <= 12; number++) {
    const text = `Message ${number}`;
    await messageField(anna.page).fill(text);
    await anna.page.getByRole('button', { name: 'Send', exact: true }).click();
    await expectMessage(anna.page, text);
    written.push(text);
    if (number % 3 === 1) await anna.kill();
    if (number % 4 === 2) await cloud.kill();
    if (!anna.running) {
      await anna.start();
      await anna.open();
      await openConversation(anna.page, BOB.name);
    }
    if (!cloud.running) await cloud.start();
  }

  const texts = async (address: string) =>
    [...(await everythingOn(address)).values()].flat().map((one) => one.text);
  await expect.poll(() => texts(bob.address), { timeout: 120_000 }).toEqual(written);
  await expect.poll(() => texts(anna.address), { timeout: 30_000 }).toEqual(written);
});
