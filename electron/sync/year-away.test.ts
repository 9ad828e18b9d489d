/** A device that was away for a year comes back (SPEC SYN-76): whole devices with mail, a real cloud, and clocks that a year passes on. */
import { afterAll, expect, test } from 'vitest';
import { createCloud } from '../../cloud/app.ts';
import { toHex } from '../../shared/crypto/bytes.ts';
import { sodiumReady } from '../../shared/crypto/sodium.ts';
import { listConversations } from '../store/conversations.ts';
import { listNotices } from '../store/notices.ts';
import { listRecentlyDeleted } from '../store/recently-deleted.ts';
import { zoneDigest } from '../store/zone-state.ts';
import type { Fetch } from './network/cloud-client.ts';
import type { Command } from './protocol.ts';
import {
  type DeviceOptions,
  fetchOf,
  firstDevice,
  nextDevice,
  removeFolders,
  type ZoneDevice,
} from './testing/zone-device.ts';

await sodiumReady();
afterAll(removeFolders);

const DAY = 24 * 60 * 60 * 1000;

test('SYN-76 what was deleted stays deleted, what it wrote meanwhile is kept, and edits of what is gone bring nothing back', async () => {
  let passed = 0;
  const clock = { now: () => Date.now() + passed };
  const cloud = await createCloud({ dataDir: ':memory:', registration: 'open', clock });
  let away = false;
  const cut: Fetch = async (input, init) => {
    if (away) throw new TypeError('No connection.');
    return fetchOf(cloud)(input, init);
  };
  const options: DeviceOptions = { clock, whole: true };
  const home = await firstDevice(cloud, 'anna@example.org', options);
  const old = await nextDevice(cloud, home.person, { ...options, fetch: cut });
  const bob = await firstDevice(cloud, 'bob@example.org', options);
  const carla = await firstDevice(cloud, 'carla@example.org', options);
  const all = [home, old, bob, carla];
  for (const device of all) {
    device.core.start();
    await device.settled();
  }
  const does = (device: ZoneDevice, command: Command): Promise<unknown> =>
    device.core.execute(command as never);
  const begin = async (...handles: string[]): Promise<string> =>
    ((await does(home, { name: 'startConversation', input: { handles, name: null } })) as { id: string }).id;
  const write = (device: ZoneDevice, conversationId: string, text: string) =>
    does(device, { name: 'send', input: { conversationId, text, replyTo: null, attachments: [] } });
  const rows = (device: ZoneDevice): { id: Uint8Array; text: string }[] =>
    device.store.all<{ id: Uint8Array; text: string }>('SELECT id, text FROM message');
  const idOf = (device: ZoneDevice, text: string): string => {
    const row = rows(device).find((one) => one.text === text);
    if (row === undefined) throw new Error(`There is no "${text}".`);
    return toHex(row.id);
  };
  const remove = (device: ZoneDevice, ...texts: string[]) =>
    does(device, { name: 'deleteMessages', input: { ids: texts.map((text) => idOf(device, text)) } });
  /** Time passes, and whoever is there is started again and looks around. */
  const pass = async (days: number): Promise<void> => {
    passed += days * DAY;
    for (const device of all) {
      await device.restart();
      if (device !== old || !away) await device.settled();
    }
    // What is due goes a moment later.
    for (let round = 0; round < 3; round += 1) {
      for (const device of all) {
        if (device === old && away) continue;
        await does(device, { name: 'syncNow', input: null });
        await device.settled();
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  const deleted = (device: ZoneDevice): string[] =>
    listRecentlyDeleted(device.store, 100)
      .map(({ message }) => message.text)
      .sort();

  const two = await begin('bob@example.org');
  const three = await begin('bob@example.org', 'carla@example.org');
  for (const text of ['kept', 'deleted', 'deleted now', 'deleted lately', 'deleted while away'])
    await write(home, two, text);
  for (const text of ['group one', 'group two']) await write(home, three, text);
  for (const device of all) {
    const wish = device === carla ? 2 : 7;
    await device.until(() => device.texts().length === wish, 'all messages');
    await device.settled();
  }
  const gone = ['deleted', 'deleted now', 'group one', 'group two'].map((text) => idOf(home, text));

  // Day 0: the old device goes into a drawer, and the one at home goes on.
  away = true;
  await remove(home, 'deleted', 'deleted now');
  await does(home, { name: 'deleteForGood', input: { ids: [idOf(home, 'deleted now')] } });
  await does(home, { name: 'deleteConversation', input: { conversationId: three } });
  await pass(10);
  // Day 10: somebody takes it out for a moment, without a connection.
  await remove(old, 'deleted while away');
  await does(old, { name: 'edit', input: { id: idOf(old, 'deleted'), text: 'deleted, edited' } });
  await does(old, { name: 'edit', input: { id: idOf(old, 'kept'), text: 'kept, edited' } });
  await does(old, { name: 'react', input: { id: idOf(old, 'group two'), emoji: '👍' } });
  await does(old, { name: 'setDraft', input: { conversationId: two, text: 'half a thought' } });
  await write(old, two, 'written away');
  await write(old, three, 'to the group');
  await pass(30);
  // Day 40: the thirty days are over for what was deleted at home.
  for (const id of gone) await home.until(() => home.record(id) === null, 'the tombstone');
  await pass(160);
  await write(bob, two, 'from bob');
  await home.until(() => home.texts().includes('from bob'), 'what Bob wrote');
  await pass(155);
  await remove(home, 'deleted lately');
  await home.settled();

  // Day 365: it comes back, for good.
  away = false;
  await pass(10);
  for (const device of [home, old]) {
    await device.until(() => device.texts().includes('to the group'), 'what was written away');
    await device.settled();
    expect(device.texts().sort()).toEqual(['from bob', 'kept, edited', 'to the group', 'written away']);
    expect(deleted(device)).toEqual(['deleted lately']);
    for (const id of gone) expect(device.record(id)).toBeNull();
    const lists = listConversations(device.store).map(({ last, draft }) => [last?.text, draft]);
    expect(lists.sort()).toEqual([
      ['to the group', ''],
      ['written away', 'half a thought'],
    ]);
  }
  // Deleted on day 10 by the old device alone: told now, and its thirty days are over as well.
  expect([...rows(home), ...rows(old)].map(({ text }) => text)).not.toContain('deleted while away');
  const content = (device: ZoneDevice) =>
    device.store.all('SELECT id, gone, payload FROM record WHERE zone = 2 ORDER BY id');
  expect(content(old)).toEqual(content(home));
  expect(toHex(zoneDigest(old.store, 'messages'))).toBe(toHex(zoneDigest(home.store, 'messages')));
  // The others have everything of theirs, with what was said about it.
  const theirs = [
    'deleted lately',
    'deleted now',
    'deleted while away',
    'from bob',
    'group one',
    'group two',
  ];
  await bob.until(() => bob.texts().includes('to the group'), 'what was written away');
  expect(bob.texts().sort()).toEqual(
    [...theirs, 'deleted, edited', 'kept, edited', 'to the group', 'written away'].sort(),
  );
  expect(carla.texts().sort()).toEqual(['group one', 'group two', 'to the group']);
  // Nothing that a person must be told of, but for the device of the beginning.
  const codes = [home, old].flatMap((device) => listNotices(device.store).map(({ code }) => code));
  expect(codes.filter((code) => code !== 'deviceAdded')).toEqual([]);
  for (const device of all) await device.stop();
  await cloud.close();
}, 90_000);
