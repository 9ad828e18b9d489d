/**
 * What is deleted on a device while its switch is on its way off is that device's own, as when it is off; and the zone is still pulled then, so the
 * message may come once more. Real devices, a real cloud.
 */
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { type Cloud, createCloud } from '../../../cloud/app.ts';
import { sodiumReady } from '../../../shared/crypto/sodium.ts';
import { getZoneState } from '../../store/zone-state.ts';
import { does, idOf, is, purgeIsOver, settled, turn, twoDevices } from '../testing/two-devices.ts';
import { cuttableFetchOf, removeFolders, type ZoneDevice } from '../testing/zone-device.ts';

await sodiumReady();
afterAll(removeFolders);

const DAY = 24 * 3_600_000;
const clock = { ahead: 0, now: () => Date.now() + clock.ahead };
let cloud: Cloud;
let cut = false;
let one: ZoneDevice;
let two: ZoneDevice;

beforeEach(async () => {
  clock.ahead = 0;
  cut = false;
  cloud = await createCloud({ dataDir: ':memory:', registration: 'open', clock });
  [one, two] = await twoDevices(cloud, [{ clock }, { clock, fetch: cuttableFetchOf(cloud, () => !cut) }]);
});
afterEach(async () => {
  await one.stop();
  await two.stop();
  await cloud.close();
});

/** The cloud's copy was deleted once, and both devices have brought it back: in its second generation. */
async function purgedOnce(): Promise<void> {
  await does(one, { name: 'disableAndDelete', input: null });
  for (const device of [one, two]) await device.until(is('off'), 'off');
  clock.ahead = 31 * DAY;
  await purgeIsOver(one, two);
  for (const device of [one, two]) await turn(device, true);
  await settled(one, two, one);
  for (const device of [one, two]) expect(getZoneState(device.store, 'messages').generation).toBe(2);
}

/** Two deletes it for good while it turns off, and it changes elsewhere before that is done. */
async function deletedMeanwhile(): Promise<string> {
  const id = idOf(two, 'first');
  cut = true;
  await does(two, { name: 'setSwitch', input: { on: false, everywhere: false } });
  await two.until(is('disabling'), 'disabling');
  await does(two, { name: 'deleteForGood', input: { ids: [id] } });
  await does(one, { name: 'deleteMessages', input: { ids: [id] } });
  await does(one, { name: 'recoverMessages', input: { ids: [id] } });
  await settled(one);
  cut = false;
  await does(two, { name: 'syncNow', input: null });
  await two.until(is('off'), 'off');
  return id;
}

test('SYN-26 SYN-36 what was deleted for good on a device while it turned off comes back when its person says so, also after a purge', async () => {
  await purgedOnce();
  await deletedMeanwhile();
  expect([one.texts(), two.texts()]).toEqual([['first', 'second'], ['second']]);
  await does(two, { name: 'setSwitch', input: { on: true, deletedHere: 'bringBack' } });
  await two.until(is('on'), 'on');
  await settled(two, one, two);
  for (const device of [one, two]) expect(device.texts()).toEqual(['first', 'second']);
});

test('SYN-26 what was deleted for good on a device while it turned off is not on its disk again when it changes elsewhere', async () => {
  const id = await deletedMeanwhile();
  expect([two.texts(), two.record(id)]).toEqual([['second'], null]);
  await does(two, { name: 'setSwitch', input: { on: true, deletedHere: 'bringBack' } });
  await two.until(is('on'), 'on');
  await settled(two, one);
  for (const device of [one, two]) expect(device.texts()).toEqual(['first', 'second']);
});

test('DEL-30 DEL-20 SYN-36 the switch goes on also where what was deleted here was written by a newer app since', async () => {
  const id = idOf(two, 'first');
  cut = true;
  await does(two, { name: 'setSwitch', input: { on: false, everywhere: false } });
  await two.until(is('disabling'), 'disabling');
  await does(two, { name: 'deleteMessages', input: { ids: [id] } });
  one.newerWrites(id);
  await does(one, { name: 'syncNow', input: null });
  await one.settled();
  cut = false;
  await does(two, { name: 'syncNow', input: null });
  await two.until(is('off'), 'off');
  expect(two.texts()).toEqual(['second']);
  await does(two, { name: 'setSwitch', input: { on: true, deletedHere: 'everywhere' } });
  await two.until(is('on'), 'on');
  await two.settled();
  expect(two.texts()).toEqual(['second']);
  // Both are updated.
  await two.stop();
  await one.stop();
  one.schema += 1;
  two.schema += 1;
  one.start();
  two.start();
  for (const device of [two, one]) {
    await does(device, { name: 'syncNow', input: null });
    await device.settled();
  }
  for (const device of [one, two]) expect(device.texts()).toEqual(['second']);
});
