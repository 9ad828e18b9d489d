/** Recover All and Delete All, on real devices: of all that is in Recently Deleted, and of nothing else. */
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { type Cloud, createCloud } from '../../../cloud/app.ts';
import { sodiumReady } from '../../../shared/crypto/sodium.ts';
import { listRecentlyDeleted } from '../../store/recently-deleted.ts';
import { systemTimers, type Timers } from '../run/timers.ts';
import { firstDevice, nextDevice, removeFolders, type ZoneDevice } from '../testing/zone-device.ts';

await sodiumReady();
afterAll(removeFolders);

const CONVERSATION = '07'.repeat(16);
const START = 1_700_000_000_000;
let cloud: Cloud;
const devices: ZoneDevice[] = [];
/** Done once, between two slices. */
let meanwhile: (() => Promise<unknown>) | null = null;
const timers: Timers = {
  ...systemTimers,
  async breathe() {
    const work = meanwhile;
    meanwhile = null;
    await work?.();
    await systemTimers.breathe();
  },
};

beforeEach(async () => {
  meanwhile = null;
  cloud = await createCloud({ dataDir: ':memory:', registration: 'open' });
});
afterEach(async () => {
  for (const device of devices.splice(0)) await device.stop();
  await cloud.close();
});

/** m0 to m299 deleted with their conversation, m300 to m699 one by one, m700 to m704 left alone. */
async function deletedOnBoth(): Promise<{ one: ZoneDevice; two: ZoneDevice; ids: string[] }> {
  const one = await firstDevice(cloud, 'anna@example.org', { timers });
  devices.push(one);
  const ids: string[] = [];
  const write = (from: number, to: number): void =>
    one.store.write(() => {
      for (let i = from; i < to; i += 1) ids.push(one.message(`m${i}`, START + i));
    });
  write(0, 300);
  one.core.start();
  await one.settled();
  const two = await nextDevice(cloud, one.person);
  devices.push(two);
  two.core.start();
  await two.settled();
  await one.core.execute({ name: 'deleteConversation', input: { conversationId: CONVERSATION } });
  write(300, 705);
  await one.core.execute({ name: 'deleteMessages', input: { ids: ids.slice(300, 700) } });
  await one.core.execute({ name: 'syncNow', input: null });
  await two.until(() => two.texts().length === 5 && count(two) === 700, 'all of it');
  return { one, two, ids };
}

const count = (device: ZoneDevice): number => listRecentlyDeleted(device.store, 10_000).length;
const alike = async (texts: number, deleted: number): Promise<void> => {
  for (const device of devices)
    await device.until(
      () => device.texts().length === texts && count(device) === deleted,
      `${texts}, ${deleted}`,
    );
};

test('SYN-73 Recover All brings everything back on every device, and says how much', async () => {
  const { one, two } = await deletedOnBoth();
  expect(await two.core.execute({ name: 'recoverMessages', input: { ids: 'all' } })).toEqual({
    messages: 700,
    stopped: null,
    newer: 0,
  });
  await alike(705, 0);
  expect(await one.core.execute({ name: 'recoverMessages', input: { ids: 'all' } })).toEqual({
    messages: 0,
    stopped: null,
    newer: 0,
  });
});

test('SYN-73 Delete All leaves what was recovered meanwhile, and what was deleted since', async () => {
  const { one, two, ids } = await deletedOnBoth();
  const kept = ids[690] ?? '';
  const late = ids[704] ?? '';
  meanwhile = async () => {
    await one.core.execute({ name: 'recoverMessages', input: { ids: [kept] } });
    await one.core.execute({ name: 'deleteMessages', input: { ids: [late] } });
  };
  const { messages } = await one.core.execute({ name: 'deleteForGood', input: { ids: 'all' } });
  expect([messages, meanwhile]).toEqual([699, null]);
  expect(listRecentlyDeleted(one.store, 10).map(({ message }) => message.text)).toEqual(['m704']);
  expect(one.texts()).toEqual(['m690', 'm700', 'm701', 'm702', 'm703']);
  for (const device of [one, two]) {
    // They go in more than one push.
    const gone = [ids[0], ids[1], ids[399], ids[400], ids[699]];
    await device.until(() => gone.every((id) => device.record(id ?? '') === null), 'the tombstones');
    expect(device.record(kept)).not.toBeNull();
    expect(device.record(late)).not.toBeNull();
  }
});

test('SYN-73 with the switch off, Delete All is of this device alone', async () => {
  const { one, two, ids } = await deletedOnBoth();
  await two.core.execute({ name: 'setSwitch', input: { on: false } });
  await two.until(({ switch: value }) => value === 'off', 'off');
  expect(await two.core.execute({ name: 'deleteForGood', input: { ids: 'all' } })).toEqual({
    messages: 700,
    stopped: null,
    newer: 0,
  });
  expect([count(two), two.record(ids[5] ?? ''), count(one)]).toEqual([0, null, 700]);
  expect(one.record(ids[5] ?? '')).not.toBeNull();
});

test('SYN-73 a message deleted by itself before its conversation was comes back with that', async () => {
  const one = await firstDevice(cloud, 'anna@example.org');
  devices.push(one);
  const [a = '', b = ''] = ['a', 'b', 'c'].map((text, i) => one.message(text, START + i));
  one.core.start();
  await one.settled();
  await one.core.execute({ name: 'deleteMessages', input: { ids: [a] } });
  await one.core.execute({ name: 'deleteConversation', input: { conversationId: CONVERSATION } });
  expect(await one.core.execute({ name: 'recoverMessages', input: { ids: [a] } })).toEqual({
    messages: 3,
    stopped: null,
    newer: 0,
  });
  expect(one.texts()).toEqual(['a', 'b', 'c']);
  await one.core.execute({ name: 'deleteConversation', input: { conversationId: CONVERSATION } });
  // Of one conversation all come back at once: each is counted once.
  expect(await one.core.execute({ name: 'recoverMessages', input: { ids: [a, b] } })).toEqual({
    messages: 3,
    stopped: null,
    newer: 0,
  });
});
