/** The switch on three devices of an account at once, with a real cloud in between. The table of states is in engine/switch-table.test.ts. */
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { type Cloud, createCloud } from '../../../cloud/app.ts';
import { addDevice } from '../../../cloud/testing/person.ts';
import { toHex } from '../../../shared/crypto/bytes.ts';
import { sodiumReady } from '../../../shared/crypto/sodium.ts';
import { listNotices } from '../../store/notices.ts';
import { getZoneState } from '../../store/zone-state.ts';
import type { Fetch } from '../network/cloud-client.ts';
import type { SyncStatus } from '../status-types.ts';
import { does, is } from '../testing/two-devices.ts';
import {
  cuttableFetchOf,
  type DeviceOptions,
  fetchOf,
  firstDevice,
  nextDevice,
  removeFolders,
  type ZoneDevice,
} from '../testing/zone-device.ts';

await sodiumReady();
afterAll(removeFolders);

const DAY = 24 * 3_600_000;
const T = 1_700_000_000_000;
/** One time for the cloud and for the devices. */
const clock = { ahead: 0, now: () => Date.now() + clock.ahead };
let cloud: Cloud;
const devices: ZoneDevice[] = [];

beforeEach(async () => {
  clock.ahead = 0;
  cloud = await createCloud({ dataDir: ':memory:', registration: 'open', clock });
});
afterEach(async () => {
  for (const device of devices.splice(0)) await device.stop();
  await cloud.close();
});

type Line = { up: boolean; fetch: Fetch };

/** A line that can be cut. */
function line(): Line {
  const one: Line = { up: true, fetch: cuttableFetchOf(cloud, () => one.up) };
  return one;
}

async function three(options: DeviceOptions[] = []): Promise<[ZoneDevice, ZoneDevice, ZoneDevice]> {
  const one = await firstDevice(cloud, 'anna@example.org', { clock, ...options[0] });
  devices.push(one);
  one.message('first', T);
  one.message('second', T + 1000);
  one.core.start();
  await one.settled();
  for (const more of [options[1], options[2]]) {
    const other = await nextDevice(cloud, one.person, { clock, ...more });
    devices.push(other);
    other.core.start();
    await other.settled();
  }
  return devices as [ZoneDevice, ZoneDevice, ZoneDevice];
}

const turn = (device: ZoneDevice, on: boolean, everywhere = false) =>
  does(device, { name: 'setSwitch', input: on ? { on } : { on, everywhere } });
const all = (wish: (status: SyncStatus) => boolean, what: string, those: readonly ZoneDevice[] = devices) =>
  Promise.all(those.map((device) => device.until(wish, what)));

test('SWI-3 off for all devices: each does the same when it next connects, and says on which it was asked', async () => {
  const away = line();
  const [one, two, three_] = await three([{}, {}, { fetch: away.fetch }]);
  away.up = false;
  await turn(one, false, true);
  await all(is('off'), 'off', [one, two]);
  expect(two.core.status()).toMatchObject({ switchReason: 'allDevices', switchedBy: toHex(one.deviceId) });
  expect(one.core.status()).toMatchObject({ switchReason: null, switchedBy: null });
  expect(three_.core.status().switch).toBe('on');
  one.message('while the third was away', T + 2000);
  away.up = true;
  await does(three_, { name: 'syncNow', input: null });
  await three_.until(is('off'), 'off');
  expect(three_.core.status()).toMatchObject({ switchReason: 'allDevices', switchedBy: toHex(one.deviceId) });
  expect(three_.texts()).toEqual(['first', 'second']);
  // And stays so, also after a restart.
  await three_.restart();
  await three_.settled();
  expect(three_.core.status()).toMatchObject({ switch: 'off', switchReason: 'allDevices' });
});

test('SWI-8 off for all is not meant for who turns it on afterwards, nor for a device that comes later', async () => {
  const [one, two] = await three();
  await turn(one, false, true);
  await all(is('off'), 'off');
  await turn(two, true);
  await two.until(is('on'), 'on');
  await two.restart();
  await two.settled();
  expect(two.core.status()).toMatchObject({ switch: 'on', switchReason: null });
  const late = await nextDevice(cloud, one.person, { clock });
  devices.push(late);
  late.core.start();
  await late.settled();
  expect(late.core.status()).toMatchObject({ switch: 'on', switchReason: null });
  expect(late.texts()).toEqual(['first', 'second']);
  // Asked once more it is meant for both.
  await turn(two, false, true);
  await all(is('off'), 'off');
});

test('SWI-6 SWI-7 Disable & Delete turns it off everywhere, first down then off; Undo turns on those and no others', async () => {
  const away = line();
  const [one, two, three_] = await three([{}, {}, { fetch: away.fetch }]);
  await turn(two, false);
  await two.until(is('off'), 'off');
  away.up = false;
  one.message('third', T + 3000);
  await does(one, { name: 'syncNow', input: null });
  await one.settled();
  await does(one, { name: 'disableAndDelete', input: null });
  await one.until(is('off'), 'off');
  const until = one.core.status().purge?.at ?? 0;
  expect(Math.abs(until - clock.now() - 30 * DAY)).toBeLessThan(60_000);
  await two.until(({ purge }) => purge !== null, 'the pending purge');
  expect(two.core.status()).toMatchObject({
    switch: 'off',
    switchReason: null,
    purge: { at: until, by: toHex(one.deviceId) },
  });
  away.up = true;
  await does(three_, { name: 'syncNow', input: null });
  await three_.until(is('off'), 'off');
  expect(three_.core.status()).toMatchObject({ switchReason: 'purging', switchedBy: toHex(one.deviceId) });
  expect(three_.texts()).toEqual(['first', 'second', 'third']);
  // Nobody turns it on meanwhile.
  await expect(turn(three_, true)).rejects.toMatchObject({ reason: 'purgePending' });
  // A restart knows of it before the cloud is asked.
  away.up = false;
  await three_.restart();
  expect(three_.core.status()).toMatchObject({ switch: 'off', purge: { at: until } });
  // Undo, on a device that the purge did not turn off.
  await does(two, { name: 'undoPurge', input: null });
  await one.until(is('on'), 'on again');
  expect(two.core.status()).toMatchObject({ switch: 'off', purge: null });
  away.up = true;
  await does(three_, { name: 'syncNow', input: null });
  await three_.until(is('on'), 'on again');
  expect(three_.core.status()).toMatchObject({ switchReason: null, purge: null });
  for (const device of devices) expect(device.texts().slice(0, 2)).toEqual(['first', 'second']);
  await expect(does(two, { name: 'undoPurge', input: null })).rejects.toMatchObject({ reason: 'purgeOver' });
  // What was written while it was pending goes up now.
  one.message('fourth', T + 4000);
  await does(one, { name: 'syncNow', input: null });
  await three_.until(() => three_.texts().length === 4, 'the fourth message');
});

test('SYN-36 an Undo or a Cancel asks nobody: what was deleted here meanwhile comes back, and is deleted nowhere', async () => {
  const slow = line();
  const [one, two] = await three([{}, { fetch: slow.fetch }]);
  const [first = '', second = ''] = two.store
    .all<{ id: string }>('SELECT lower(hex(id)) AS id FROM message ORDER BY accepted_ms')
    .map(({ id }) => id);
  await does(one, { name: 'disableAndDelete', input: null });
  await all(is('off'), 'off');
  await does(two, { name: 'deleteMessages', input: { ids: [first] } });
  expect(two.texts()).toEqual(['second']);
  await does(one, { name: 'undoPurge', input: null });
  await all(is('on'), 'on again');
  expect(two.texts()).toEqual(['first', 'second']);
  // While it turns off, a delete is this device's own already.
  slow.up = false;
  await turn(two, false).catch(() => {});
  await does(two, { name: 'deleteMessages', input: { ids: [second] } });
  await does(two, { name: 'cancelSync', input: null });
  slow.up = true;
  await does(two, { name: 'syncNow', input: null });
  await two.until(is('on'), 'on');
  for (const device of [one, two]) {
    await device.settled();
    expect(device.texts()).toEqual(['first', 'second']);
  }
});

/** So many that the cloud gives them in more than one answer, all let go of while its switch was off. */
async function withLargeOnesGone(): Promise<ZoneDevice> {
  const one = await firstDevice(cloud, 'anna@example.org', { clock });
  devices.push(one);
  const ids = Array.from({ length: 100 }, (_, i) => one.message(`${i} `.padEnd(60_000, 'x'), T + i));
  one.core.start();
  await one.settled();
  await turn(one, false);
  await one.until(is('off'), 'off');
  await does(one, { name: 'deleteForGood', input: { ids } });
  expect(one.texts()).toEqual([]);
  return one;
}

test('SYN-36 SWI-1 it is on when what comes back is here, also what does not fit into one answer', async () => {
  const one = await withLargeOnesGone();
  await turn(one, true);
  await one.until(is('on'), 'on');
  expect(one.texts()).toHaveLength(100);
});

test('SWI-2 SWI-9 off once more, what was not whole yet is said to come down, and comes first; a purge takes it from nobody', async () => {
  const withheld = { fetch: true };
  const fetch: Fetch = async (input, init) => {
    const request = new Request(input, init);
    return withheld.fetch && request.url.endsWith('/Fetch')
      ? new Response(new Uint8Array(), { headers: { 'content-type': 'application/proto' } })
      : fetchOf(cloud)(request);
  };
  const one = await firstDevice(cloud, 'anna@example.org', { clock, fetch });
  devices.push(one);
  const ids = ['first', 'second'].map((text, i) => one.message(text, T + i));
  one.core.start();
  await one.settled();
  await turn(one, false);
  await one.until(is('off'), 'off');
  await does(one, { name: 'deleteForGood', input: { ids } });
  await turn(one, true);
  await one.until(is('on'), 'on');
  await one.settled();
  expect(one.texts()).toEqual([]);
  expect(await does(one, { name: 'switchOffPreview', input: null })).toMatchObject({ toDownload: 2 });
  withheld.fetch = false;
  await does(one, { name: 'disableAndDelete', input: null });
  await one.until(is('off'), 'off');
  expect(one.texts()).toEqual(['first', 'second']);
  clock.ahead = 31 * DAY;
  await does(one, { name: 'syncNow', input: null });
  await one.until(({ switchReason }) => switchReason === 'purged', 'purged');
  expect(one.texts()).toEqual(['first', 'second']);
});

test('SYN-26 what is deleted for good while it turns off is not fetched again', async () => {
  const slow = line();
  const [, two] = await three([{}, { fetch: slow.fetch }]);
  const { id = '' } = two.store.get<{ id: string }>('SELECT lower(hex(id)) AS id FROM message') ?? {};
  slow.up = false;
  await turn(two, false);
  await does(two, { name: 'deleteForGood', input: { ids: [id] } });
  slow.up = true;
  await does(two, { name: 'syncNow', input: null });
  await two.until(is('off'), 'off');
  expect([two.texts().length, two.record(id)]).toEqual([1, null]);
});

test('SYN-122 on a device that was removed the switch is not turned, and what was deleted there stays deleted', async () => {
  const [, two] = await three();
  await turn(two, false);
  await two.until(is('off'), 'off');
  const { id = '' } = two.store.get<{ id: string }>('SELECT lower(hex(id)) AS id FROM message') ?? {};
  await does(two, { name: 'deleteMessages', input: { ids: [id] } });
  expect(two.texts()).toHaveLength(1);
  two.store.run("UPDATE identity SET state = 'removed'");
  await two.restart();
  await two.until(({ paused }) => paused?.reason === 'signedOut', 'that it was removed');
  await expect(turn(two, true)).rejects.toMatchObject({ reason: 'signedOut' });
  expect(two.core.status().switch).toBe('off');
  expect(two.texts()).toHaveLength(1);
});

test('SWI-7 two devices that ask at one moment: one purge, and its Undo turns both on again', async () => {
  const [one, two, three_] = await three();
  await Promise.all([one, two].map((device) => does(device, { name: 'disableAndDelete', input: null })));
  await all(is('off'), 'off');
  await all(({ purge }) => purge !== null, 'pending');
  await does(three_, { name: 'undoPurge', input: null });
  await all(is('on'), 'on again');
});

test('SWI-3 off for all while a purge is pending: its Undo turns nothing on', async () => {
  const [one, two, three_] = await three();
  await does(one, { name: 'disableAndDelete', input: null });
  await all(is('off'), 'off');
  await turn(two, false, true);
  await three_.until(({ switchReason }) => switchReason === 'allDevices', 'told');
  await one.until(({ switchReason }) => switchReason === 'allDevices', 'told');
  await does(one, { name: 'undoPurge', input: null });
  await all(({ purge }) => purge === null, 'no purge');
  await Promise.all(devices.map((device) => device.settled()));
  expect(three_.core.status().switch).toBe('off');
  expect(one.core.status().switch).toBe('off');
});

test('SWI-3 SWI-8 SYN-164 what finds no room when it is asked of all devices is written down whole or not at all, and heard again', async () => {
  const [one, two, three_] = await three();
  await does(one, { name: 'disableAndDelete', input: null });
  await all(is('off'), 'off');
  const run = three_.store.run.bind(three_.store);
  let refused = 0;
  // No room for its own record, and for everything else there is.
  three_.store.run = (text, ...parameters) => {
    const [id] = parameters;
    const own = id instanceof Uint8Array && toHex(id) === toHex(three_.deviceId);
    if (!text.startsWith('INSERT INTO device ') || !own) return run(text, ...parameters);
    refused += 1;
    throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
  };
  await turn(two, false, true);
  await three_.until(() => refused > 0, 'the refusal');
  await three_.until(({ paused }) => paused?.reason === 'diskFull', 'the full disk');
  const saved = () => getZoneState(three_.store, 'messages').switchReason;
  expect([saved(), three_.core.status().switchReason]).toEqual(['purging', 'allDevices']);
  // Dies before it is done once more.
  await three_.restart();
  await three_.until(({ switchReason }) => switchReason === 'allDevices', 'told');
  const told = () =>
    one.store.get<{ reason: string }>(
      'SELECT switch_reason AS reason FROM device WHERE id = ?',
      three_.deviceId,
    )?.reason;
  await one.until(() => told() === 'allDevices', `what others show: ${told()}`);
  await does(one, { name: 'undoPurge', input: null });
  await all(({ purge }) => purge === null, 'no purge');
  await three_.settled();
  expect(three_.core.status().switch).toBe('off');
});

test('SWI-9 after thirty days the cloud holds none of it, and every device all it had; also one that was away all the time', async () => {
  const away = line();
  const [one, two, three_] = await three([{}, {}, { fetch: away.fetch }]);
  away.up = false;
  await does(one, { name: 'disableAndDelete', input: null });
  await all(is('off'), 'off', [one, two]);
  clock.ahead = 31 * DAY;
  for (const device of [one, two]) await does(device, { name: 'syncNow', input: null });
  await all(({ switchReason }) => switchReason === 'purged', 'purged', [one, two]);
  three_.message('written while away', T + 9000);
  away.up = true;
  await does(three_, { name: 'syncNow', input: null });
  await three_.until(is('off'), 'off');
  expect(three_.core.status()).toMatchObject({ switchReason: 'purged', purge: null });
  expect(one.texts()).toEqual(['first', 'second']);
  expect(three_.texts()).toEqual(['first', 'second', 'written while away']);
  for (const device of devices) {
    expect(listNotices(device.store).filter(({ code }) => code === 'zonePurged')).toHaveLength(1);
    expect(await does(device, { name: 'storage', input: null })).toMatchObject({ messagesInCloud: 0 });
  }
  await expect(does(one, { name: 'undoPurge', input: null })).rejects.toMatchObject({ reason: 'purgeOver' });
  // A person turns it on: all of it goes up again.
  await turn(three_, true);
  await three_.until(is('on'), 'on');
  await turn(one, true);
  await one.until(is('on'), 'on');
  expect(one.texts()).toEqual(['first', 'second', 'written while away']);
});

test('SWI-6 SWI-7 a device that stayed off after one purge says of the next until when, undoes it, and can ask for it', async () => {
  const [one, two] = await three();
  await does(one, { name: 'disableAndDelete', input: null });
  await all(is('off'), 'off');
  clock.ahead = 31 * DAY;
  for (const device of devices) await does(device, { name: 'syncNow', input: null });
  await all(({ switchReason }) => switchReason === 'purged', 'purged');
  await turn(one, true);
  await one.until(is('on'), 'on');
  // Here nobody has turned it on: what it has is of the generation that is over.
  await does(one, { name: 'disableAndDelete', input: null });
  await one.until(is('off'), 'off');
  const purge = { at: one.core.status().purge?.at ?? 0, by: toHex(one.deviceId) };
  await two.until((status) => status.purge !== null, 'the second purge');
  expect(two.core.status()).toMatchObject({ switch: 'off', switchReason: 'purged', purge });
  await two.restart();
  expect(two.core.status()).toMatchObject({ switch: 'off', switchReason: 'purged', purge });
  await expect(turn(two, true)).rejects.toMatchObject({ reason: 'purgePending' });
  await does(two, { name: 'undoPurge', input: null });
  await one.until(is('on'), 'on again');
  expect(two.core.status()).toMatchObject({ switch: 'off', purge: null });
  await does(two, { name: 'disableAndDelete', input: null });
  await one.until(is('off'), 'off');
  expect(one.core.status()).toMatchObject({ switchReason: 'purging', switchedBy: toHex(two.deviceId) });
  expect(two.texts()).toEqual(['first', 'second']);
});

test('SWI-12 a purge that the settings do not name turns nothing off, and is said', async () => {
  const [one, two] = await three();
  // Somebody with a session and without the account's keys, as the cloud itself is.
  const request = { zone: 2, generation: 1, purgeId: new Uint8Array(16).fill(9) };
  const sly = await addDevice(cloud, one.person);
  await sly.zone.markForPurge(request);
  await all(({ paused }) => paused?.reason === 'purgePending', 'said', [one, two]);
  expect(one.core.status()).toMatchObject({ switch: 'on', purge: null });
  one.message('kept here', T + 5000);
  await does(one, { name: 'syncNow', input: null });
  expect(two.texts()).toEqual(['first', 'second']);
  await sly.zone.undoPurge(request);
  await two.until(() => two.texts().length === 3, 'the message, once the purge is gone');
});

test('SWI-4 Cancel while it turns on: off at once, and nothing is lost on either side', async () => {
  const slow = { held: null as null | Promise<void>, go: () => {} };
  const fetch: Fetch = async (input, init) => {
    await slow.held;
    return fetchOf(cloud)(input, init);
  };
  const one = await firstDevice(cloud, 'anna@example.org', { clock });
  devices.push(one);
  for (let i = 0; i < 700; i += 1) one.message(`message ${i}`, T + i);
  one.core.start();
  await one.settled();
  const other = await nextDevice(cloud, one.person, { clock, fetch, switch: 'off' });
  devices.push(other);
  other.core.start();
  await other.settled();
  slow.held = new Promise((resolve) => {
    slow.go = resolve;
  });
  await turn(other, true);
  expect(other.core.status().switch).toBe('enabling');
  await does(other, { name: 'cancelSync', input: null });
  expect(other.core.status().switch).toBe('off');
  slow.held = null;
  slow.go();
  await other.settled();
  other.message('written here', T + 9000);
  await turn(other, true);
  await other.until(is('on'), 'on');
  expect(other.texts()).toHaveLength(701);
  await one.until(() => one.texts().length === 701, 'what was written there');
});

test('SWI-4 Cancel while what comes back is being fetched: off, and it stays so when that has come', async () => {
  const slow = { held: null as null | Promise<void>, go: () => {}, asked: false };
  const fetch: Fetch = async (input, init) => {
    const request = new Request(input, init);
    if (request.url.endsWith('/Fetch')) {
      slow.asked = true;
      await slow.held;
    }
    return fetchOf(cloud)(request);
  };
  const [, two] = await three([{}, { fetch }]);
  const { id = '' } = two.store.get<{ id: string }>('SELECT lower(hex(id)) AS id FROM message') ?? {};
  await turn(two, false);
  await two.until(is('off'), 'off');
  await does(two, { name: 'deleteForGood', input: { ids: [id] } });
  slow.held = new Promise((resolve) => {
    slow.go = resolve;
  });
  await turn(two, true);
  await two.until(() => slow.asked, 'the question');
  await does(two, { name: 'cancelSync', input: null });
  expect(two.core.status().switch).toBe('off');
  slow.go();
  await two.until(() => two.texts().length === 2, 'the answer');
  await two.settled();
  expect(two.core.status().switch).toBe('off');
  await two.restart();
  await two.settled();
  expect(two.core.status().switch).toBe('off');
});

test('SWI-5 SWI-11 held: nothing of the zone moves, also after a restart, until Resume', async () => {
  const [one, two] = await three();
  await does(two, { name: 'hold', input: null });
  one.message('meanwhile', T + 2000);
  await does(one, { name: 'syncNow', input: null });
  await one.settled();
  await two.restart();
  await two.until(({ paused }) => paused?.reason === 'held', 'held');
  expect(two.core.status().action).toBe('resume');
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(two.texts()).toEqual(['first', 'second']);
  await does(two, { name: 'resume', input: null });
  await two.until(() => two.texts().length === 3, 'the message');
});

test('SWI-10 without room for what is only in iCloud the switch stays on and says so', async () => {
  let free = 10;
  const [one, two] = await three([{}, { freeBytes: () => free }]);
  await does(two, { name: 'hold', input: null });
  for (let i = 0; i < 50; i += 1) one.message(`more ${i}`, T + 100 + i);
  // A reading state: no message.
  await does(one, { name: 'setDraft', input: { conversationId: '07'.repeat(16), text: 'not yet' } });
  await does(one, { name: 'syncNow', input: null });
  await one.settled();
  await two.restart();
  await two.until(({ paused }) => paused?.reason === 'held', 'held');
  const preview = await does(two, { name: 'switchOffPreview', input: null });
  expect(preview).toMatchObject({ toDownload: 50, freeBytes: 10, fits: false });
  await expect(turn(two, false)).rejects.toMatchObject({ reason: 'diskTooSmall' });
  expect(two.core.status().switch).toBe('on');
  free = 10 * 2 ** 30;
  await turn(two, false);
  await two.until(is('off'), 'off');
  expect(two.texts()).toHaveLength(52);
});
