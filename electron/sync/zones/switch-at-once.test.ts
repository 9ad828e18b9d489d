/** A device that dies as its switch is turned: what a person decided with it is done whole, or not at all. */
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { type Cloud, createCloud } from '../../../cloud/app.ts';
import { sodiumReady } from '../../../shared/crypto/sodium.ts';
import { fullAfter } from '../testing/full-disk.ts';
import { does, idOf, is, settled, turn, twoDevices } from '../testing/two-devices.ts';
import { removeFolders, type ZoneDevice } from '../testing/zone-device.ts';

await sodiumReady();
afterAll(removeFolders);

let cloud: Cloud;
let one: ZoneDevice;
let two: ZoneDevice;

beforeEach(async () => {
  cloud = await createCloud({ dataDir: ':memory:', registration: 'open' });
  [one, two] = await twoDevices(cloud, [{}, {}]);
});
afterEach(async () => {
  for (const device of [one, two]) await device.stop();
  await cloud.close();
});

test.each([
  ['bringBack', ['first', 'second']],
  ['everywhere', ['second']],
] as const)(
  'SYN-36 what was deleted while the switch was off is answered (%s) as the switch goes on, by one write',
  async (deletedHere, left) => {
    await turn(two, false);
    await does(two, { name: 'deleteMessages', input: { ids: [idOf(two, 'first')] } });
    fullAfter(two, 1);
    await does(two, { name: 'setSwitch', input: { on: true, deletedHere } }).catch(() => {});
    await two.restart();
    await two.until(is('on'), 'on');
    await settled(two, one);
    for (const device of [one, two]) expect(device.texts()).toEqual(left);
  },
);

test('SWI-3 the device on which the switch is turned off for all devices asks for that and turns its own by one write', async () => {
  fullAfter(one, 1);
  await does(one, { name: 'setSwitch', input: { on: false, everywhere: true } }).catch(() => {});
  await one.restart();
  for (const device of [one, two]) await device.until(is('off'), 'off');
});
