/** What comes in the middle of a step that goes on for long is counted at once: whole devices and a real cloud. */
import { afterAll, afterEach, expect, test } from 'vitest';
import { sodiumReady } from '../../../shared/crypto/sodium.ts';
import { type AnnaAndBob, annaAndBob } from '../testing/anna-and-bob.ts';
import { removeFolders } from '../testing/zone-device.ts';

await sodiumReady();
afterAll(removeFolders);

let scene: AnnaAndBob;

afterEach(() => scene.end());

test('OUT-31 what has come by zone does not wait to be sent any more, though its step is still acknowledging mail', async () => {
  /** As its acknowledgement goes. */
  let seen: unknown = null;
  let sending = false;
  scene = await annaAndBob((real) => async (input, init) => {
    const request = new Request(input, init);
    const is = (call: string) => request.url.endsWith(`/${call}`);
    if (is('Acknowledge')) {
      const { one } = scene;
      // There is something to acknowledge from before.
      if (!one.texts().includes('once')) throw new TypeError('No connection.');
      seen ??= [one.core.busy(), one.core.status().waitingToSend];
    }
    if (!sending || !(is('Send') || is('Receive'))) return real(request);
    if (is('Send')) await real(request);
    throw new TypeError('The answer was lost.');
  });
  const { one, two, bob, say } = scene;
  await say(one, 'first');
  await bob.until(() => bob.texts().length === 1, 'the first message');
  await say(bob, 'hello');
  for (const device of [one, two]) await device.until(() => device.texts().length === 2, 'the answer');
  await one.until(({ phase, waitingToSend }) => phase === 'idle' && waitingToSend === 0, 'in step');

  sending = true;
  await say(one, 'once');
  expect(one.core.status().waitingToSend).toBe(1);
  await one.until(() => seen !== null, 'what was sent');
  expect(seen).toEqual([true, 0]);
});
