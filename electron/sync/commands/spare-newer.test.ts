/** Several messages at once, one of them written by a newer app: the others are deleted, undone and recovered all the same. */
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { type Cloud, createCloud } from '../../../cloud/app.ts';
import { sodiumReady } from '../../../shared/crypto/sodium.ts';
import { toFailure } from '../failure.ts';
import { firstDevice, removeFolders, type ZoneDevice } from '../testing/zone-device.ts';

await sodiumReady();
afterAll(removeFolders);

const NEWER = /written by a newer app/;
let cloud: Cloud;
let one: ZoneDevice;
let ids: string[];
beforeEach(async () => {
  cloud = await createCloud({ dataDir: ':memory:', registration: 'open' });
  one = await firstDevice(cloud, 'anna@example.org');
  ids = ['first', 'second', 'third'].map((text, i) => one.message(text, 1_700_000_000_000 + i));
  one.core.start();
  await one.settled();
});
afterEach(async () => {
  await one.stop();
  await cloud.close();
});

const deletes = (some: string[]) => one.core.execute({ name: 'deleteMessages', input: { ids: some } });

test('DEL-33 of several messages that are deleted one is of a newer app: the others go, with Undo, and that one stays', async () => {
  one.newerWrites(ids[1]!);
  const { undo, messages, newer } = await deletes(ids);
  expect([messages, newer, one.texts()]).toEqual([2, 1, ['second']]);
  expect(await one.core.execute({ name: 'undoDelete', input: { undo } })).toEqual({ messages: 2, newer: 0 });
  expect(one.texts()).toEqual(['first', 'second', 'third']);
  const refused = await deletes([ids[1]!]).catch((error: unknown) => error);
  expect(toFailure(refused)).toMatchObject({ reason: 'newerApp', detail: expect.stringMatching(NEWER) });
  expect(one.texts()).toEqual(['first', 'second', 'third']);
});

test('DEL-33 Undo, and Recover All, bring back what they can when a newer app has written one of them since', async () => {
  const { undo } = await deletes(ids);
  one.newerWrites(ids[0]!);
  expect(await one.core.execute({ name: 'undoDelete', input: { undo } })).toEqual({ messages: 2, newer: 1 });
  expect(one.texts()).toEqual(['second', 'third']);
  await deletes([ids[2]!]);
  const recover = () => one.core.execute({ name: 'recoverMessages', input: { ids: 'all' } });
  expect(await recover()).toEqual({ messages: 1, stopped: null, newer: 1 });
  expect(one.texts()).toEqual(['second', 'third']);
  await expect(recover()).rejects.toThrow(NEWER);
});

test('DEL-33 an Undo that can bring back nothing, since a newer app has written it since, says so', async () => {
  const { undo } = await deletes([ids[0]!]);
  one.newerWrites(ids[0]!);
  const refused = await one.core
    .execute({ name: 'undoDelete', input: { undo } })
    .catch((error: unknown) => error);
  expect(toFailure(refused)).toMatchObject({ reason: 'newerApp' });
  expect(one.texts()).toEqual(['second', 'third']);
});
