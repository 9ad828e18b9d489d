/** Deletes as a window asks for them: real devices, workers and stores against the real cloud, over the local API alone. */
import type { AddressInfo } from 'node:net';
import { type ServerType, serve } from '@hono/node-server';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Cloud, createCloud } from '../../cloud/app.ts';
import { type TestDevice, testDevices } from './testing/devices.ts';

const PASSWORD = 'violet-harbour-tunnel-93';
const devices = testDevices();
let cloud: Cloud;
let server: ServerType;
let url: string;
let people = 0;
/** The cloud takes messages, and its answers are lost: also what would tell by the mailbox that they were accepted (SYN-166). */
let mute = false;
/** Nothing reaches it. */
let down = false;

beforeAll(async () => {
  cloud = await createCloud({ dataDir: devices.newFolder(), registration: 'open', name: 'Test' });
  server = serve({
    async fetch(request) {
      if (down) return new Response(null, { status: 502 });
      const answer = await cloud.fetch(request);
      return mute && /\/(Send|Receive)$/.test(request.url) ? new Response(null, { status: 502 }) : answer;
    },
    port: 0,
    hostname: '127.0.0.1',
  });
  await new Promise<void>((resolve) => server.once('listening', () => resolve()));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  mute = false;
  down = false;
  await devices.clean();
});
afterAll(async () => {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  await cloud.close();
  if ('closeAllConnections' in server) server.closeAllConnections();
  await closed;
});

const soon = <T>(read: () => Promise<T>) => expect.poll(read, { timeout: 15_000, interval: 30 });

async function signedUp(name: string): Promise<TestDevice & { handle: string }> {
  people += 1;
  const handle = `${name.toLowerCase()}${people}@example.org`;
  const it = await devices.start();
  const cloudChoice = { kind: 'address', url } as const;
  const state = await it.api.session.signUp.mutate({
    cloud: cloudChoice,
    handle,
    name,
    password: PASSWORD,
    deviceName: `${name}'s Mac`,
  });
  if (state.kind !== 'confirmRecovery') throw new Error(`Signed up, and then ${state.kind}.`);
  const [a, b] = state.ask;
  await it.api.session.confirmRecovery.mutate({ answers: [state.words[a] ?? '', state.words[b] ?? ''] });
  return { ...it, handle };
}

/** Anna's conversation with Bob, these texts in it, all delivered. */
async function conversation(...texts: string[]): Promise<{ anna: TestDevice; bob: TestDevice; id: string }> {
  const anna = await signedUp('Anna');
  const bob = await signedUp('Bob');
  const { id } = await anna.api.conversations.start.mutate({ handles: [bob.handle] });
  for (const text of texts) await anna.api.messages.send.mutate({ conversationId: id, text });
  const states = async () =>
    (await anna.api.messages.page.query({ conversationId: id })).messages.map(({ state }) => state);
  await soon(states).toEqual(texts.map(() => 'delivered'));
  return { anna, bob, id };
}

const page = (it: TestDevice, conversationId: string) => it.api.messages.page.query({ conversationId });
const texts = async (it: TestDevice, id: string) => (await page(it, id)).messages.map(({ text }) => text);
const idOf = async (it: TestDevice, id: string, text: string): Promise<string> =>
  (await page(it, id)).messages.find((one) => one.text === text)?.id ?? '';
const deleted = async (it: TestDevice) =>
  (await it.api.recentlyDeleted.list.query()).map(({ message }) => message.text);

test('API-25 a delete answers by which id it is undone; Undo says how many came back, or that it is too late', async () => {
  const { anna, id } = await conversation('one', 'two', 'three');
  const ids = [await idOf(anna, id, 'one'), await idOf(anna, id, 'three')];
  const some = await anna.api.messages.delete.mutate({ ids });
  expect([some.messages, await texts(anna, id)]).toEqual([2, ['two']]);
  const whole = await anna.api.conversations.delete.mutate({ id });
  expect([whole.messages, await anna.api.conversations.list.query()]).toEqual([1, []]);
  expect(await anna.api.deletes.undo.mutate({ undo: whole.undo })).toEqual({ messages: 1, newer: 0 });
  expect(await texts(anna, id)).toEqual(['two']);
  expect(await anna.api.deletes.undo.mutate({ undo: some.undo })).toEqual({ messages: 2, newer: 0 });
  expect(await texts(anna, id)).toEqual(['one', 'two', 'three']);
  const again = anna.api.deletes.undo.mutate({ undo: some.undo });
  await expect(again).rejects.toMatchObject({ data: { reason: 'undoOver' } });
  const lost = await anna.api.conversations.delete.mutate({ id });
  await devices.stop(anna);
  const restarted = await devices.start(anna.folder);
  const late = restarted.api.deletes.undo.mutate({ undo: lost.undo });
  await expect(late).rejects.toMatchObject({ data: { reason: 'undoOver' } });
  expect((await deleted(restarted)).sort()).toEqual(['one', 'three', 'two']);
});

test('API-26 Recently Deleted is counted by conversation, paged through, and named whole; all of it is recovered or deleted by one call', async () => {
  const { anna, id } = await conversation('one', 'two', 'three');
  const ids = await anna.api.messages.ids.query({ conversationId: id });
  expect(ids).toHaveLength(3);
  expect(ids[0]).toBe(await idOf(anna, id, 'three'));
  await anna.api.messages.delete.mutate({ ids });
  const [group, ...none] = await anna.api.recentlyDeleted.groups.query();
  expect([group, none]).toEqual([
    { conversationId: id, title: expect.stringMatching(/^bob/i), messages: 3 },
    [],
  ]);
  const first = await anna.api.recentlyDeleted.list.query({ limit: 2 });
  const rest = await anna.api.recentlyDeleted.list.query({ limit: 2, offset: 2 });
  expect([...first, ...rest].map(({ message }) => message.id).sort()).toEqual([...ids].sort());
  for (const conversationId of [id, null])
    expect((await anna.api.recentlyDeleted.ids.query({ conversationId })).sort()).toEqual([...ids].sort());
  expect(await anna.api.recentlyDeleted.recover.mutate({ ids: 'all' })).toEqual({
    messages: 3,
    stopped: null,
    newer: 0,
  });
  expect(await texts(anna, id)).toEqual(['one', 'two', 'three']);
  await anna.api.messages.delete.mutate({ ids: ids.slice(0, 2) });
  const target = { kind: 'forGood', ids: 'all' } as const;
  expect(await anna.api.deletes.scope.query({ target })).toMatchObject({ messages: 2, unsent: 0 });
  expect(await anna.api.recentlyDeleted.deleteNow.mutate({ ids: 'all' })).toEqual({
    messages: 2,
    stopped: null,
    newer: 0,
  });
  expect([await deleted(anna), await texts(anna, id)]).toEqual([[], ['one']]);
});

test('API-27 the scope tells what was never sent and what is on its way from what others have', async () => {
  const { anna, bob, id } = await conversation('there');
  mute = true;
  const onIts = await anna.api.messages.send.mutate({ conversationId: id, text: 'on its way' });
  const state = async () => (await page(anna, id)).messages.map((one) => one.state);
  await soon(state).toEqual(['delivered', 'sending']);
  const behind = await anna.api.messages.send.mutate({ conversationId: id, text: 'behind it' });
  await soon(state).toEqual(['delivered', 'sending', 'waiting']);
  const scope = (target: Parameters<typeof anna.api.deletes.scope.query>[0]['target']) =>
    anna.api.deletes.scope.query({ target });
  expect(await scope({ kind: 'conversation', id })).toMatchObject({
    messages: 3,
    unsent: 1,
    onTheirWay: 1,
    purgeAt: null,
  });
  expect(await scope({ kind: 'messages', ids: [behind!.id] })).toMatchObject({ messages: 1, unsent: 1 });
  const whole = await anna.api.conversations.delete.mutate({ id });
  expect([whole.messages, await texts(anna, id), await anna.api.conversations.list.query()]).toEqual([
    3,
    [],
    [],
  ]);
  expect((await anna.api.session.wipeScope.query()).messages).toBe(0);
  expect(onIts!.id).not.toBe(behind!.id);
  mute = false;
  await anna.api.sync.now.mutate();
  await soon(() => texts(bob, id)).toEqual(['there', 'on its way']);
  await soon(async () => (await deleted(anna)).sort()).toEqual(['on its way', 'there']);
  expect(await texts(anna, id)).toEqual([]);
  expect(await anna.api.deletes.undo.mutate({ undo: whole.undo })).toEqual({ messages: 3, newer: 0 });
  await soon(() => texts(bob, id)).toEqual(['there', 'on its way', 'behind it']);
  expect(await texts(anna, id)).toEqual(['there', 'on its way', 'behind it']);
});

test('API-27 after Disable & Delete the scope says until when the cloud keeps its copy', async () => {
  const { anna, id } = await conversation('kept for a while');
  await soon(async () => (await anna.api.sync.status.query()).switch).toBe('on');
  await anna.api.sync.disableAndDelete.mutate({ confirmed: true });
  await soon(async () => (await anna.api.sync.status.query()).switch).toBe('off');
  const scope = await anna.api.deletes.scope.query({ target: { kind: 'conversation', id } });
  expect(scope).toMatchObject({ switchOn: false, devicesOn: [], inCloud: true });
  expect(scope.purgeAt).toBeGreaterThan(Date.now());
});

test('API-25 Discard of what waits can be undone; it was never sent', async () => {
  const { anna, bob, id } = await conversation('there');
  down = true;
  const waits = await anna.api.messages.send.mutate({ conversationId: id, text: 'a thought' });
  const other = await anna.api.messages.send.mutate({ conversationId: id, text: 'another' });
  const discarded = await anna.api.messages.discard.mutate({ id: other!.id });
  expect(await texts(anna, id)).toEqual(['there', 'a thought']);
  expect(await anna.api.deletes.undo.mutate({ undo: discarded.undo ?? '' })).toEqual({
    messages: 1,
    newer: 0,
  });
  expect(await texts(anna, id)).toEqual(['there', 'a thought', 'another']);
  await anna.api.messages.discard.mutate({ id: other!.id });
  down = false;
  await anna.api.sync.now.mutate();
  await soon(() => texts(bob, id)).toEqual(['there', 'a thought']);
  expect(waits!.id).not.toBe(other!.id);
  const gone = anna.api.messages.discard.mutate({ id: waits!.id });
  await expect(gone).rejects.toMatchObject({ data: { reason: 'notFound' } });
});
