import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { type Cloud, createCloud } from '../../../cloud/app.ts';
import { sodiumReady } from '../../../shared/crypto/sodium.ts';
import { tombstoneHash } from '../../../shared/crypto/zone-digest.ts';
import { heldTombstones } from '../../store/bases.ts';
import { getDirty } from '../../store/dirty.ts';
import { listRecentlyDeleted } from '../../store/recently-deleted.ts';
import { getZoneState } from '../../store/zone-state.ts';
import type { Fetch } from '../network/cloud-client.ts';
import { fetchOf, firstDevice, nextDevice, removeFolders, type ZoneDevice } from '../testing/zone-device.ts';

await sodiumReady();
afterAll(removeFolders);

const DAY = 24 * 60 * 60 * 1000;
let cloud: Cloud;
const devices: ZoneDevice[] = [];
let skewMs = 0;
let cloudSkewMs = 0;
const clock = { now: () => Date.now() + skewMs };

beforeEach(async () => {
  skewMs = 0;
  cloudSkewMs = 0;
  cloud = await createCloud({
    dataDir: ':memory:',
    registration: 'open',
    clock: { now: () => Date.now() + cloudSkewMs },
  });
});
afterEach(async () => {
  for (const device of devices.splice(0)) await device.stop();
  await cloud.close();
});

/** A device's requests, until it is offline; a stream that is open goes on. */
function aConnection(): { offline: boolean; fetch: Fetch } {
  const connection: ReturnType<typeof aConnection> = {
    offline: false,
    fetch: async (input, init) => {
      if (connection.offline) throw new TypeError('No connection.');
      return fetchOf(cloud)(input, init);
    },
  };
  return connection;
}

test('SYN-15 content goes only when the walk has ended, however early its tombstone came', async () => {
  const one = await firstDevice(cloud, 'anna@example.org');
  devices.push(one);
  const ids: string[] = [];
  one.store.write(() => {
    for (let i = 0; i < 1200; i += 1) ids.push(one.message(`m${i}`, 1_700_000_000_000 + i));
  });
  one.core.start();
  await one.settled();
  // The second device has the same message, as its mailbox would have brought it, and was never in the zone.
  let walking = true;
  const held: number[] = [];
  const slow: Fetch = async (input, init) => {
    const request = new Request(input, init);
    const response = await fetchOf(cloud)(request);
    if (request.url.endsWith('/Backfill') && walking) {
      held.push(two.texts().filter((text) => text === 'm0').length);
    }
    return response;
  };
  const two: ZoneDevice = await nextDevice(cloud, one.person, { fetch: slow });
  devices.push(two);
  const first = ids[0] ?? '';
  const payload = one.record(first);
  two.adopt(first, payload);
  await one.core.execute({ name: 'deleteForGood', input: { ids: [first] } });
  await one.settled();
  two.core.start();
  await two.settled();
  walking = false;
  expect(held.length).toBeGreaterThan(1);
  expect(held.every((count) => count === 1)).toBe(true);
  expect(two.texts()).not.toContain('m0');
  expect(two.texts().length).toBe(1199);
  expect(heldTombstones(two.store, 'messages', tombstoneHash(), 10)).toEqual([]);
});

test('SYN-15 cancelled while the last page was on its way: what others deleted for good goes once the switch is on', async () => {
  const one = await firstDevice(cloud, 'anna@example.org');
  devices.push(one);
  const [first = ''] = ['a', 'b'].map((text, i) => one.message(text, 1_700_000_000_000 + i));
  one.core.start();
  await one.settled();
  let isCancelled = false;
  const two: ZoneDevice = await nextDevice(cloud, one.person, {
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const response = await fetchOf(cloud)(request);
      const isLast = getZoneState(two.store, 'messages').phase === 'walking';
      if (request.url.endsWith('/Backfill') && isLast && !isCancelled) {
        isCancelled = true;
        await two.core.execute({ name: 'cancelSync', input: null });
      }
      return response;
    },
  });
  devices.push(two);
  two.adopt(first, one.record(first));
  await one.core.execute({ name: 'deleteForGood', input: { ids: [first] } });
  await one.settled();
  two.core.start();
  await two.until(({ switch: value }) => value === 'off', 'off');
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect([isCancelled, two.texts()]).toEqual([true, ['a', 'b']]);
  await two.core.execute({ name: 'setSwitch', input: { on: true, deletedHere: 'bringBack' } });
  await two.until(({ switch: value }) => value === 'on', 'on');
  await two.settled();
  expect(two.texts()).toEqual(['b']);
});

test("SYN-28 thirty days by both clocks: not by the device's alone", async () => {
  const one = await firstDevice(cloud, 'anna@example.org', { clock });
  devices.push(one);
  const id = one.message('old', Date.now());
  one.core.start();
  await one.settled();
  await one.core.execute({ name: 'deleteMessages', input: { ids: [id] } });
  await one.settled();
  // The device's clock alone says a month has passed: it is wrong, and nothing is deleted.
  skewMs = 31 * DAY;
  await one.core.execute({ name: 'syncNow', input: null });
  await one.until(({ paused }) => paused?.reason === 'clockWrong', 'the wrong clock');
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(one.record(id)).not.toBeNull();
  // Both say so: it goes.
  cloudSkewMs = 31 * DAY;
  await one.core.execute({ name: 'syncNow', input: null });
  await one.until(() => one.record(id) === null, 'the tombstone');
});

test('SYN-28 with the switch off nothing of what was deleted everywhere goes for good: it may have been recovered meanwhile', async () => {
  const cloudClock = { now: () => Date.now() + cloudSkewMs };
  const one = await firstDevice(cloud, 'anna@example.org', { clock: cloudClock });
  devices.push(one);
  const [everywhere, here] = ['a', 'b'].map((text, i) => one.message(text, Date.now() + i)) as [
    string,
    string,
  ];
  one.core.start();
  await one.settled();
  const two = await nextDevice(cloud, one.person, { clock: cloudClock });
  devices.push(two);
  two.core.start();
  await two.settled();
  await one.core.execute({ name: 'deleteMessages', input: { ids: [everywhere] } });
  await two.until(() => two.texts().join() === 'b', 'the delete');
  await two.core.execute({ name: 'setSwitch', input: { on: false } });
  await two.until(({ switch: value }) => value === 'off', 'off');
  await two.core.execute({ name: 'deleteMessages', input: { ids: [here] } });
  await one.core.execute({ name: 'recoverMessages', input: { ids: [everywhere] } });
  await one.settled();
  cloudSkewMs = 31 * DAY;
  await two.restart();
  // What was deleted here alone goes here after its thirty days.
  await two.until(() => two.record(here) === null, 'the end of the local one');
  expect(two.record(everywhere)).not.toBeNull();
  await two.core.execute({ name: 'setSwitch', input: { on: true, deletedHere: 'bringBack' } });
  await two.until(({ switch: value }) => value === 'on', 'on');
  expect(two.texts()).toEqual(['a', 'b']);
  expect(one.texts()).toEqual(['a', 'b']);
});

test('SYN-28 a clock that jumps while the cloud is silent deletes nothing', async () => {
  const connection = aConnection();
  const one = await firstDevice(cloud, 'anna@example.org', { clock, fetch: connection.fetch });
  devices.push(one);
  const id = one.message('old', Date.now());
  one.core.start();
  await one.settled();
  await one.core.execute({ name: 'deleteMessages', input: { ids: [id] } });
  await one.settled();
  connection.offline = true;
  skewMs = 31 * DAY;
  // Anything that happens makes the engine look at the time.
  await one.core.execute({ name: 'setSettings', input: { appearance: 'dark' } });
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(getDirty(one.store, 'messages', Uint8Array.from(Buffer.from(id, 'hex')))).toBeUndefined();
  expect(one.record(id)).not.toBeNull();
});

test('SYN-28 a delete dated by a clock that was set back is not due at once', async () => {
  const one = await firstDevice(cloud, 'anna@example.org', { clock });
  devices.push(one);
  const id = one.message('old', Date.now());
  one.core.start();
  await one.settled();
  // Nobody has noticed yet that the clock is wrong.
  skewMs = -400 * DAY;
  await one.core.execute({ name: 'deleteMessages', input: { ids: [id] } });
  skewMs = 0;
  const two = await nextDevice(cloud, one.person);
  devices.push(two);
  two.core.start();
  await one.core.execute({ name: 'syncNow', input: null });
  await two.settled();
  await one.settled();
  await one.restart();
  await one.settled();
  await two.restart();
  await two.settled();
  expect(two.record(id)).not.toBeNull();
  await two.core.execute({ name: 'recoverMessages', input: { ids: [id] } });
  await one.until(() => one.texts().includes('old'), 'the recovered one');
});

test('SYN-98 what was deleted by a clock that was far behind has its thirty days from when that shows', async () => {
  const connection = aConnection();
  const one = await firstDevice(cloud, 'anna@example.org', { clock, fetch: connection.fetch });
  devices.push(one);
  const [alone = '', withAll = ''] = [
    one.message('alone', Date.now()),
    one.message('with all', Date.now() + 1, { conversation: Uint8Array.from(Buffer.alloc(16, 8)) }),
  ];
  one.core.start();
  await one.settled();
  // A year in a drawer, with an empty battery: the clock is where it was, or further back.
  connection.offline = true;
  await one.stop();
  cloudSkewMs = 400 * DAY;
  one.start();
  await one.core.execute({ name: 'deleteMessages', input: { ids: [alone] } });
  await one.core.execute({ name: 'deleteConversation', input: { conversationId: '08'.repeat(16) } });
  connection.offline = false;
  await one.core.execute({ name: 'syncNow', input: null });
  await one.until(({ paused }) => paused?.reason === 'clockWrong', 'that the clock is wrong');
  // Somebody sets it.
  skewMs = cloudSkewMs;
  await one.core.execute({ name: 'syncNow', input: null });
  await one.settled();
  await one.restart();
  await one.settled();
  for (const { deletedMs } of listRecentlyDeleted(one.store, 10))
    expect(Math.abs(deletedMs - clock.now())).toBeLessThan(60_000);
  expect(listRecentlyDeleted(one.store, 10)).toHaveLength(2);
  expect(one.record(alone)).not.toBeNull();
  expect(one.record(withAll)).not.toBeNull();
});

for (const [when, restarts, on] of [
  ['while it runs', false, true],
  ['after a start', true, true],
  ['with the switch off', true, false],
] as const) {
  test(`SYN-98 also when the clock was set right before anybody compared it (${when})`, async () => {
    const connection = aConnection();
    // The last stamp of this device, and what it knows of others, is old as well.
    cloudSkewMs = -100 * DAY;
    skewMs = cloudSkewMs;
    const one = await firstDevice(cloud, 'anna@example.org', { clock, fetch: connection.fetch });
    devices.push(one);
    const id = one.message('in the drawer', clock.now());
    const ofAll = one.message('of all', clock.now() + 1, {
      conversation: Uint8Array.from(Buffer.alloc(16, 8)),
    });
    one.core.start();
    await one.settled();
    if (!on) await one.core.execute({ name: 'setSwitch', input: { on: false } });
    await one.until((status) => status.switch === (on ? 'on' : 'off'), 'the switch');
    cloudSkewMs = 0;
    skewMs = 0;
    await one.core.execute({ name: 'syncNow', input: null });
    await one.settled();
    connection.offline = true;
    if (restarts) {
      await one.stop();
      one.start();
    }
    skewMs = -400 * DAY;
    await one.core.execute({ name: 'deleteMessages', input: { ids: [id] } });
    await one.core.execute({ name: 'deleteConversation', input: { conversationId: '08'.repeat(16) } });
    skewMs = 0;
    connection.offline = false;
    await one.core.execute({ name: 'syncNow', input: null });
    await one.settled();
    await one.restart();
    await one.settled();
    expect(listRecentlyDeleted(one.store, 10)).toHaveLength(2);
    for (const { deletedMs } of listRecentlyDeleted(one.store, 10))
      expect(Math.abs(deletedMs - clock.now())).toBeLessThan(60_000);
    expect(one.record(id)).not.toBeNull();
    expect(one.record(ofAll)).not.toBeNull();
  });
}

/** A device that has not heard the cloud since it began: a message (`id`) in one conversation, one in another (`conversationId`). */
async function offlineSinceItBegan() {
  const connection = aConnection();
  const one = await firstDevice(cloud, 'anna@example.org', { clock, fetch: connection.fetch });
  devices.push(one);
  const conversationId = '08'.repeat(16);
  const id = one.message('alone', clock.now());
  one.message('with all', clock.now() + 1, { conversation: Uint8Array.from(Buffer.alloc(16, 8)) });
  one.core.start();
  await one.settled();
  connection.offline = true;
  await one.stop();
  one.start();
  return { connection, one, conversationId, id };
}

test('SYN-70 SYN-98 Undo takes a delete back also when it got a later date meanwhile', async () => {
  const { connection, one, conversationId, id } = await offlineSinceItBegan();
  skewMs = -400 * DAY;
  const single = await one.core.execute({ name: 'deleteMessages', input: { ids: [id] } });
  const whole = await one.core.execute({ name: 'deleteConversation', input: { conversationId } });
  skewMs = 0;
  connection.offline = false;
  await one.core.execute({ name: 'syncNow', input: null });
  await one.settled();
  for (const { deletedMs } of listRecentlyDeleted(one.store, 10))
    expect(Math.abs(deletedMs - clock.now())).toBeLessThan(60_000);
  expect(listRecentlyDeleted(one.store, 10)).toHaveLength(2);
  for (const { undo } of [single, whole])
    expect(await one.core.execute({ name: 'undoDelete', input: { undo } })).toEqual({
      messages: 1,
      newer: 0,
    });
  expect(listRecentlyDeleted(one.store, 10)).toEqual([]);
  expect(one.texts().sort()).toEqual(['alone', 'with all']);
});

test('SYN-98 a clock that was a year ahead once dates no delete ahead once the cloud has said the time', async () => {
  const { connection, one, conversationId, id } = await offlineSinceItBegan();
  skewMs = 400 * DAY;
  await one.core.execute({ name: 'setPinned', input: { conversationId, on: true } });
  skewMs = 0;
  connection.offline = false;
  await one.core.execute({ name: 'syncNow', input: null });
  await one.settled();
  await one.core.execute({ name: 'deleteMessages', input: { ids: [id] } });
  await one.core.execute({ name: 'deleteConversation', input: { conversationId } });
  await one.settled();
  const items = listRecentlyDeleted(one.store, 10);
  expect(items).toHaveLength(2);
  for (const { deletedMs } of items) expect(Math.abs(deletedMs - clock.now())).toBeLessThan(60_000);
});

test('SYN-30 a command is answered in the middle of a first sync', async () => {
  const one = await firstDevice(cloud, 'anna@example.org');
  devices.push(one);
  one.store.write(() => {
    for (let i = 0; i < 6000; i += 1) one.message(`m${i}`, 1_700_000_000_000 + i * 1000);
  });
  one.core.start();
  await one.settled();
  const two = await nextDevice(cloud, one.person);
  devices.push(two);
  two.core.start();
  await two.until(({ phase, done }) => phase === 'downloading' && done > 0, 'downloading');
  const began = performance.now();
  await two.core.execute({ name: 'setSettings', input: { appearance: 'dark' } });
  expect(performance.now() - began).toBeLessThan(200);
  expect(two.core.status().phase).toBe('downloading');
  await two.settled();
  expect(two.texts().length).toBe(6000);
});

test('SYN-36 what is to be uploaded is counted in messages, not in conversations and read marks', async () => {
  const one = await firstDevice(cloud, 'anna@example.org');
  devices.push(one);
  one.core.start();
  await one.settled();
  await one.core.execute({ name: 'setSwitch', input: { on: false } });
  await one.until(({ switch: value }) => value === 'off', 'off');
  one.message('a', 1_700_000_000_000);
  one.message('b', 1_700_000_000_001);
  await one.core.execute({ name: 'setPinned', input: { conversationId: '07'.repeat(16), on: true } });
  expect((await one.core.execute({ name: 'switchPreview', input: null })).toUpload).toBe(2);
  await one.core.execute({ name: 'setSwitch', input: { on: true } });
  await one.settled();
  expect((await one.core.execute({ name: 'switchPreview', input: null })).toUpload).toBe(0);
});

test.each(['everywhere', 'bringBack', undefined] as const)(
  'SYN-36 on again: what was deleted here while it was off (answer: %s)',
  async (deletedHere) => {
    const one = await firstDevice(cloud, 'anna@example.org');
    devices.push(one);
    const ids = ['a', 'b', 'c', 'd'].map((text, i) => one.message(text, 1_700_000_000_000 + i));
    one.core.start();
    await one.settled();
    const two = await nextDevice(cloud, one.person);
    devices.push(two);
    two.core.start();
    await two.settled();
    const [a = '', b = ''] = ids;
    await two.core.execute({ name: 'setSwitch', input: { on: false } });
    await two.until(({ switch: value }) => value === 'off', 'off');
    await two.core.execute({ name: 'deleteMessages', input: { ids: [a, b] } });
    await two.core.execute({ name: 'deleteForGood', input: { ids: [b] } });
    expect(two.texts()).toEqual(['c', 'd']);
    const preview = await two.core.execute({ name: 'switchPreview', input: null });
    expect(preview).toMatchObject({ deletedHere: 2, deletedElsewhere: 0 });
    const input = { on: true, ...(deletedHere === undefined ? {} : { deletedHere }) };
    await two.core.execute({ name: 'setSwitch', input });
    await two.until(({ switch: value }) => value === 'on', 'on');
    const left = deletedHere === 'everywhere' ? ['c', 'd'] : ['a', 'b', 'c', 'd'];
    await one.until(() => one.texts().join() === left.join(), 'the same on one');
    await two.settled();
    expect(two.texts()).toEqual(left);
    expect(one.record(b) === null).toBe(deletedHere === 'everywhere');
    // Deleted, not gone: it can be recovered, on the other device too.
    await one.core.execute({ name: 'recoverMessages', input: { ids: [a] } });
    await two.until(() => two.texts().includes('a'), 'the recovered one');
    expect((await two.core.execute({ name: 'switchPreview', input: null })).deletedHere).toBe(0);
  },
);

test('SYN-36 a conversation that was deleted here while it was off', async () => {
  for (const deletedHere of ['everywhere', 'bringBack'] as const) {
    const one = await firstDevice(cloud, `${deletedHere.toLowerCase()}@example.org`);
    const two = await nextDevice(cloud, one.person);
    devices.push(one, two);
    one.message('before', 1_700_000_000_000);
    one.core.start();
    await one.settled();
    two.core.start();
    await two.settled();
    await two.core.execute({ name: 'setSwitch', input: { on: false } });
    await two.until(({ switch: value }) => value === 'off', 'off');
    const conversationId = '07'.repeat(16);
    await two.core.execute({ name: 'deleteConversation', input: { conversationId } });
    expect(two.texts()).toEqual([]);
    await two.core.execute({ name: 'setSwitch', input: { on: true, deletedHere } });
    await two.until(({ switch: value }) => value === 'on', 'on');
    const left = deletedHere === 'everywhere' ? [] : ['before'];
    await one.until(() => one.texts().join() === left.join(), 'the same on one');
    expect(two.texts()).toEqual(left);
  }
});
