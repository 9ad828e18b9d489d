/** Messages of a device where nobody is signed in any more: kept, counted, and taken off by their person's own word. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { TestDevice } from './testing/devices.ts';
import { PASSWORD, soon, testPeople, texts } from './testing/people.ts';

const world = testPeople();
const { devices, signedUp, address } = world;

const wipeKept = (it: TestDevice, evenUnsent = false) =>
  it.api.session.wipeKept.mutate({ confirmed: true, evenUnsent });

/** What no wipe leaves: the database as it was, and the key that opens it. */
function traces(it: TestDevice, key: Buffer): { database: boolean; key: boolean } {
  const files = readdirSync(it.folder, { recursive: true, encoding: 'utf8' });
  return {
    database: files.some((name) => /set-aside/.test(name)),
    key: readFileSync(`${it.folder}/database.key`).equals(key),
  };
}

async function twoMessages(): Promise<{ anna: TestDevice & { handle: string }; id: string }> {
  const anna = await signedUp('Anna');
  const bob = await signedUp('Bob');
  const { id } = await anna.api.conversations.start.mutate({ handles: [bob.handle] });
  for (const text of ['one', 'two']) await anna.api.messages.send.mutate({ conversationId: id, text });
  await soon(() => texts(bob, id)).toEqual(['one', 'two']);
  await soon(async () => (await anna.api.session.wipeScope.query()).messages).toBe(0);
  return { anna, id };
}

test('API-16 signed out with the messages kept: their number is told, and what is in no cloud; they are not', async () => {
  const { anna, id } = await twoMessages();
  world.down = true;
  try {
    await anna.api.messages.send.mutate({ conversationId: id, text: 'three' });
    await anna.api.session.signOut.mutate({ wipe: false });
  } finally {
    world.down = false;
  }
  expect(await anna.api.session.wipeScope.query()).toEqual({
    here: 3,
    messages: 1,
    changes: 0,
    switchOn: false,
    devicesOn: [],
  });
  await expect(texts(anna, id)).rejects.toMatchObject({ data: { reason: 'signedOut' } });
});

test('API-17 kept messages are wiped with their key, but not while some are only here, unless that is said', async () => {
  const { anna, id } = await twoMessages();
  world.down = true;
  try {
    await anna.api.messages.send.mutate({ conversationId: id, text: 'three' });
    await expect(wipeKept(anna)).rejects.toMatchObject({ data: { reason: 'alreadySignedIn' } });
    await anna.api.session.signOut.mutate({ wipe: false });
  } finally {
    world.down = false;
  }
  const key = readFileSync(`${anna.folder}/database.key`);
  await expect(anna.api.session.wipeKept.mutate({ confirmed: false as never })).rejects.toMatchObject({
    data: { reason: 'invalidInput' },
  });
  await expect(wipeKept(anna)).rejects.toMatchObject({ data: { reason: 'notYetInCloud', about: '1' } });
  expect(await anna.api.session.state.query()).toMatchObject({ kept: { handle: anna.handle } });
  expect(await wipeKept(anna, true)).toMatchObject({ kind: 'signedOut', kept: null });
  expect(traces(anna, key)).toEqual({ database: false, key: false });
  await expect(wipeKept(anna)).rejects.toMatchObject({ data: { reason: 'nothingToDelete' } });
  // Another account may begin here now.
  const bob = await signedUp('Bob');
  const other = { cloud: address(), handle: bob.handle, password: PASSWORD };
  expect(await anna.api.session.signIn.mutate(other)).toMatchObject({ kind: 'signedIn' });
});

test('API-17 a removed device says so at its next start too, and wipes what it has on its person’s word', async () => {
  const { anna, id } = await twoMessages();
  const second = await devices.start();
  await second.api.session.signIn.mutate({
    cloud: address(),
    handle: anna.handle,
    password: PASSWORD,
    deviceName: 'Second',
  });
  await soon(() => texts(second, id)).toEqual(['one', 'two']);
  const [removed] = (await anna.api.devices.list.query()).filter(({ thisDevice }) => !thisDevice);
  await anna.api.devices.remove.mutate({ id: removed?.id ?? '', stolen: false });
  const kind = async (it: TestDevice) => (await it.api.session.state.query()).kind;
  await soon(() => kind(second)).toBe('removed');
  await devices.stop(second);
  const again = await devices.start(second.folder);
  expect(await kind(again)).toBe('removed');
  expect(await again.api.session.wipeScope.query()).toMatchObject({ here: 2, messages: 0 });
  await expect(texts(again, id)).rejects.toMatchObject({ data: { reason: 'signedOut' } });
  const key = readFileSync(`${again.folder}/database.key`);
  expect(await wipeKept(again)).toMatchObject({ kind: 'signedOut', kept: null });
  expect(traces(again, key)).toEqual({ database: false, key: false });
  await devices.stop(again);
  const third = await devices.start(again.folder);
  expect(await third.api.session.state.query()).toMatchObject({ kind: 'signedOut', kept: null });
});
