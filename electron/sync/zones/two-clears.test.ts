/** Two devices delete one conversation without knowing of each other. Real devices, a real cloud in this process. */
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { type Cloud, createCloud } from '../../../cloud/app.ts';
import { sodiumReady } from '../../../shared/crypto/sodium.ts';
import { settled } from '../testing/two-devices.ts';
import {
  cuttableFetchOf,
  firstDevice,
  nextDevice,
  removeFolders,
  type ZoneDevice,
} from '../testing/zone-device.ts';

await sodiumReady();
afterAll(removeFolders);

const T = 1_700_000_000_000;
const CONVERSATION = '07'.repeat(16);
let cloud: Cloud;
let cut = false;
/** The first device has no connection either. */
let alone = false;
/** How far ahead the second device's clock is. */
let aheadMs = 0;
const devices: ZoneDevice[] = [];

beforeEach(async () => {
  cloud = await createCloud({ dataDir: ':memory:', registration: 'open' });
  cut = false;
  alone = false;
  aheadMs = 0;
});
afterEach(async () => {
  for (const device of devices.splice(0)) await device.stop();
  await cloud.close();
});

const clear = (device: ZoneDevice) =>
  device.core.execute({ name: 'deleteConversation', input: { conversationId: CONVERSATION } });

/** Either's line can be cut. */
async function inStep(): Promise<[ZoneDevice, ZoneDevice]> {
  const one = await firstDevice(cloud, 'anna@example.org', { fetch: cuttableFetchOf(cloud, () => !alone) });
  devices.push(one);
  one.core.start();
  for (let i = 0; i < 3; i += 1) one.message(`m${i}`, T + i);
  await one.settled();
  const clock = { now: () => Date.now() + aheadMs };
  const two = await nextDevice(cloud, one.person, { clock, fetch: cuttableFetchOf(cloud, () => !cut) });
  devices.push(two);
  two.core.start();
  await two.settled();
  await settled(one, two);
  expect(two.texts()).toEqual(['m0', 'm1', 'm2']);
  return [one, two];
}

/** A Recover is no delete: everything comes back, on both. */
async function recoverBringsAllBack(one: ZoneDevice, two: ZoneDevice): Promise<void> {
  await one.core.execute({ name: 'recoverMessages', input: { ids: 'all' } });
  await settled(one, two);
  expect([one.texts(), two.texts()]).toEqual([
    ['m0', 'm1', 'm2', 'new'],
    ['m0', 'm1', 'm2', 'new'],
  ]);
}

test('SIM-4 what either of two deleted stays deleted, also when the later one had not seen the newest messages', async () => {
  const [one, two] = await inStep();
  cut = true;
  one.message('new', T + 500);
  await clear(one);
  await settled(one);
  expect(one.texts()).toEqual([]);
  await clear(two);
  cut = false;
  await settled(two, one, two);
  expect([one.texts(), two.texts()]).toEqual([[], []]);
  await recoverBringsAllBack(one, two);
});

test('SIM-4 SYN-36 an older delete that is to reach everywhere does not undo a newer one', async () => {
  const [one, two] = await inStep();
  await two.core.execute({ name: 'setSwitch', input: { on: false } });
  await two.until(({ switch: value }) => value === 'off', 'off');
  await clear(two);
  one.message('new', T + 500);
  await clear(one);
  await settled(one);
  await two.core.execute({ name: 'setSwitch', input: { on: true, deletedHere: 'everywhere' } });
  await two.until(({ switch: value }) => value === 'on', 'on');
  await settled(two, one, two);
  expect([one.texts(), two.texts()]).toEqual([[], []]);
});

test.each([
  ['of which it has nothing to say', false],
  ['that it has muted meanwhile', true],
])(
  'SIM-4 DEL-2 what was recovered stays, although an older delete of it meets a later one that reaches less far, on a device %s',
  async (_, mutes) => {
    const away = { two: false, three: false };
    const line = (name: 'two' | 'three') => ({ fetch: cuttableFetchOf(cloud, () => !away[name]) });
    const one = await firstDevice(cloud, 'anna@example.org');
    devices.push(one);
    one.core.start();
    for (let i = 0; i < 3; i += 1) one.message(`m${i}`, T + i);
    await one.settled();
    const two = await nextDevice(cloud, one.person, line('two'));
    const three = await nextDevice(cloud, one.person, line('three'));
    for (const device of [two, three]) {
      devices.push(device);
      device.core.start();
      await device.settled();
    }
    await settled(one, two, three);
    // Two is away, with the first three messages.
    away.two = true;
    one.message('new', T + 500);
    await clear(one);
    await settled(one, three);
    expect([one.texts(), three.texts()]).toEqual([[], []]);
    // Three has heard of the delete, and is away when it is taken back.
    away.three = true;
    if (mutes)
      await three.core.execute({
        name: 'setMuted',
        input: { conversationId: CONVERSATION, until: 4_000_000_000_000 },
      });
    await one.core.execute({ name: 'recoverMessages', input: { ids: 'all' } });
    await settled(one);
    expect(one.texts()).toEqual(['m0', 'm1', 'm2', 'new']);
    // Two deletes what it has, knowing of none of this.
    await clear(two);
    away.two = false;
    await settled(two, one);
    expect([one.texts(), two.texts()]).toEqual([['new'], ['new']]);
    away.three = false;
    await settled(three, one, two);
    expect([one.texts(), two.texts(), three.texts()]).toEqual([['new'], ['new'], ['new']]);
  },
);

const DAY = 24 * 60 * 60 * 1000;

test.each([
  ['before', false],
  ['after', true],
])(
  'SIM-4 DEL-34 what either of two deleted stays deleted, also when the one that had not seen the newest messages has a stamp from a year ahead, and is heard %s the other',
  async (_, later) => {
    const [one, two] = await inStep();
    // By that clock it deletes the conversation and takes that back: what it writes there from now on is stamped later still.
    cut = true;
    aheadMs = 400 * DAY;
    const { undo } = await clear(two);
    await two.core.execute({ name: 'undoDelete', input: { undo } });
    aheadMs = 0;
    await clear(two);
    alone = true;
    one.message('new', T + 500);
    await new Promise((resolve) => setTimeout(resolve, 5));
    await clear(one);
    for (const device of later ? [one, two] : [two, one]) {
      if (device === one) alone = false;
      else cut = false;
      await settled(device);
    }
    await settled(one, two, one);
    expect([one.texts(), two.texts()]).toEqual([[], []]);
    await recoverBringsAllBack(one, two);
  },
);

test('SIM-4 DEL-34 what Undo puts back is no delete that stands against another', async () => {
  const [one, two] = await inStep();
  await clear(two);
  await settled(two, one);
  two.message('new', T + 500);
  await settled(two, one);
  // Deleted again, and heard of; then undone where the other device has written to the conversation meanwhile.
  const { undo } = await clear(two);
  await settled(two, one);
  expect(one.texts()).toEqual([]);
  cut = true;
  await one.core.execute({ name: 'setPinned', input: { conversationId: CONVERSATION, on: true } });
  await settled(one);
  await two.core.execute({ name: 'undoDelete', input: { undo } });
  cut = false;
  await settled(two, one, two);
  expect([one.texts(), two.texts()]).toEqual([['new'], ['new']]);
});
