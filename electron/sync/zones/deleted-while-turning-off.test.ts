/**
 * What is deleted on a device while its switch is on its way off is that device's own, as when it is off; and the zone is still pulled then, so the
 * message may come once more. Real devices, a real cloud.
 */
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { type Cloud, createCloud } from '../../../cloud/app.ts';
import { sodiumReady } from '../../../shared/crypto/sodium.ts';
import { getZoneState } from '../../store/zone-state.ts';
import type { Command } from '../protocol.ts';
import type { SyncStatus } from '../status-types.ts';
import {
  cuttableFetchOf,
  firstDevice,
  nextDevice,
  removeFolders,
  type ZoneDevice,
} from '../testing/zone-device.ts';

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
  one = await firstDevice(cloud, 'anna@example.org', { clock });
  for (const [i, text] of ['first', 'second'].entries()) one.message(text, Date.now() - 3_600_000 + i);
  one.core.start();
  await one.settled();
  two = await nextDevice(cloud, one.person, { clock, fetch: cuttableFetchOf(cloud, () => !cut) });
  two.core.start();
  await two.settled();
});
afterEach(async () => {
  await one.stop();
  await two.stop();
  await cloud.close();
});

const does = (device: ZoneDevice, command: Command) => device.core.execute(command as never);
const is = (value: SyncStatus['switch']) => (status: SyncStatus) => status.switch === value;
const idOf = (device: ZoneDevice, text: string): string =>
  device.store.get<{ id: string }>('SELECT lower(hex(id)) AS id FROM message WHERE text = ?', text)?.id ?? '';
async function turn(device: ZoneDevice, on: boolean): Promise<void> {
  await does(device, { name: 'setSwitch', input: { on } });
  await device.until(is(on ? 'on' : 'off'), on ? 'on' : 'off');
}
async function settled(...some: ZoneDevice[]): Promise<void> {
  for (const device of some) {
    await does(device, { name: 'syncNow', input: null });
    await device.settled();
  }
}

/** The cloud's copy was deleted once, and both devices have brought it back: in its second generation. */
async function purgedOnce(): Promise<void> {
  await does(one, { name: 'disableAndDelete', input: null });
  for (const device of [one, two]) await device.until(is('off'), 'off');
  clock.ahead = 31 * DAY;
  for (const device of [one, two]) {
    await does(device, { name: 'syncNow', input: null });
    await device.until(({ purge }) => purge === null, 'the purge is over');
  }
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
