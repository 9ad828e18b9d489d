/** The switch changes by itself while the disk is full: what a delete reaches is what the screen says. */
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { type Cloud, createCloud } from '../../../cloud/app.ts';
import { sodiumReady } from '../../../shared/crypto/sodium.ts';
import { getZoneState } from '../../store/zone-state.ts';
import { does, idOf, is, settled, twoDevices } from '../testing/two-devices.ts';
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

/** The switch finds no room, all else does. */
function switchFindsNoRoom({ store }: ZoneDevice): { refused: number; full: boolean } {
  const disk = { refused: 0, full: true };
  const run = store.run.bind(store);
  store.run = (text, ...parameters) => {
    if (!disk.full || !text.startsWith('UPDATE zone_state SET switch') || parameters.at(-1) !== 2)
      return run(text, ...parameters);
    const [value] = parameters;
    if (value === getZoneState(store, 'messages').switch) return run(text, ...parameters);
    disk.refused += 1;
    throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
  };
  return disk;
}

const written = (device: ZoneDevice) => getZoneState(device.store, 'messages').switch;
const deletes = (device: ZoneDevice, text: string) =>
  does(device, { name: 'deleteMessages', input: { ids: [idOf(device, text)] } });

/** Of a Disable & Delete that was taken back, `two` cannot write down that its switch is on again. */
async function onAgainUnwritten() {
  await does(one, { name: 'disableAndDelete', input: null });
  for (const device of [one, two]) await device.until(is('off'), 'off');
  const disk = switchFindsNoRoom(two);
  await does(one, { name: 'undoPurge', input: null });
  await two.until(() => disk.refused > 0, 'the refusal');
  await two.until(({ paused }) => paused?.reason === 'diskFull', 'the full disk');
  expect([two.core.status().switch, written(two)]).toEqual(['enabling', 'off']);
  return disk;
}

test('SYN-164 a delete is refused while it would reach less far than the screen says; with room it reaches every device', async () => {
  const disk = await onAgainUnwritten();
  await expect(deletes(two, 'first')).rejects.toMatchObject({ code: 'SQLITE_FULL' });
  expect(two.texts()).toEqual(['first', 'second']);
  disk.full = false;
  await deletes(two, 'first');
  await does(two, { name: 'syncNow', input: null });
  await two.until(is('on'), 'on');
  await settled(two, one);
  for (const device of [one, two]) expect(device.texts()).toEqual(['second']);
});

test('SYN-164 what needs no switch goes on, and the switch is written down without anybody’s doing', async () => {
  const disk = await onAgainUnwritten();
  expect(await does(two, { name: 'status', input: null })).toMatchObject({ switch: 'enabling' });
  await does(two, { name: 'setSettings', input: { readReceipts: false } });
  disk.full = false;
  await does(two, { name: 'syncNow', input: null });
  await two.until(is('on'), 'on');
  expect(written(two)).toBe('on');
});
