/** What the pages of the switch ask for while the cloud is away. */
import { expect, test } from 'vitest';
import { PASSWORD, soon, testPeople, texts } from './testing/people.ts';

const world = testPeople();
const { devices, signedUp, address } = world;

test('API-18 questions of the switch without a cloud fail in words and change nothing; the switch turns all the same', async () => {
  const anna = await signedUp('Anna');
  const bob = await signedUp('Bob');
  const { id } = await anna.api.conversations.start.mutate({ handles: [bob.handle] });
  await anna.api.messages.send.mutate({ conversationId: id, text: 'one' });
  await soon(() => texts(bob, id)).toEqual(['one']);
  // One that has all of it to fetch: nothing can be answered from here.
  const second = await devices.start();
  await second.api.session.signIn.mutate({
    cloud: address(),
    handle: anna.handle,
    password: PASSWORD,
    takesPart: false,
  });
  const { sync } = second.api;
  const status = () => sync.status.query();
  await soon(async () => (await status()).phase).toBe('idle');
  world.down = true;
  try {
    for (const ask of [
      () => sync.storage.query(),
      () => sync.preview.query(),
      () => sync.offPreview.query(),
      () => sync.disableAndDelete.mutate({ confirmed: true }),
      () => sync.undoPurge.mutate(),
    ])
      await expect(ask()).rejects.toMatchObject({ data: { reason: 'cloudUnreachable' } });
    expect(await status()).toMatchObject({ switch: 'off', purge: null });
    await sync.setSwitch.mutate({ on: true });
    expect((await status()).switch).toBe('enabling');
  } finally {
    world.down = false;
  }
  await sync.now.mutate();
  await soon(async () => (await status()).switch).toBe('on');
  expect(await texts(second, id)).toEqual(['one']);
});
