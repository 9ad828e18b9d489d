/** Whole devices without threads: accounts, mail and zones against the real cloud, by commands alone. */
import { afterAll, expect, test } from 'vitest';
import { createCloud } from '../../cloud/app.ts';
import { sodiumReady } from '../../shared/crypto/sodium.ts';
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
