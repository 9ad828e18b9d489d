/** Anna's two devices and Bob's one, whole and in one conversation, with a real cloud in this process; for tests. */
import { type Cloud, createCloud } from '../../../cloud/app.ts';
import type { Fetch } from '../network/cloud-client.ts';
import { type CoreDevice, coreDevice } from './core-device.ts';
import { fetchOf } from './zone-device.ts';

export type AnnaAndBob = {
  one: CoreDevice;
  two: CoreDevice;
  bob: CoreDevice;
  conversationId: string;
  say(device: CoreDevice, text: string): Promise<unknown>;
  end(): Promise<void>;
};

/** `wire`: what Anna's first device calls the cloud by. */
export async function annaAndBob(wire: (real: Fetch) => Fetch): Promise<AnnaAndBob> {
  const cloud: Cloud = await createCloud({ dataDir: ':memory:', registration: 'open' });
  const one = coreDevice(cloud, { fetch: wire(fetchOf(cloud)) });
  const [two, bob] = [coreDevice(cloud), coreDevice(cloud)];
  await one.signUp('anna@example.org');
  await two.signIn('anna@example.org');
  await bob.signUp('bob@example.org');
  const starts = (device: CoreDevice, handle: string) =>
    device.core.execute({ name: 'startConversation', input: { handles: [handle], name: null } });
  const { id: conversationId } = await starts(one, 'bob@example.org');
  await starts(bob, 'anna@example.org');
  return {
    ...{ one, two, bob, conversationId },
    say: (device, text) =>
      device.core.execute({ name: 'send', input: { conversationId, text, replyTo: null } }),
    async end() {
      for (const device of [one, two, bob]) await device.stop();
      await cloud.close();
    },
  };
}
