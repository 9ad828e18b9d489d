/** The disk is full in the middle of a delete, or of its Undo: on a real device and a real cloud. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Cloud, createCloud } from '../../../cloud/app.ts';
import { sodiumReady } from '../../../shared/crypto/sodium.ts';
import { listRecentlyDeleted } from '../../store/recently-deleted.ts';
import { SIZES } from '../sizes.ts';
import { fullAfter } from '../testing/full-disk.ts';
import { unsentOn } from '../testing/unsent.ts';
import { firstDevice, removeFolders, type ZoneDevice } from '../testing/zone-device.ts';

await sodiumReady();

const GUID = new Uint8Array(16).fill(7);
let cloud: Cloud;
let device: ZoneDevice;
let ids: string[];

beforeEach(async () => {
  cloud = await createCloud({ dataDir: ':memory:', registration: 'open' });
  device = await firstDevice(cloud, 'anna@example.org', { sizes: { ...SIZES, fewOfCommand: 1 } });
  ids = ['a', 'b', 'c'].map((text, i) => device.message(text, 1_700_000_000_000 + i));
  device.core.start();
  await device.settled();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await device.stop();
  await cloud.close();
  removeFolders();
});

/** Each message is a slice. */
function slowly(): void {
  const now = performance.now.bind(performance);
  let calls = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now() + 10 * calls++);
}

const waiting = () => device.store.all('SELECT 1 FROM outbox WHERE deleted_ms IS NULL').length;
const deleted = () => listRecentlyDeleted(device.store, 10).map(({ message }) => message.text);

test('SYN-73 a delete that finds no room halfway says how far it went, and Undo brings that back', async () => {
  slowly();
  const disk = fullAfter(device, 2);
  const done = await device.core.execute({ name: 'deleteMessages', input: { ids } });
  expect(done).toMatchObject({ messages: 2, stopped: 'diskFull', newer: 0 });
  disk.full = false;
  expect([device.texts(), deleted()]).toEqual([['c'], ['b', 'a']]);
  expect(await device.core.execute({ name: 'undoDelete', input: { undo: done.undo } })).toEqual({
    messages: 2,
    newer: 0,
  });
  expect([device.texts(), deleted()]).toEqual([['a', 'b', 'c'], []]);
});

test('SYN-73 one that finds no room at all has done nothing', async () => {
  const disk = fullAfter(device, 0);
  await expect(device.core.execute({ name: 'deleteMessages', input: { ids } })).rejects.toMatchObject({
    code: 'SQLITE_FULL',
  });
  disk.full = false;
  expect([device.texts(), deleted()]).toEqual([['a', 'b', 'c'], []]);
});

test('SYN-73 one whose first messages are not here any more, and that then finds no room, says that there is none', async () => {
  await device.core.execute({ name: 'deleteForGood', input: { ids: ids.slice(0, 2) } });
  await device.settled();
  slowly();
  const disk = fullAfter(device, 2);
  await expect(device.core.execute({ name: 'deleteMessages', input: { ids } })).rejects.toMatchObject({
    code: 'SQLITE_FULL',
  });
  disk.full = false;
  expect([device.texts(), deleted()]).toEqual([['c'], []]);
});

test('SYN-73 an Undo that finds no room can be asked for again, and brings back what was never sent', async () => {
  unsentOn(device, GUID, new Uint8Array(16).fill(9));
  const input = { conversationId: Buffer.from(GUID).toString('hex') };
  const { undo } = await device.core.execute({ name: 'deleteConversation', input });
  const disk = fullAfter(device, 0);
  await expect(device.core.execute({ name: 'undoDelete', input: { undo } })).rejects.toMatchObject({
    code: 'SQLITE_FULL',
  });
  disk.full = false;
  expect([device.texts(), waiting()]).toEqual([[], 0]);
  await device.core.execute({ name: 'undoDelete', input: { undo } });
  expect([device.texts(), waiting()]).toEqual([['a', 'b', 'c'], 1]);
});

test('SYN-73 what is gone for good is said to be, whatever could not be noted or emptied afterwards', async () => {
  await device.core.execute({ name: 'deleteMessages', input: { ids } });
  slowly();
  const disk = fullAfter(device, 3);
  const done = await device.core.execute({ name: 'deleteForGood', input: { ids } });
  expect(done).toEqual({ messages: 3, stopped: null, newer: 0 });
  disk.full = false;
  expect([device.texts(), deleted()]).toEqual([[], []]);
});

test('SYN-73 Delete All and Recover All that find no room halfway say how far they went', async () => {
  await device.core.execute({ name: 'deleteMessages', input: { ids } });
  slowly();
  let disk = fullAfter(device, 1);
  const back = await device.core.execute({ name: 'recoverMessages', input: { ids: 'all' } });
  expect(back).toEqual({ messages: 1, stopped: 'diskFull', newer: 0 });
  disk.full = false;
  expect([device.texts().length, deleted().length]).toEqual([1, 2]);
  disk = fullAfter(device, 1);
  const gone = await device.core.execute({ name: 'deleteForGood', input: { ids: 'all' } });
  expect(gone).toEqual({ messages: 1, stopped: 'diskFull', newer: 0 });
  disk.full = false;
  expect([device.texts().length, deleted().length]).toEqual([1, 1]);
});
