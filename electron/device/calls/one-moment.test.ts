/** Answers to the window while the sync worker writes: two connections to one real database (SPEC STO-27). */
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { type Cloud, createCloud } from '../../../cloud/app.ts';
import { sodiumReady } from '../../../shared/crypto/sodium.ts';
import type { ApiCalls } from '../../api/calls.ts';
import { openStore, type Store } from '../../store/open.ts';
import { enqueue, removeOutbox } from '../../store/outbox.ts';
import { hex } from '../../store/values.ts';
import { firstDevice, removeFolders, type ZoneDevice } from '../../sync/testing/zone-device.ts';
import { createCalls } from '../calls.ts';
import type { CallContext } from './context.ts';

await sodiumReady();
afterAll(removeFolders);

const CONVERSATION = new Uint8Array(16).fill(7);
const WAITS = new Uint8Array(16).fill(9);
const conversationId = hex(CONVERSATION);
const newest = { conversationId, anchor: null, direction: 'older', limit: 50 } as const;

let cloud: Cloud;
/** With one message that was accepted, and one that waits. */
let device: ZoneDevice;
/** What the app reads by. */
let reader: Store;
let calls: ApiCalls;
/** Of the sync worker. */
let answers: (command: string) => unknown;

beforeEach(async () => {
  cloud = await createCloud({ dataDir: ':memory:', registration: 'open' });
  device = await firstDevice(cloud, 'anna@example.org');
  device.message('first', Date.now() - 3_600_000);
  enqueue(device.store, {
    sendId: WAITS,
    kind: 'message',
    conversation: CONVERSATION,
    guid: WAITS,
    body: new Uint8Array(0),
    createdMs: Date.now(),
    text: 'waits',
  });
  reader = openStore({ path: device.store.path, key: device.key, readonly: true });
  const worker = { run: async (name: string) => answers(name) };
  answers = (command) => (command === 'status' ? device.core.status() : {});
  calls = createCalls({
    profile: {
      opened: { store: reader, worker },
      databasePath: device.store.path,
      locked: null,
      recovering: null,
    },
    notices: [],
    cloudUrl: null,
    host: { cloudHere: null, deviceName: 'Mac' },
  } as unknown as CallContext);
});
afterEach(async () => {
  reader.close();
  await device.stop();
  await cloud.close();
});

/** `then` after each statement of the reader. */
function afterEachRead(then: (text: string) => void): void {
  const { get, all } = reader;
  reader.get = (text, ...parameters) => {
    const row = get.call(reader, text, ...parameters);
    then(text);
    return row as never;
  };
  reader.all = (text, ...parameters) => {
    const rows = all.call(reader, text, ...parameters);
    then(text);
    return rows as never;
  };
}

/** The message that waits is accepted, between the read of the outbox and whatever the same answer reads next. */
function acceptedMeanwhile(): () => boolean {
  let accepted = false;
  afterEachRead((text) => {
    if (accepted || !/FROM outbox/.test(text)) return;
    accepted = true;
    device.store.write(() => {
      removeOutbox(device.store, WAITS);
      device.message('waits', Date.now());
    });
  });
  return () => accepted;
}

test('STO-27 a message that is accepted while a page is read shows once', async () => {
  const accepted = acceptedMeanwhile();
  const texts = async () => (await calls.messages.page(newest)).messages.map(({ text }) => text);
  expect([await texts(), accepted()]).toEqual([['first', 'waits'], true]);
  // And in the next one, of a later moment, as what it is now.
  expect((await calls.messages.page(newest)).messages.map(({ state }) => state)).toEqual(['sent', 'sent']);
});

test('STO-27 what a sign-out that wipes takes counts it once', async () => {
  const accepted = acceptedMeanwhile();
  const { here } = await calls.session.wipeScope();
  expect([here, accepted()]).toEqual([2, true]);
});

test('UI-145 the answer to Send is the message as it is by then: accepted, or nothing where it was deleted since', async () => {
  const guid = new Uint8Array(16).fill(5);
  const send = () => calls.messages.send({ conversationId, text: 'fast', replyTo: null, attachments: [] });
  let id = '';
  const waited = 'e'.repeat(32);
  answers = (name) => {
    if (name === 'send') id = device.message('fast', Date.now(), { guid });
    return { id: name === 'nowCalled' ? id : waited };
  };
  expect(await send()).toMatchObject({
    id,
    text: 'fast',
    state: 'sent',
    key: expect.stringContaining(hex(guid)),
  });
  answers = (name) => {
    if (name === 'send') device.store.run('DELETE FROM message WHERE guid = ?', guid);
    return { id: name === 'nowCalled' ? id : waited };
  };
  expect(await send()).toBe(null);
});

const ANSWERS: [string, () => unknown][] = [
  ['session.state', () => calls.session.state()],
  ['session.wipeScope', () => calls.session.wipeScope()],
  ['conversations.list', () => calls.conversations.list()],
  ['conversations.get', () => calls.conversations.get(conversationId)],
  ['messages.page', () => calls.messages.page(newest)],
  ['messages.ids', () => calls.messages.ids(conversationId, 10)],
  ['attachments.limits', () => calls.attachments.limits()],
  ['attachments.drafts', () => calls.attachments.drafts(conversationId)],
  ['deletes.scope', () => calls.deletes.scope({ kind: 'conversation', id: conversationId })],
  ['recentlyDeleted.list', () => calls.recentlyDeleted.list(10, 0)],
  ['recentlyDeleted.groups', () => calls.recentlyDeleted.groups()],
  ['recentlyDeleted.ids', () => calls.recentlyDeleted.ids(null)],
  ['search.query', () => calls.search.query('first', 10)],
  ['troubleshooting.damaged', () => calls.troubleshooting.damaged()],
  ['settings.get', () => calls.settings.get()],
  ['settings.keepPreview', () => calls.settings.keepPreview(30)],
  ['devices.list', () => calls.devices.list()],
  ['notices.list', () => calls.notices.list()],
];

test.each(ANSWERS)('STO-27 %s reads all that it says at one moment', async (_name, answer) => {
  let reads = 0;
  const outside: string[] = [];
  afterEachRead((text) => {
    reads += 1;
    // Whether anybody is signed in is asked before the worker is, and again with everything else.
    if (!reader.db.inTransaction && !/FROM identity/.test(text)) outside.push(text);
  });
  await answer();
  expect(outside).toEqual([]);
  expect(reads).toBeGreaterThan(0);
});
