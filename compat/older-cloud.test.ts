/** Today's devices at clouds of each older version: what those have works, and what they do not have does no harm. */
import { afterAll, expect, test } from 'vitest';
import { createCloud } from '../cloud/app.ts';
import { coreDevice } from '../electron/sync/testing/core-device.ts';
import { removeFolders } from '../electron/sync/testing/zone-device.ts';
import { sodiumReady } from '../shared/crypto/sodium.ts';
import { WIRE_VERSION } from '../shared/proto/version.ts';
import { olderCloud } from './older-cloud.ts';
import { goldens } from './read.ts';

afterAll(removeFolders);
await sodiumReady();

// The oldest, and the two before today's: those between differ from them by less.
const older = goldens().filter(({ wire }) => wire === 1 || (wire < WIRE_VERSION && wire >= WIRE_VERSION - 2));

test.each(older.map((golden) => [golden.wire, golden.image] as const))(
  'GLD-8 at a cloud of wire version %d today’s devices sign up, write, sync and sign in',
  async (_, image) => {
    const unknown: string[] = [];
    const whole = await createCloud({ dataDir: ':memory:', registration: 'open' });
    const cloud = olderCloud(whole, image, (path) => unknown.push(path));
    const anna = coreDevice(cloud);
    const bob = coreDevice(cloud);
    await anna.signUp('anna@example.org');
    await bob.signUp('bob@example.org');
    const { id } = await anna.core.execute({
      name: 'startConversation',
      input: { handles: ['bob@example.org'], name: null },
    });
    const write = (device: typeof anna, text: string) =>
      device.core.execute({ name: 'send', input: { conversationId: id, text, replyTo: null } });
    await write(anna, 'Hello');
    await bob.until(() => bob.texts().includes('Hello'), 'the message');
    const second = coreDevice(cloud);
    await second.signIn('anna@example.org');
    await second.until(() => second.texts().includes('Hello'), 'the history');
    await write(bob, 'And back');
    for (const device of [anna, second]) {
      await device.until(() => device.texts().length === 2, 'the answer');
      expect(device.texts()).toEqual(['Hello', 'And back']);
      await device.until(({ phase, waitingToSend }) => phase === 'idle' && waitingToSend === 0, 'rest');
    }
    // Blobs are asked for where there are files alone, so nothing that an older cloud lacks was needed.
    expect(unknown).toEqual([]);
    for (const device of [anna, bob, second]) {
      expect(device.failures).toEqual([]);
      await device.stop();
    }
    await whole.close();
  },
  120_000,
);
