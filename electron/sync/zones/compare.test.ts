/** The numbers before the switch is turned on, against what then happens. Real devices, a real cloud in this process. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { type Cloud, createCloud } from '../../../cloud/app.ts';
import { raiseGeneration } from '../../../cloud/testing/new-generation.ts';
import { sodiumReady } from '../../../shared/crypto/sodium.ts';
import { InventoryRequestSchema } from '../../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import type { Fetch } from '../network/cloud-client.ts';
import { seeded } from '../sim/random.ts';
import type { SwitchPreview } from '../status-types.ts';
import {
  firstDevice,
  nextDevice,
  removeFolders,
  temporary,
  type ZoneDevice,
} from '../testing/zone-device.ts';

await sodiumReady();
afterAll(removeFolders);

const T = 1_700_000_000_000;
const CONVERSATION = '07'.repeat(16);
const NOTHING = {
  toUpload: 0,
  toDownload: 0,
  deletedHere: 0,
  deletedElsewhere: 0,
  deletedWithConversation: 0,
  expiring: 0,
};

let folder = '';
let cloud: Cloud;
/** How often the whole list was asked for, and the size of its pages. */
let lists = 0;
let listLimit = 10_000;
const devices: ZoneDevice[] = [];

beforeEach(async () => {
  folder = temporary(mkdtempSync(join(tmpdir(), 'lockstep-compare-')));
  cloud = await createCloud({ dataDir: folder, registration: 'open' });
  lists = 0;
  listLimit = 10_000;
});
afterEach(async () => {
  for (const device of devices.splice(0)) await device.stop();
  await cloud.close();
});

const fetch: Fetch = async (input, init) => {
  const request = new Request(input, init);
  if (!request.url.endsWith('/Inventory')) return cloud.fetch(request);
  const asked = fromBinary(InventoryRequestSchema, new Uint8Array(await request.arrayBuffer()));
  if (asked.after.length === 0) lists += 1;
  asked.limit = Math.min(asked.limit, listLimit);
  const { url, headers } = request;
  return cloud.fetch(
    new Request(url, { method: 'POST', headers, body: toBinary(InventoryRequestSchema, asked) }),
  );
};

async function first(options: { switch?: 'off' | 'enabling' } = {}): Promise<ZoneDevice> {
  const device = await firstDevice(cloud, 'anna@example.org', { fetch, ...options });
  devices.push(device);
  return device;
}
async function next(one: ZoneDevice, options: { switch?: 'off' | 'enabling' } = {}): Promise<ZoneDevice> {
  const device = await nextDevice(cloud, one.person, { fetch, ...options });
  devices.push(device);
  return device;
}
async function off(device: ZoneDevice): Promise<void> {
  await device.core.execute({ name: 'setSwitch', input: { on: false } });
  await device.until(({ switch: value }) => value === 'off', 'off');
}
async function on(device: ZoneDevice, deletedHere: 'everywhere' | 'bringBack' = 'bringBack'): Promise<void> {
  await device.core.execute({ name: 'setSwitch', input: { on: true, deletedHere } });
  await device.until(({ switch: value }) => value === 'on', 'on');
  await device.settled();
}
const settled = (...some: ZoneDevice[]) =>
  some.reduce(async (before, device) => {
    await before;
    await device.core.execute({ name: 'syncNow', input: null });
    await device.settled();
  }, Promise.resolve());
const preview = (device: ZoneDevice) => device.core.execute({ name: 'switchPreview', input: null });
const inCloud = async (device: ZoneDevice) =>
  (await device.core.execute({ name: 'storage', input: null })).messagesInCloud;
const pin = (device: ZoneDevice, pinned: boolean) =>
  device.core.execute({ name: 'setPinned', input: { conversationId: CONVERSATION, on: pinned } });
const draft = (device: ZoneDevice, text: string) =>
  device.core.execute({ name: 'setDraft', input: { conversationId: CONVERSATION, text } });
/** One that is not here (any more) is not deleted. */
const deleteSome = (device: ZoneDevice, ids: string[]) =>
  device.core
    .execute({ name: 'deleteMessages', input: { ids } })
    .catch((error) => expect(error).toMatchObject({ reason: 'noMessage' }));
const deleteForGood = (device: ZoneDevice, ids: string[]) =>
  device.core.execute({ name: 'deleteForGood', input: { ids } });

/** Two devices in step, with these messages (their ids), a conversation and a reading state. */
async function inStep(count: number): Promise<{ one: ZoneDevice; two: ZoneDevice; ids: string[] }> {
  const one = await first();
  const ids = Array.from({ length: count }, (_, i) => one.message(`m${i}`, T + i));
  one.core.start();
  await one.settled();
  await draft(one, 'not yet');
  await one.settled();
  const two = await next(one);
  two.core.start();
  await two.settled();
  await settled(one, two);
  return { one, two, ids };
}

test('SYN-63 messages in iCloud are messages, also for a device that was given none of them', async () => {
  const one = await first();
  for (let i = 0; i < 5; i += 1) one.message(`m${i}`, T + i);
  one.core.start();
  await one.settled();
  await draft(one, 'not yet');
  await one.settled();
  const two = await next(one, { switch: 'off' });
  two.core.start();
  await two.settled();
  expect([await inCloud(one), await inCloud(two)]).toEqual([5, 5]);
  expect(await preview(two)).toMatchObject({ ...NOTHING, toDownload: 5 });
  // It had nothing to compare.
  expect(lists).toBe(0);
  await on(two);
  expect(two.texts().length).toBe(5);
  expect(await preview(two)).toEqual({ ...NOTHING, bytes: 0 });
  expect(lists).toBe(0);
});

test('SYN-64 what a device that was off will upload, download and lose is counted by record', async () => {
  const { one, two, ids } = await inStep(8);
  await off(two);
  for (let i = 0; i < 3; i += 1) one.message(`one ${i}`, T + 100 + i);
  await pin(one, true);
  await deleteForGood(one, ids.slice(0, 2));
  // In Recently Deleted it is still there.
  await deleteSome(one, ids.slice(2, 3));
  await settled(one);
  for (let i = 0; i < 2; i += 1) two.message(`two ${i}`, T + 200 + i);
  await draft(two, 'something else');
  const changes = () => two.store.get<{ n: number }>('SELECT total_changes() AS n')?.n;
  const before = changes();
  for (listLimit of [3, 10_000]) {
    lists = 0;
    const said = await preview(two);
    expect(said).toMatchObject({ toUpload: 2, toDownload: 3, deletedHere: 0, deletedElsewhere: 2 });
    expect(said.bytes).toBeGreaterThan(2 * 96);
    expect(said.bytes).toBeLessThan(5000);
    expect(lists).toBe(1);
  }
  // It reads only.
  expect(changes()).toBe(before);
  await on(two);
  await settled(one, two);
  expect(two.texts()).toEqual(one.texts());
  expect(two.texts().length).toBe(8 - 2 - 1 + 3 + 2);
  lists = 0;
  expect(await preview(two)).toEqual({ ...NOTHING, bytes: 0 });
  expect(lists).toBe(0);
});

test('SYN-64 what the mailbox brought while it was off, and the cloud has from another device, is neither uploaded nor downloaded', async () => {
  const one = await first();
  const ids = Array.from({ length: 4 }, (_, i) => one.message(`m${i}`, T + i));
  one.core.start();
  await one.settled();
  const two = await next(one, { switch: 'off' });
  two.core.start();
  await two.settled();
  for (const id of ids.slice(0, 3)) two.adopt(id, one.record(id));
  two.message('only here', T + 50);
  await deleteForGood(one, ids.slice(0, 1));
  await settled(one);
  expect(await preview(two)).toMatchObject({ ...NOTHING, toUpload: 1, toDownload: 1, deletedElsewhere: 1 });
  await on(two);
  expect(two.texts()).toEqual(['m1', 'm2', 'm3', 'only here']);
});

test('SYN-64 DEL-32 what only this device has of a conversation that another one deleted is counted before', async () => {
  const { one, two } = await inStep(3);
  await off(two);
  for (const text of ['older', 'oldest']) two.message(text, T + 1);
  two.message('only here, newer', T + 500);
  two.message('of another conversation', T + 1, { conversation: new Uint8Array(16).fill(9) });
  await deleteSome(two, [two.message('deleted here', T + 1)]);
  expect(await preview(two)).toMatchObject({ ...NOTHING, toUpload: 5, deletedHere: 1 });
  await one.core.execute({ name: 'deleteConversation', input: { conversationId: CONVERSATION } });
  await settled(one);
  const changes = () => two.store.get<{ n: number }>('SELECT total_changes() AS n')?.n;
  const before = changes();
  const said = await preview(two);
  expect(said).toMatchObject({ ...NOTHING, toUpload: 5, deletedHere: 1, deletedWithConversation: 2 });
  expect(changes()).toBe(before);
  await on(two);
  expect(two.texts()).toEqual(['of another conversation', 'only here, newer']);
  expect(await preview(two)).toMatchObject(NOTHING);
});

test('SYN-64 DEL-32 a conversation that was deleted and recovered elsewhere takes nothing, and one deleted before takes nothing more', async () => {
  const { one, two, ids } = await inStep(3);
  await one.core.execute({ name: 'deleteConversation', input: { conversationId: CONVERSATION } });
  await settled(one, two);
  await off(two);
  // It lies under a mark that this device knows: it is in Recently Deleted already.
  two.message('older', T + 1);
  await pin(one, true);
  await settled(one);
  expect(await preview(two)).toMatchObject({ ...NOTHING, toUpload: 1 });
  two.message('newer', T + 500);
  one.message('last', T + 600);
  await one.core.execute({ name: 'deleteConversation', input: { conversationId: CONVERSATION } });
  await settled(one);
  expect(await preview(two)).toMatchObject({
    ...NOTHING,
    toUpload: 2,
    toDownload: 1,
    deletedWithConversation: 1,
  });
  await one.core.execute({ name: 'recoverMessages', input: { ids: ids.slice(0, 1) } });
  await settled(one);
  expect(await preview(two)).toMatchObject({ ...NOTHING, toUpload: 2, toDownload: 1 });
});

test('SYN-65 what was deleted here is asked about as long as there is something to decide', async () => {
  const { one, two, ids } = await inStep(8);
  const [a = '', b = '', c = '', d = '', e = ''] = ids;
  await off(two);
  const unsent = two.message('only here, and gone', T + 300);
  await deleteSome(two, [a, b]);
  await deleteForGood(two, [c, d, unsent]);
  // The list is not needed for this; what is nowhere any more cannot come back.
  expect(await preview(two)).toMatchObject({ ...NOTHING, deletedHere: 4 });
  expect(lists).toBe(0);
  // Elsewhere two of them were deleted for good, and one more.
  await deleteForGood(one, [b, d, e]);
  await settled(one);
  expect(await preview(two)).toMatchObject({ ...NOTHING, deletedHere: 2, deletedElsewhere: 2 });
  expect(lists).toBe(1);
  await on(two);
  await settled(one);
  expect(two.texts()).toEqual(one.texts());
  expect(two.texts()).toEqual(['m0', 'm2', 'm5', 'm6', 'm7']);
});

test('SYN-65 a conversation that was deleted here counts what was still shown of it', async () => {
  const { one, two, ids } = await inStep(3);
  // Deleted everywhere before: no question any more.
  await one.core.execute({ name: 'deleteConversation', input: { conversationId: CONVERSATION } });
  await settled(one, two);
  expect(two.texts()).toEqual([]);
  const later = ['x', 'y', 'z'].map((text, i) => one.message(text, Date.now() + i));
  await settled(one, two);
  await off(two);
  await two.core.execute({ name: 'deleteConversation', input: { conversationId: CONVERSATION } });
  expect(await preview(two)).toMatchObject({ ...NOTHING, deletedHere: 3 });
  await deleteForGood(one, [later[0] ?? '', ids[0] ?? '']);
  await settled(one);
  expect(await preview(two)).toMatchObject({ ...NOTHING, deletedHere: 2, deletedElsewhere: 2 });
  await on(two, 'bringBack');
  expect(two.texts()).toEqual(['y', 'z']);
});

test('SYN-64 SYN-110 after a purge everything here goes up, unless another device was first', async () => {
  const { one, two, ids } = await inStep(4);
  await off(two);
  // Is shown here, and can no longer be read: it counts as what it is.
  one.newerWrites(ids[2] ?? '');
  await settled(one);
  two.message('two', T + 500);
  await cloud.close();
  await raiseGeneration(folder);
  cloud = await createCloud({ dataDir: folder, registration: 'open' });
  await one.core.execute({ name: 'syncNow', input: null });
  await one.until(
    ({ switch: value, switchReason }) => value === 'off' && switchReason === 'purged',
    'purged',
  );
  one.message('one', T + 600);
  expect(await preview(one)).toMatchObject({ ...NOTHING, toUpload: 5 });
  expect(await preview(two)).toMatchObject({ ...NOTHING, toUpload: 5 });
  await on(one);
  await settled(one);
  // Under their new names they are the same messages.
  expect(await preview(two)).toMatchObject({ ...NOTHING, toUpload: 1, toDownload: 1 });
  await settled(two);
  await on(two);
  await settled(two, one);
  expect(two.texts()).toEqual(['m0', 'm1', 'm2', 'm3', 'two', 'one']);
  expect(one.texts()).toEqual(two.texts());
});

/** Which messages have content here, and which of them a person sees as deleted on this device alone. */
const contents = (device: ZoneDevice) =>
  new Set(
    device.store
      .all<{ id: string }>(
        'SELECT hex(id) AS id FROM record WHERE zone = 2 AND kind = 1 AND payload IS NOT NULL',
      )
      .map(({ id }) => id),
  );
const ids = (device: ZoneDevice, sql: string) =>
  new Set(device.store.all<{ id: string }>(sql).map(({ id }) => id));
const shown = (device: ZoneDevice) =>
  ids(
    device,
    `SELECT hex(m.id) AS id FROM message m JOIN conversation c ON c.cid = m.cid
     WHERE m.shown = 1 AND (m.accepted_ms, m.guid) > (c.clear_ms, c.clear_guid)`,
  );
const everKnown = (device: ZoneDevice) => ids(device, 'SELECT hex(id) AS id FROM record WHERE zone = 2');
const without = (from: Set<string>, what: Set<string>) => [...from].filter((id) => !what.has(id));

test.each(Array.from({ length: 8 }, (_, i) => i + 1))(
  'SYN-64 whatever two devices do, what was said is what happens (seed %i)',
  async (seed) => {
    const random = seeded(seed);
    const { one, two, ids } = await inStep(6);
    listLimit = 5;
    await off(two);
    const known = [...ids];
    for (let step = 0; step < 25; step += 1) {
      const device = random.chance(0.5) ? one : two;
      const some = [random.pick(known)];
      switch (random.below(7)) {
        case 0:
        case 1:
          known.push(device.message(`s${step}`, T + 1000 + step));
          break;
        case 2:
          await deleteSome(device, some);
          break;
        case 3:
          // What a person does not see nobody deletes.
          if (device.record(some[0] ?? '') !== null) await deleteForGood(device, some);
          break;
        case 4:
          await pin(device, random.chance(0.5));
          break;
        case 5:
          await one.core
            .execute({ name: 'deleteConversation', input: { conversationId: CONVERSATION } })
            .catch((error) => expect(error).toMatchObject({ reason: 'nothingToDelete' }));
          break;
        default: {
          // As its mailbox would have brought it to the other one.
          const [id = ''] = some;
          (device === one ? two : one).adopt(id, device.record(id));
        }
      }
    }
    await settled(one);
    const deletedHere = new Set(
      two.store.all<{ id: string }>('SELECT hex(id) AS id FROM local_delete').map(({ id }) => id),
    );
    const before = contents(two);
    const shownBefore = shown(two);
    const onlyHere = without(before, everKnown(one));
    const atCloud = await inCloud(two);
    const said: SwitchPreview = await preview(two);
    await on(two, 'bringBack');
    const after = contents(two);
    expect(said.toDownload).toBe(without(after, before).filter((id) => !deletedHere.has(id)).length);
    expect(said.deletedElsewhere).toBe(without(before, after).length);
    const goesAway = onlyHere.filter((id) => shownBefore.has(id) && after.has(id) && !shown(two).has(id));
    expect(said.deletedWithConversation).toBe(goesAway.length);
    expect(said.toUpload).toBe((await inCloud(two)) - atCloud);
    expect(said.deletedHere).toBe([...deletedHere].filter((id) => after.has(id)).length);
    await settled(one);
    expect(one.texts()).toEqual(two.texts());
  },
);
