/** What comes in the middle of a step that goes on for long is counted at once: whole devices and a real cloud. */
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { type Cloud, createCloud } from '../../../cloud/app.ts';
import { sodiumReady } from '../../../shared/crypto/sodium.ts';
import type { Fetch } from '../network/cloud-client.ts';
import { type CoreDevice, coreDevice } from '../testing/core-device.ts';
import { fetchOf, removeFolders } from '../testing/zone-device.ts';

await sodiumReady();
afterAll(removeFolders);

let cloud: Cloud;
const devices: CoreDevice[] = [];

beforeEach(async () => {
  cloud = await createCloud({ dataDir: ':memory:', registration: 'open' });
});
afterEach(async () => {
  for (const device of devices.splice(0)) await device.stop();
  await cloud.close();
});

function make(fetch: Fetch = fetchOf(cloud)): CoreDevice {
  const device = coreDevice(cloud, { fetch });
  devices.push(device);
  return device;
}

test('OUT-31 what has come by zone does not wait to be sent any more, though its step is still acknowledging mail', async () => {
  /** As its acknowledgement goes. */
  let seen: unknown = null;
  let sending = false;
  const real = fetchOf(cloud);
  const fetch: Fetch = async (input, init) => {
    const request = new Request(input, init);
    const is = (call: string) => request.url.endsWith(`/${call}`);
    if (is('Acknowledge')) {
      // There is something to acknowledge from before.
      if (!one.texts().includes('once')) throw new TypeError('No connection.');
      seen ??= [one.core.busy(), one.core.status().waitingToSend];
    }
    if (!sending || !(is('Send') || is('Receive'))) return real(request);
    if (is('Send')) await real(request);
    throw new TypeError('The answer was lost.');
  };
  const one: CoreDevice = make(fetch);
  await one.signUp('anna@example.org');
  const two = make();
  await two.signIn('anna@example.org');
  const bob = make();
  await bob.signUp('bob@example.org');
  const input = { handles: ['bob@example.org'], name: null };
  const { id: conversationId } = await one.core.execute({ name: 'startConversation', input });
  await bob.core.execute({ name: 'startConversation', input: { handles: ['anna@example.org'], name: null } });
  const say = (device: CoreDevice, text: string) =>
    device.core.execute({ name: 'send', input: { conversationId, text, replyTo: null } });
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
