/** A delete for all devices that nobody else has heard of yet, when the message itself goes from the device that knows. Real devices, a real cloud. */
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { type Cloud, createCloud } from '../../../cloud/app.ts';
import { sodiumReady } from '../../../shared/crypto/sodium.ts';
import type { Fetch } from '../network/cloud-client.ts';
import { does, idOf, is, purgeIsOver, settled, turn, twoDevices } from '../testing/two-devices.ts';
import { fetchOf, removeFolders, type ZoneDevice } from '../testing/zone-device.ts';

await sodiumReady();
afterAll(removeFolders);

const DAY = 24 * 3_600_000;
const clock = { ahead: 0, now: () => Date.now() + clock.ahead };
let cloud: Cloud;
/** Nothing that `one` pushes arrives. */
let pushesCut = false;
let one: ZoneDevice;
let two: ZoneDevice;

beforeEach(async () => {
  clock.ahead = 0;
  pushesCut = false;
  cloud = await createCloud({ dataDir: ':memory:', registration: 'open', clock });
  const fetch: Fetch = async (input, init) => {
    const request = new Request(input, init);
    if (pushesCut && request.url.endsWith('/Push')) throw new TypeError('No connection.');
    return fetchOf(cloud)(request);
  };
  [one, two] = await twoDevices(cloud, [{ clock, fetch }, { clock }]);
});
afterEach(async () => {
  await one.stop();
  await two.stop();
  await cloud.close();
});

const remove = (device: ZoneDevice, text: string) =>
  does(device, { name: 'deleteMessages', input: { ids: [idOf(device, text)] } });
const deleteNow = (device: ZoneDevice, text: string) =>
  does(device, { name: 'deleteForGood', input: { ids: [idOf(device, text)] } });
/** The cloud's copy is deleted, and its thirty days are over. */
async function purged(): Promise<void> {
  await does(one, { name: 'disableAndDelete', input: null });
  await one.until(is('off'), 'off');
}
async function aMonthLater(): Promise<void> {
  clock.ahead = 31 * DAY;
  await purgeIsOver(one, two);
}
/** On again, first where the message still is: both devices show it. */
async function bothShowBoth(): Promise<void> {
  await turn(two, true);
  await turn(one, true);
  await settled(one, two);
  await one.until(() => one.texts().length === 2, 'the message');
  expect([one.texts(), two.texts()]).toEqual([
    ['first', 'second'],
    ['first', 'second'],
  ]);
}

test('DEL-6 a delete holds although the cloud was purged, its device has let go of the message, and another brings it back', async () => {
  await turn(two, false);
  await remove(one, 'first');
  await settled(one);
  await purged();
  await deleteNow(one, 'first');
  await aMonthLater();
  expect(two.texts()).toEqual(['first', 'second']);
  await turn(two, true);
  await turn(one, true);
  await settled(one, two, one);
  await two.until(() => two.texts().length === 1, 'the delete');
  expect([one.texts(), two.texts()]).toEqual([['second'], ['second']]);
});

test('DEL-6 SYN-36 what was deleted on a device alone comes back from the other, purge or not', async () => {
  await turn(two, false);
  await purged();
  await remove(one, 'first');
  await deleteNow(one, 'first');
  await aMonthLater();
  await bothShowBoth();
});

test('DEL-6 DEL-2 a Recover on the other device, later than the delete, wins over what is remembered of that', async () => {
  await remove(one, 'first');
  await settled(one, two);
  await two.until(() => two.texts().length === 1, 'the delete');
  await turn(two, false);
  await purged();
  await deleteNow(one, 'first');
  await does(two, { name: 'recoverMessages', input: { ids: [idOf(two, 'first')] } });
  await aMonthLater();
  await bothShowBoth();
});

test('DEL-6 a delete that had not gone up when the switch was turned off goes up when it is on again', async () => {
  pushesCut = true;
  await remove(one, 'first');
  await does(one, { name: 'setSwitch', input: { on: false } });
  await one.until(is('off'), 'off');
  await deleteNow(one, 'first');
  expect(two.texts()).toEqual(['first', 'second']);
  pushesCut = false;
  await turn(one, true);
  await settled(one, two);
  await two.until(() => two.texts().length === 1, 'the delete');
  expect([one.texts(), two.texts()]).toEqual([['second'], ['second']]);
});
