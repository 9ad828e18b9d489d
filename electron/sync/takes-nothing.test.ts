/** A cloud that takes nothing still gives: its disk is full, say. Whole devices and a real cloud. */
import { afterAll, afterEach, expect, test } from 'vitest';
import { sodiumReady } from '../../shared/crypto/sodium.ts';
import { type AnnaAndBob, annaAndBob } from './testing/anna-and-bob.ts';
import type { CoreDevice } from './testing/core-device.ts';
import { removeFolders } from './testing/zone-device.ts';

await sodiumReady();
afterAll(removeFolders);

let scene: AnnaAndBob;

afterEach(() => scene.end());

test('SYN-166 while every push and send fails, what others write and what was deleted elsewhere comes all the same', async () => {
  let takes = true;
  let refused = 0;
  scene = await annaAndBob((real) => async (input, init) => {
    const request = new Request(input, init);
    const writes = request.url.endsWith('/Push') || request.url.endsWith('/Send');
    if (takes || !writes) return real(request);
    refused += 1;
    return new Response('busy', { status: 503 });
  });
  const { one, two, bob, say, conversationId } = scene;
  const shows = (device: CoreDevice, texts: string[]) =>
    device.until(() => device.texts().join() === texts.join(), `${texts}`);
  await say(bob, 'first');
  for (const device of [one, two]) await shows(device, ['first']);
  await one.until(({ phase }) => phase === 'idle', 'in step');

  takes = false;
  // Something of its account's settings, and a message.
  await one.core.execute({ name: 'setKeepMessages', input: { days: 365 } });
  await say(one, 'waits');
  await one.until(() => refused >= 2, 'two refusals');
  await one.until(({ paused }) => paused?.reason === 'cloudTakesNothing', 'the reason');
  await say(bob, 'second');
  // The one that waits is not in the zone yet: the window shows it from the outbox.
  await shows(one, ['first', 'second']);
  await two.core.execute({ name: 'deleteConversation', input: { conversationId } });
  await shows(one, []);
  expect(one.core.status().waitingToSend).toBe(1);

  takes = true;
  await one.core.execute({ name: 'syncNow', input: null });
  await shows(bob, ['first', 'second', 'waits']);
  for (const device of [one, two]) await shows(device, ['waits']);
});

test('SYN-166 SYN-72 a message whose answer is lost each time is known to be accepted by what the mailbox says', async () => {
  let answers = true;
  let sends = 0;
  scene = await annaAndBob((real) => async (input, init) => {
    const request = new Request(input, init);
    const isSend = request.url.endsWith('/Send');
    const answer = await real(request);
    if (answers || !isSend) return answer;
    sends += 1;
    throw new TypeError('the answer was lost');
  });
  const { one, bob, say } = scene;
  answers = false;
  await say(one, 'gets there');
  await one.until(({ waitingToSend }) => sends > 0 && waitingToSend === 0, 'known to be accepted');
  await bob.until(() => bob.texts().join() === 'gets there', 'at Bob’s');
  expect(one.texts()).toEqual(['gets there']);
  answers = true;
  await one.core.execute({ name: 'syncNow', input: null });
  await say(bob, 'got it');
  await one.until(() => one.texts().join() === 'gets there,got it', 'Bob’s answer');
  expect(bob.texts()).toEqual(['gets there', 'got it']);
});
