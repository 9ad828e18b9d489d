/** Whole devices without threads: accounts, mail and zones against the real cloud, by commands alone. */
import { afterAll, expect, test } from 'vitest';
import { createCloud } from '../../cloud/app.ts';
import { sodiumReady } from '../../shared/crypto/sodium.ts';
import { listConversations } from '../store/conversations.ts';
import { listRecentlyDeleted } from '../store/recently-deleted.ts';
import { coreDevice } from './testing/core-device.ts';
import { removeFolders } from './testing/zone-device.ts';

afterAll(removeFolders);
await sodiumReady();

test('SYN-29 two people and three devices: what is written, arrives everywhere once', async () => {
  const cloud = await createCloud({ dataDir: ':memory:', registration: 'open' });
  const anna = coreDevice(cloud);
  const bob = coreDevice(cloud);
  await anna.signUp('anna@example.org');
  await bob.signUp('bob@example.org');
  const { id } = await anna.core.execute({
    name: 'startConversation',
    input: { handles: ['bob@example.org'], name: null },
  });
  await anna.core.execute({ name: 'send', input: { conversationId: id, text: 'Hello', replyTo: null } });
  await bob.until(() => bob.texts().includes('Hello'), 'the message');
  const second = coreDevice(cloud);
  await second.signIn('anna@example.org');
  await second.until(() => second.texts().includes('Hello'), 'the history');
  await bob.core.execute({ name: 'send', input: { conversationId: id, text: 'And back', replyTo: null } });
  for (const device of [anna, second]) {
    await device.until(() => device.texts().length === 2, 'the answer');
    expect(device.texts()).toEqual(['Hello', 'And back']);
  }
  for (const device of [anna, bob, second]) {
    expect(device.failures).toEqual([]);
    await device.stop();
  }
  await cloud.close();
}, 60_000);

test('SWI-13 a new device signed in with the switch off gets what arrives from now on; turned on, all of it', async () => {
  const cloud = await createCloud({ dataDir: ':memory:', registration: 'open' });
  const anna = coreDevice(cloud);
  const bob = coreDevice(cloud);
  await anna.signUp('anna@example.org');
  await bob.signUp('bob@example.org');
  const input = { handles: ['bob@example.org'], name: null };
  const { id } = await anna.core.execute({ name: 'startConversation', input });
  const write = (text: string) =>
    anna.core.execute({ name: 'send', input: { conversationId: id, text, replyTo: null } });
  await write('Before');
  await bob.until(() => bob.texts().length === 1, 'the first message');
  await anna.until(
    ({ phase, waitingToSend }) => phase === 'idle' && waitingToSend === 0,
    'all of it in the cloud',
  );
  const second = coreDevice(cloud);
  await second.signIn('anna@example.org', false);
  await second.until(({ phase }) => phase === 'idle', 'rest');
  expect(second.core.status().switch).toBe('off');
  expect(second.texts()).toEqual([]);
  await second.stop();
  second.start();
  await write('After');
  await second.until(() => second.texts().includes('After'), 'the new message');
  expect(second.texts()).toEqual(['After']);
  await second.core.execute({ name: 'setSwitch', input: { on: true } });
  await second.until(({ switch: value }) => value === 'on', 'on');
  expect(second.texts()).toEqual(['Before', 'After']);
  for (const device of [anna, bob, second]) await device.stop();
  await cloud.close();
}, 60_000);

test('SYN-4 a wrong clock refuses nothing: what is written is kept, waits, and goes with its right time', async () => {
  const cloud = await createCloud({ dataDir: ':memory:', registration: 'open' });
  let skewMs = 0;
  const anna = coreDevice(cloud, { clock: { now: () => Date.now() + skewMs } });
  const bob = coreDevice(cloud);
  await anna.signUp('anna@example.org');
  await bob.signUp('bob@example.org');
  const { core, store } = anna;
  const { id } = await core.execute({
    name: 'startConversation',
    input: { handles: ['bob@example.org'], name: null },
  });
  const write = (text: string) =>
    core.execute({ name: 'send', input: { conversationId: id, text, replyTo: null } });
  await write('In time');
  await bob.until(() => bob.texts().length === 1, 'the first message');
  for (const offMs of [400 * 86_400_000, -400 * 86_400_000]) {
    const before = bob.texts().length;
    const dir = offMs > 0 ? 'ahead' : 'behind';
    skewMs = offMs;
    await core.execute({ name: 'syncNow', input: null });
    await anna.until(({ paused }) => paused?.reason === 'clockWrong', 'the wrong clock');
    await write(`Written ${dir}`);
    await core.execute({ name: 'setDraft', input: { conversationId: id, text: `draft ${dir}` } });
    await core.execute({ name: 'setSettings', input: { name: `Anna ${dir}` } });
    const first = store.get<{ id: Uint8Array }>("SELECT id FROM message WHERE text = 'In time'");
    const ids = [Buffer.from(first?.id ?? []).toString('hex')];
    await core.execute({ name: 'deleteMessages', input: { ids } });
    const [deleted] = listRecentlyDeleted(store, 10);
    expect(Math.abs((deleted?.deletedMs ?? 0) - Date.now())).toBeLessThan(60_000);
    expect(anna.core.status()).toMatchObject({ phase: 'paused', waitingToSend: 1 });
    expect(listConversations(store)[0]?.draft).toBe(`draft ${dir}`);
    expect(bob.texts().length).toBe(before);
    skewMs = 0;
    await core.execute({ name: 'syncNow', input: null });
    await bob.until(() => bob.texts().length === before + 1, 'what had waited');
    await core.execute({ name: 'recoverMessages', input: { ids } });
    await anna.until(({ phase }) => phase === 'idle', 'rest');
  }
  const sent = bob.store.all<{ sent_ms: number }>('SELECT sent_ms FROM message');
  for (const { sent_ms: ms } of sent) expect(Math.abs(ms - Date.now())).toBeLessThan(60_000);
  await anna.stop();
  await bob.stop();
  await cloud.close();
}, 60_000);
