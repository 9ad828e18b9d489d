/** The change feed beside a first sync, against the real cloud: the walk is held page by page. */
import { afterAll, expect, test } from 'vitest';
import { createCloud } from '../../../cloud/app.ts';
import { sodiumReady } from '../../../shared/crypto/sodium.ts';
import { listNotices } from '../../store/notices.ts';
import { getZoneState } from '../../store/zone-state.ts';
import type { Fetch } from '../network/cloud-client.ts';
import { SIZES } from '../sizes.ts';
import { fetchOf, firstDevice, nextDevice, removeFolders } from '../testing/zone-device.ts';

await sodiumReady();
afterAll(removeFolders);

const DAY = 86_400_000;
const BEGAN = 1_700_000_000_000;
const LATER = BEGAN + 400 * DAY;

async function scene() {
  const cloud = await createCloud({ dataDir: ':memory:', registration: 'open' });
  const one = await firstDevice(cloud, 'anna@example.org');
  const ids: string[] = [];
  one.store.write(() => {
    for (let i = 0; i < 300; i += 1) ids.push(one.message(`m${i}`, BEGAN + i * DAY));
  });
  one.core.start();
  await one.settled();
  // Pages of the walk wait until the test lets them come: all but the account's one and the first of messages.
  const held = { allowed: 2, asked: 0, changes: [] as Promise<void>[] };
  const waiting: { nth: number; go: () => void }[] = [];
  const allow = (count: number) => {
    held.allowed = count;
    for (const { nth, go } of waiting) if (nth <= count) go();
  };
  const slow: Fetch = async (input, init) => {
    const request = new Request(input, init);
    if (request.url.endsWith('/Changes')) await held.changes.shift();
    if (!request.url.endsWith('/Backfill')) return fetchOf(cloud)(request);
    held.asked += 1;
    const nth = held.asked;
    const answer = await fetchOf(cloud)(request);
    await new Promise<void>((go, reject) => {
      request.signal.addEventListener('abort', () => reject(new TypeError('aborted')));
      waiting.push({ nth, go });
      if (nth <= held.allowed) go();
    });
    return answer;
  };
  const two = await nextDevice(cloud, one.person, { fetch: slow, sizes: { ...SIZES, page: 20 } });
  /** What another device has done is at the cloud. */
  const done = async (work: () => unknown) => {
    await work();
    await one.core.execute({ name: 'syncNow', input: null });
    await one.settled();
  };
  /** The rest of the walk: both have the same, and nothing was found wrong. */
  const ends = async () => {
    allow(1000);
    await two.settled();
    expect(two.texts()).toEqual(one.texts());
    expect(listNotices(two.store)).toEqual([]);
  };
  const close = async () => {
    for (const device of [one, two]) {
      expect(device.failures.filter((failure) => failure.includes('internal'))).toEqual([]);
      await device.stop();
    }
    await cloud.close();
  };
  return { one, two, ids, held, allow, done, ends, close };
}

test('SYN-167 what another device writes, deletes and takes back shows between the pages of a first sync', async () => {
  const { one, two, ids, held, allow, done, ends, close } = await scene();
  two.core.start();
  await two.until(() => two.texts().includes('m299'), 'the newest messages');
  const downloading = () => two.core.status().phase === 'downloading';
  await done(async () => {
    one.message('written meanwhile', LATER);
    await one.core.execute({ name: 'deleteMessages', input: { ids: [ids[0]!, ids[299]!] } });
  });
  allow(held.asked);
  await two.until(() => two.texts().includes('written meanwhile'), 'what was written meanwhile');
  await two.until(() => !two.texts().includes('m299'), 'the delete');
  expect(downloading()).toBe(true);
  expect(two.core.status().lastSyncedAt).toBe(null);
  await done(() => one.core.execute({ name: 'recoverMessages', input: { ids: [ids[299]!] } }));
  allow(held.asked);
  await two.until(() => two.texts().includes('m299'), 'what was recovered');
  expect(downloading()).toBe(true);
  // Killed in the middle, it goes on from there.
  await two.restart();
  expect(getZoneState(two.store, 'messages').phase).toBe('walking');
  await done(() => one.message('written after that', LATER + 1));
  allow(held.asked + 1);
  await two.until(() => two.texts().includes('written after that'), 'what was written after a restart');
  expect(downloading()).toBe(true);
  await ends();
  expect(two.texts()).toHaveLength(301);
  await close();
}, 60_000);

test('SYN-167 a page that was on its way when the feed was asked is older than what the feed brings: that is no cloud that goes back', async () => {
  const { one, two, ids, held, allow, done, ends, close } = await scene();
  two.core.start();
  await two.until(() => held.asked === 3, 'a page that is asked for ahead');
  // What came while it was away no poke carries: it asks, after the account's the feed of the messages zone, and that one waits.
  await two.stop();
  await done(() => one.message('written meanwhile', LATER));
  const { promise, resolve: go } = Promise.withResolvers<void>();
  held.changes = [Promise.resolve(), promise];
  allow(4);
  two.start();
  await two.until(() => held.asked === 5 && held.changes.length === 0, 'the question to the feed');
  // A conversation and 19 messages came with the first page, 20 with the second: m250 is on its way.
  const next = ids[250]!;
  await done(() => one.core.execute({ name: 'deleteMessages', input: { ids: [next] } }));
  go();
  await ends();
  expect(two.texts()).toHaveLength(300);
  expect(two.record(next)).toEqual(one.record(next));
  await close();
}, 60_000);

test('SYN-167 SYN-15 what is deleted for good meanwhile goes when the walk has ended, shown before or not', async () => {
  const { one, two, ids, held, allow, done, ends, close } = await scene();
  two.core.start();
  await two.until(() => two.texts().includes('m299'), 'the newest messages');
  await done(() => one.core.execute({ name: 'deleteForGood', input: { ids: [ids[0]!, ids[299]!] } }));
  await done(() => one.message('written meanwhile', LATER));
  allow(held.asked);
  await two.until(() => two.texts().includes('written meanwhile'), 'what was written meanwhile');
  expect(two.texts()).toContain('m299');
  await ends();
  expect(two.texts()).not.toContain('m299');
  expect(two.texts()).not.toContain('m0');
  await close();
}, 60_000);
