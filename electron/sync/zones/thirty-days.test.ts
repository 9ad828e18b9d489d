/**
 * Thirty days are over: whichever device is there lets go of what is due, by the cloud's clock and its own together (SPEC SYN-75). Real devices,
 * each with a clock of its own, and a cloud with its.
 */
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { type Cloud, createCloud } from '../../../cloud/app.ts';
import { sodiumReady } from '../../../shared/crypto/sodium.ts';
import { getDirty } from '../../store/dirty.ts';
import { listLetGo } from '../../store/let-go.ts';
import { listNotices } from '../../store/notices.ts';
import { listRecentlyDeleted } from '../../store/recently-deleted.ts';
import type { Fetch } from '../network/cloud-client.ts';
import { fetchOf, firstDevice, nextDevice, removeFolders, type ZoneDevice } from '../testing/zone-device.ts';

await sodiumReady();
afterAll(removeFolders);

const DAY = 24 * 60 * 60 * 1000;
const CONVERSATION = '07'.repeat(16);
/** What has passed for everybody. */
let passed = 0;
const wrong = { one: 0, two: 0 };
let apart = false;
/** Nothing that the first one pushes arrives. */
let noPush = false;
/** What happens while the answer to such a push is on its way. */
let afterPush: ((body: Buffer) => Promise<unknown>) | null = null;
let cloud: Cloud;
let one: ZoneDevice;
let two: ZoneDevice;
let down: ZoneDevice[];

beforeEach(async () => {
  passed = 0;
  wrong.one = 0;
  wrong.two = 0;
  apart = false;
  noPush = false;
  afterPush = null;
  down = [];
  const clock = { now: () => Date.now() + passed };
  cloud = await createCloud({ dataDir: ':memory:', registration: 'open', clock });
  const cut: Fetch = async (input, init) => {
    const request = new Request(input, init);
    if (apart || (noPush && request.url.endsWith('/Push'))) throw new TypeError('No connection.');
    const pushed = request.url.endsWith('/Push') ? Buffer.from(await request.clone().arrayBuffer()) : null;
    const answer = await fetchOf(cloud)(request);
    if (pushed !== null) await afterPush?.(pushed);
    return answer;
  };
  one = await firstDevice(cloud, 'anna@example.org', {
    clock: { now: () => clock.now() + wrong.one },
    fetch: cut,
  });
});
afterEach(async () => {
  for (const device of [one, two]) if (!down.includes(device)) await device.stop();
  await cloud.close();
});

/** Both devices with these messages, an hour old. */
async function begin(...texts: string[]): Promise<string[]> {
  const ids = texts.map((text, i) => one.message(text, Date.now() - 3_600_000 + i));
  one.core.start();
  await one.settled();
  const clock = { now: () => Date.now() + passed + wrong.two };
  two = await nextDevice(cloud, one.person, { clock });
  two.core.start();
  await two.settled();
  return ids;
}

async function stop(device: ZoneDevice): Promise<void> {
  await device.stop();
  down.push(device);
}
async function start(device: ZoneDevice): Promise<void> {
  device.start();
  down.splice(down.indexOf(device), 1);
  await device.until(({ phase }) => phase === 'idle' || phase === 'paused', 'a look around');
}
const remove = (device: ZoneDevice, ...ids: string[]) =>
  device.core.execute({ name: 'deleteMessages', input: { ids } });
const count = (device: ZoneDevice): number => listRecentlyDeleted(device.store, 100).length;
const lookAgain = async (device: ZoneDevice): Promise<void> => {
  await device.core.execute({ name: 'syncNow', input: null });
  await new Promise((resolve) => setTimeout(resolve, 250));
};
const isAboutToGo = (device: ZoneDevice, id: string): boolean =>
  getDirty(device.store, 'messages', Buffer.from(id, 'hex'))?.op === 'delete';
const gone = (device: ZoneDevice, id: string): Promise<void> =>
  device.until(() => device.record(id) === null, 'the tombstone');

test('SYN-75 months later the first device that comes back lets go of it, whichever it is, and the other follows', async () => {
  const [a = '', b = '', c = ''] = await begin('a', 'b', 'c');
  await remove(one, a);
  await one.settled();
  await two.until(() => count(two) === 1, 'the delete');
  // Away, and never told: deleted here alone, until it comes back.
  await stop(two);
  apart = true;
  await remove(one, b);
  await stop(one);
  passed = 90 * DAY;
  await start(two);
  await gone(two, a);
  expect(two.texts()).toEqual(['b', 'c']);
  await stop(two);
  passed = 200 * DAY;
  apart = false;
  await start(one);
  // What the other let go of is gone here; what only this one had deleted is told first, and goes then, in one visit.
  await gone(one, a);
  await gone(one, b);
  await stop(one);
  await start(two);
  await gone(two, b);
  expect([two.texts(), count(two), two.record(c) !== null]).toEqual([['c'], 0, true]);
});

test('API-28 each device knows when messages went for good, how many and why', async () => {
  const [a = '', b = '', c = ''] = await begin('a', 'b', 'c');
  const deletedMs = Date.now();
  await remove(one, a, b);
  await one.settled();
  await two.until(() => count(two) === 2, 'the deletes');
  await stop(two);
  passed = 31 * DAY;
  await one.restart();
  await gone(one, a);
  await gone(one, b);
  await one.core.execute({ name: 'deleteForGood', input: { ids: [c] } });
  await one.settled();
  const here = Date.now() + passed;
  // The cloud's answer to the thirty days is a tombstone as well.
  const [days, answer, person, ...more] = listLetGo(one.store);
  expect(more).toEqual([]);
  expect([days, answer, person].map((one) => [one?.cause, one?.messages])).toEqual([
    ['thirtyDays', 2],
    ['tombstone', 2],
    ['person', 1],
  ]);
  expect(Math.abs((days?.byMs ?? 0) - deletedMs)).toBeLessThan(60_000);
  expect(Math.abs((days?.firstMs ?? 0) - here)).toBeLessThan(60_000);
  await start(two);
  await gone(two, c);
  const there = listLetGo(two.store).filter(({ cause }) => cause === 'tombstone');
  expect(there.reduce((sum, { messages }) => sum + messages, 0)).toBe(3);
});

test('SYN-75 a Recover that comes too late, while the cloud’s answer is on its way, is said to be lost', async () => {
  const [a = ''] = await begin('a');
  await remove(one, a);
  await one.settled();
  afterPush = async (body) => {
    if (!isAboutToGo(one, a) || !body.includes(Buffer.from(a, 'hex'))) return;
    afterPush = null;
    await one.core.execute({ name: 'recoverMessages', input: { ids: [a] } });
    expect(one.texts()).toEqual(['a']);
  };
  passed = 31 * DAY;
  await lookAgain(one);
  await gone(one, a);
  expect(afterPush).toBeNull();
  expect(listNotices(one.store).map(({ code }) => code)).toContain('recoverLost');
});

test('SYN-75 a conversation goes whole; what came after it stays', async () => {
  const ids = await begin('a', 'b');
  await one.core.execute({ name: 'deleteConversation', input: { conversationId: CONVERSATION } });
  await one.settled();
  const after = two.message('after', Date.now());
  await two.core.execute({ name: 'syncNow', input: null });
  await one.until(() => one.texts().join() === 'after', 'the new message');
  await stop(one);
  passed = 31 * DAY;
  await two.restart();
  await two.settled();
  for (const id of ids) await gone(two, id);
  await start(one);
  for (const id of ids) await gone(one, id);
  for (const device of [one, two]) {
    expect([device.texts(), count(device), device.record(after) !== null]).toEqual([['after'], 0, true]);
  }
});

for (const how of ['Recover', 'Undo'] as const) {
  test(`SYN-75 DEL-2 ${how} of a conversation also takes back what was about to go for good and has not left the device`, async () => {
    const ids = await begin('a', 'b');
    const { undo } = await one.core.execute({
      name: 'deleteConversation',
      input: { conversationId: CONVERSATION },
    });
    await one.settled();
    await two.until(() => count(two) === 2, 'the delete');
    await stop(two);
    noPush = true;
    passed = 31 * DAY;
    await one.core.execute({ name: 'syncNow', input: null });
    await one.until(() => ids.every((id) => isAboutToGo(one, id)), 'the thirty days');
    expect(count(one)).toBe(2);
    const back =
      how === 'Undo'
        ? await one.core.execute({ name: 'undoDelete', input: { undo } })
        : await one.core.execute({ name: 'recoverMessages', input: { ids } });
    expect([back.messages, one.texts()]).toEqual([2, ['a', 'b']]);
    noPush = false;
    await one.core.execute({ name: 'syncNow', input: null });
    await one.settled();
    await start(two);
    await two.until(() => two.texts().length === 2, 'the conversation');
    for (const device of [one, two]) {
      expect([device.texts(), ids.every((id) => device.record(id) !== null)]).toEqual([['a', 'b'], true]);
    }
  });
}

for (const [what, off] of [
  ['ahead', 365 * DAY],
  ['behind', -365 * DAY],
] as const) {
  test(`SYN-75 a device whose clock is a year ${what} lets go of nothing; one with the right time does, and it follows`, async () => {
    const [a = ''] = await begin('a', 'b');
    await remove(two, a);
    await one.until(() => count(one) === 1, 'the delete');
    wrong.one = off;
    await lookAgain(one);
    await one.until(({ paused }) => paused?.reason === 'clockWrong', 'the wrong clock');
    await one.restart();
    await one.until(({ paused }) => paused?.reason === 'clockWrong', 'the wrong clock again');
    await lookAgain(one);
    await lookAgain(two);
    for (const device of [one, two]) expect([device.record(a) !== null, count(device)]).toEqual([true, 1]);
    // The day has come for everybody but this one, and nobody else is there.
    await stop(two);
    passed = 31 * DAY;
    await one.restart();
    await one.until(({ paused }) => paused?.reason === 'clockWrong', 'still wrong');
    await lookAgain(one);
    expect([one.record(a) !== null, count(one)]).toEqual([true, 1]);
    await start(two);
    await gone(two, a);
    await lookAgain(one);
    await gone(one, a);
    expect([one.texts(), two.texts()]).toEqual([['b'], ['b']]);
  });
}

test('SYN-75 with the switch off nothing goes by a clock that is a year ahead; in time it goes here alone', async () => {
  const [a = ''] = await begin('a', 'b');
  await two.core.execute({ name: 'setSwitch', input: { on: false } });
  await two.until(({ switch: value }) => value === 'off', 'off');
  await remove(two, a);
  wrong.two = 365 * DAY;
  await two.restart();
  await lookAgain(two);
  await lookAgain(two);
  expect([count(two), two.record(a) !== null]).toEqual([1, true]);
  wrong.two = 0;
  passed = 31 * DAY;
  await two.restart();
  await gone(two, a);
  await one.restart();
  await one.settled();
  expect([one.texts(), two.texts(), count(two)]).toEqual([['a', 'b'], ['b'], 0]);
});
