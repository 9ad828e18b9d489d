/** A device that stands still (SPEC SWI-5) hears all the same whether the zone is still to be purged. With a real cloud in between. */
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { type Cloud, createCloud } from '../../../cloud/app.ts';
import { sodiumReady } from '../../../shared/crypto/sodium.ts';
import { does, is } from '../testing/two-devices.ts';
import { firstDevice, nextDevice, removeFolders, type ZoneDevice } from '../testing/zone-device.ts';

await sodiumReady();
afterAll(removeFolders);

const T = 1_700_000_000_000;
let cloud: Cloud;
let one: ZoneDevice;
let two: ZoneDevice;

beforeEach(async () => {
  cloud = await createCloud({ dataDir: ':memory:', registration: 'open' });
  one = await firstDevice(cloud, 'anna@example.org');
  one.message('first', T);
  one.core.start();
  await one.settled();
  two = await nextDevice(cloud, one.person);
  two.core.start();
  await two.settled();
});
afterEach(async () => {
  await one.stop();
  await two.stop();
  await cloud.close();
});

/** The second one is being turned off by its person, and paused in the middle of that; then the cloud's messages are to be deleted. */
async function pausedWhileOff(): Promise<void> {
  await does(two, { name: 'setSwitch', input: { on: false } });
  await does(two, { name: 'hold', input: null });
  await does(two, { name: 'disableAndDelete', input: null });
  await one.until(is('off'), 'off for the purge');
  expect(two.core.status()).toMatchObject({ switch: 'disabling', paused: { reason: 'held' } });
  expect(two.core.status().purge).not.toBeNull();
}

test('SWI-15 paused while a purge is pending: it is not said any more once it was taken back elsewhere, and the switch goes on', async () => {
  await pausedWhileOff();
  await does(one, { name: 'undoPurge', input: null });
  await one.until(is('on'), 'on again');
  // Not that nobody is known to have asked for it, either.
  await two.until(({ purge, paused }) => purge === null && paused?.reason === 'held', 'nothing pending');
  expect(two.core.status()).toMatchObject({ switch: 'disabling', purge: null, paused: { reason: 'held' } });
  await does(two, { name: 'setSwitch', input: { on: true } });
  await two.until(is('on'), 'on');
});

test('SWI-15 so it is where it was taken back while the device was not running', async () => {
  await pausedWhileOff();
  await two.stop();
  await does(one, { name: 'undoPurge', input: null });
  await one.until(is('on'), 'on again');
  await two.restart();
  await two.until(({ purge, paused }) => purge === null && paused?.reason === 'held', 'nothing pending');
});
