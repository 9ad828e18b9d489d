/** A device that dies as its switch is turned: what a person decided with it is done whole, or not at all. */
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { type Cloud, createCloud } from '../../../cloud/app.ts';
import { sodiumReady } from '../../../shared/crypto/sodium.ts';
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

/** After its next commit nothing is written any more. */
function diesAfterOneCommit({ store: { db } }: ZoneDevice): void {
  const exec = db.exec.bind(db);
  let commits = 0;
  db.exec = (text) => {
    if (text === 'COMMIT') commits += 1;
    if (commits > 1) throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
    return exec(text);
  };
}

test.each([
  ['bringBack', ['first', 'second']],
  ['everywhere', ['second']],
] as const)(
  'SYN-36 what was deleted while the switch was off is answered (%s) as the switch goes on, by one write',
  async (deletedHere, left) => {
    await turn(two, false);
    await does(two, { name: 'deleteMessages', input: { ids: [idOf(two, 'first')] } });
    diesAfterOneCommit(two);
    await does(two, { name: 'setSwitch', input: { on: true, deletedHere } }).catch(() => {});
    await two.restart();
    await two.until(is('on'), 'on');
    await settled(two, one);
    for (const device of [one, two]) expect(device.texts()).toEqual(left);
  },
);

test('SWI-3 the device on which the switch is turned off for all devices asks for that and turns its own by one write', async () => {
  diesAfterOneCommit(one);
  await does(one, { name: 'setSwitch', input: { on: false, everywhere: true } }).catch(() => {});
  await one.restart();
  for (const device of [one, two]) await device.until(is('off'), 'off');
});
