/** Undo of a delete, on real devices and a real cloud: exactly what that delete took, and no more. */
import { afterAll, afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { type Cloud, createCloud } from '../../../cloud/app.ts';
import { sodiumReady } from '../../../shared/crypto/sodium.ts';
import { getConversation, listConversations } from '../../store/conversations.ts';
import { listRecentlyDeleted } from '../../store/recently-deleted.ts';
import { systemTimers, type Timers } from '../run/timers.ts';
import { unsentOn } from '../testing/unsent.ts';
import {
  cuttableFetchOf,
  firstDevice,
  nextDevice,
  removeFolders,
  type ZoneDevice,
} from '../testing/zone-device.ts';
import { UNDO_KEPT_MS } from './undo.ts';

await sodiumReady();
afterAll(removeFolders);

const CONVERSATION = '07'.repeat(16);
const GUID = new Uint8Array(16).fill(7);
const START = 1_700_000_000_000;
let cloud: Cloud;
let one: ZoneDevice;
let two: ZoneDevice;
let apart = false;

beforeEach(async () => {
  apart = false;
  cloud = await createCloud({ dataDir: ':memory:', registration: 'open' });
});
afterEach(async () => {
  await one.stop();
  await two.stop();
  await cloud.close();
});

/** Two devices of one account with these messages; the second's connection can be cut. */
async function pair(texts: string[], timers?: Timers): Promise<string[]> {
  one = await firstDevice(cloud, 'anna@example.org', timers === undefined ? {} : { timers });
  const ids = texts.map((text, i) => one.message(text, START + i));
  one.core.start();
  await one.settled();
  two = await nextDevice(cloud, one.person, { fetch: cuttableFetchOf(cloud, () => !apart) });
  two.core.start();
  await two.settled();
  return ids;
}

const unsent = (sendId: Uint8Array) => unsentOn(one, GUID, sendId);
const deleteOn = (device: ZoneDevice, ...ids: string[]) =>
  device.core.execute({ name: 'deleteMessages', input: { ids } });
const undoOn = (device: ZoneDevice, { undo }: { undo: string }) =>
  device.core.execute({ name: 'undoDelete', input: { undo } });
const deleteAllOn = (device: ZoneDevice) =>
  device.core.execute({ name: 'deleteConversation', input: { conversationId: CONVERSATION } });
const draftOn = (device: ZoneDevice, text: string) =>
  device.core.execute({ name: 'setDraft', input: { conversationId: CONVERSATION, text } });
const deleted = (device: ZoneDevice): string[] =>
  listRecentlyDeleted(device.store, 100)
    .map(({ message }) => message.text)
    .sort();
const alike = (texts: string[]) =>
  Promise.all(
    [one, two].map((device) => device.until(() => device.texts().join() === texts.join(), texts.join())),
  );

test('SYN-70 Undo brings back what that delete took, on every device, and not what another took', async () => {
  const [a = '', b = '', c = '', d = ''] = await pair(['a', 'b', 'c', 'd']);
  const first = await deleteOn(one, a);
  // What is in Recently Deleted already, this delete does not take.
  const second = await deleteOn(one, a, b, c);
  expect([first.messages, second.messages]).toEqual([1, 2]);
  await alike(['d']);
  expect(await undoOn(one, second)).toEqual({ messages: 2, newer: 0 });
  await alike(['b', 'c', 'd']);
  expect([deleted(one), deleted(two)]).toEqual([['a'], ['a']]);
  // Once is once.
  await expect(undoOn(one, second)).rejects.toMatchObject({ reason: 'undoOver' });
  const third = await deleteOn(two, d);
  expect(await undoOn(two, third)).toEqual({ messages: 1, newer: 0 });
  expect(await undoOn(one, first)).toEqual({ messages: 1, newer: 0 });
  await alike(['a', 'b', 'c', 'd']);
  await expect(deleteOn(one, 'f'.repeat(32))).rejects.toMatchObject({ reason: 'noMessage' });
});

test('SYN-70 what another device deleted as well stays deleted', async () => {
  const [a = '', b = ''] = await pair(['a', 'b']);
  apart = true;
  const here = await deleteOn(one, a, b);
  // The other one has not heard of it, and deletes one of them itself: that is another delete.
  await new Promise((resolve) => setTimeout(resolve, 5));
  await deleteOn(two, b);
  apart = false;
  await two.core.execute({ name: 'syncNow', input: null });
  const name = Buffer.from(two.deviceId).toString('hex');
  const by = (device: ZoneDevice) =>
    listRecentlyDeleted(device.store, 10).map(({ deletedDevice }) =>
      Buffer.from(deletedDevice ?? []).toString('hex'),
    );
  await one.until(() => by(one).includes(name), "the other device's delete");
  expect(await undoOn(one, here)).toEqual({ messages: 1, newer: 0 });
  await alike(['a']);
  expect([deleted(one), deleted(two)]).toEqual([['b'], ['b']]);
});

test("SYN-70 a conversation's mark goes back to what it was before, and its draft comes back", async () => {
  await pair(['a', 'b']);
  await deleteAllOn(one);
  const before = listRecentlyDeleted(one.store, 10)[0]?.deletedMs;
  one.message('c', START + 10);
  one.message('d', START + 11);
  await draftOn(one, 'half a thought');
  await alike(['c', 'd']);
  await new Promise((resolve) => setTimeout(resolve, 5));
  const again = await deleteAllOn(one);
  expect(again.messages).toBe(2);
  await alike([]);
  await two.until(() => listConversations(two.store).length === 0, 'an empty list');
  expect([listConversations(one.store), getConversation(one.store, GUID)?.draft]).toEqual([[], '']);
  expect(deleted(one)).toEqual(['a', 'b', 'c', 'd']);
  expect(await undoOn(one, again)).toEqual({ messages: 2, newer: 0 });
  await alike(['c', 'd']);
  expect([deleted(one), deleted(two)]).toEqual([
    ['a', 'b'],
    ['a', 'b'],
  ]);
  expect(listRecentlyDeleted(one.store, 10).map(({ deletedMs }) => deletedMs)).toEqual([before, before]);
  await two.until(() => getConversation(two.store, GUID)?.draft === 'half a thought', 'the draft');
  expect(getConversation(one.store, GUID)?.draft).toBe('half a thought');
  // What was written since stays.
  const third = await deleteAllOn(one);
  await draftOn(one, 'another thought');
  await undoOn(one, third);
  expect(getConversation(one.store, GUID)?.draft).toBe('another thought');
});

test('SYN-70 with the switch off it is as local as the delete, also when the switch goes on in between', async () => {
  const [a = '', b = ''] = await pair(['a', 'b', 'c']);
  await two.core.execute({ name: 'setSwitch', input: { on: false } });
  await two.until(({ switch: value }) => value === 'off', 'off');
  const first = await deleteOn(two, a);
  const whole = await deleteAllOn(two);
  expect([two.texts(), whole.messages]).toEqual([[], 2]);
  expect(await undoOn(two, whole)).toEqual({ messages: 2, newer: 0 });
  expect(two.texts()).toEqual(['b', 'c']);
  expect(await undoOn(two, first)).toEqual({ messages: 1, newer: 0 });
  expect(two.texts()).toEqual(['a', 'b', 'c']);
  const later = await deleteOn(two, b);
  const rest = await deleteAllOn(two);
  await two.core.execute({ name: 'setSwitch', input: { on: true, deletedHere: 'everywhere' } });
  await alike([]);
  expect(await undoOn(two, rest)).toEqual({ messages: 2, newer: 0 });
  expect(await undoOn(two, later)).toEqual({ messages: 1, newer: 0 });
  await alike(['a', 'b', 'c']);
});

test('SYN-70 after a restart there is no Undo, and both devices are as the delete left them', async () => {
  const [a = ''] = await pair(['a', 'b']);
  await draftOn(one, 'a draft');
  const taken = await deleteOn(one, a);
  const whole = await deleteAllOn(one);
  await one.restart();
  await one.settled();
  for (const which of [taken, whole])
    await expect(undoOn(one, which)).rejects.toMatchObject({ reason: 'undoOver' });
  await alike([]);
  expect([deleted(one), deleted(two)]).toEqual([
    ['a', 'b'],
    ['a', 'b'],
  ]);
  expect(listConversations(one.store)).toEqual([]);
});

test('SYN-71 when the time for Undo is over, what was only in the outbox goes for good', async () => {
  const due: (() => void)[] = [];
  const timers: Timers = {
    ...systemTimers,
    after: (delay, work) => {
      if (delay !== UNDO_KEPT_MS) return systemTimers.after(delay, work);
      due.push(work);
      return () => {};
    },
  };
  await pair(['a'], timers);
  const sendId = new Uint8Array(16).fill(9);
  unsent(sendId);
  const hex = Buffer.from(sendId).toString('hex');
  const taken = await deleteOn(one, hex);
  expect([listConversations(one.store)[0]?.last?.text, due.length]).toEqual(['a', 1]);
  for (const work of due) work();
  await expect(undoOn(one, taken)).rejects.toMatchObject({ reason: 'undoOver' });
  expect(one.store.get('SELECT 1 AS one FROM outbox')).toBeUndefined();
  // With its conversation likewise: all that is shown goes, also what was never sent, and all of it comes back.
  unsent(sendId);
  const whole = await deleteAllOn(one);
  expect([whole.messages, listConversations(one.store)]).toEqual([2, []]);
  expect(await undoOn(one, whole)).toEqual({ messages: 2, newer: 0 });
  expect(listConversations(one.store)[0]?.last).toMatchObject({ text: 'unsent', state: 'failed' });
});

test('SYN-70 what cannot be written when Undo is over, for want of room, is written later, and Undo works until then', async () => {
  let due: (() => void)[] = [];
  const timers: Timers = {
    ...systemTimers,
    after: (delay, work) => {
      // A minute: the second time.
      if (delay !== UNDO_KEPT_MS && delay !== 60_000) return systemTimers.after(delay, work);
      due.push(work);
      return () => {
        due = due.filter((other) => other !== work);
      };
    },
  };
  await pair(['a'], timers);
  const sendIds = [new Uint8Array(16).fill(9), new Uint8Array(16).fill(8)];
  for (const sendId of sendIds) unsent(sendId);
  await one.settled();
  const [first, second] = sendIds.map((sendId) => Buffer.from(sendId).toString('hex'));
  const taken = await deleteOn(one, first as string);
  await deleteOn(one, second as string);
  const write = vi.spyOn(one.store, 'write').mockImplementation(() => {
    throw new Error('database or disk is full');
  });
  for (const work of due.splice(0)) work();
  write.mockRestore();
  expect(await undoOn(one, taken)).toEqual({ messages: 1, newer: 0 });
  const rows = () => one.store.all('SELECT lower(hex(send_id)) AS id, undoable FROM outbox');
  expect(rows()).toEqual([
    { id: first, undoable: 0 },
    { id: second, undoable: 1 },
  ]);
  for (const work of due.splice(0)) work();
  expect(rows()).toEqual([{ id: first, undoable: 0 }]);
});

test('SYN-73 thousands at once: commands are answered in between, and Undo brings all of them back', async () => {
  const ids = await pair([]);
  one.store.write(() => {
    for (let i = 0; i < 1000; i += 1) ids.push(one.message(`m${i}`, START + i));
  });
  // A millisecond with each look: a slice is as long on a quick machine as on a slow one.
  let ms = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => ++ms);
  onTestFinished(() => void vi.restoreAllMocks());
  let answered = 0;
  let done = false;
  const busy = async (work: Promise<unknown>): Promise<void> => {
    done = false;
    answered = 0;
    void work.finally(() => {
      done = true;
    });
    while (!done) {
      await one.core.execute({ name: 'setSettings', input: { appearance: answered % 2 ? 'dark' : 'light' } });
      answered += 1;
      await new Promise((resolve) => setImmediate(resolve));
    }
    await work;
    expect(answered).toBeGreaterThan(3);
  };
  const deleting = deleteOn(one, ...ids);
  await busy(deleting);
  const taken = await deleting;
  expect([taken.messages, one.texts().length]).toEqual([1000, 0]);
  await busy(undoOn(one, taken));
  expect(one.texts().length).toBe(1000);
});

test('SYN-70 a conversation without a message can be deleted too, and comes back with Undo', async () => {
  const [a = ''] = await pair(['a']);
  await deleteOn(one, a);
  const gone = await deleteAllOn(one);
  expect([gone.messages, listConversations(one.store)]).toEqual([0, []]);
  await undoOn(one, gone);
  expect(listConversations(one.store)).toHaveLength(1);
  await deleteAllOn(one);
  await expect(deleteAllOn(one)).rejects.toMatchObject({ reason: 'nothingToDelete' });
});
