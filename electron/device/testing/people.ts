/** People on a real cloud, with real devices, workers and stores: for tests over the local API alone. One of these a test file. */
import type { AddressInfo } from 'node:net';
import { type ServerType, serve } from '@hono/node-server';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { type Cloud, createCloud } from '../../../cloud/app.ts';
import { type TestDevice, testDevices } from './devices.ts';

export const PASSWORD = 'violet-harbour-tunnel-93';

export function testPeople() {
  const devices = testDevices();
  let cloud: Cloud;
  let server: ServerType;
  let people = 0;
  const world = {
    devices,
    url: '',
    /** The cloud's machine answers, and not as a cloud. */
    down: false,
    address: () => ({ kind: 'address', url: world.url }) as const,

    async signedUp(name: string): Promise<TestDevice & { handle: string }> {
      people += 1;
      const handle = `${name.toLowerCase()}${people}@example.org`;
      const it = await devices.start();
      const state = await it.api.session.signUp.mutate({
        cloud: world.address(),
        handle,
        name,
        password: PASSWORD,
        deviceName: `${name}'s Mac`,
      });
      if (state.kind !== 'confirmRecovery') throw new Error(`Signed up, and then ${state.kind}.`);
      const [a, b] = state.ask;
      const after = await it.api.session.confirmRecovery.mutate({
        answers: [state.words[a] ?? '', state.words[b] ?? ''],
      });
      expect(after).toMatchObject({
        kind: 'signedIn',
        account: { handle, name },
        device: { name: `${name}'s Mac` },
      });
      return { ...it, handle };
    },
  };

  beforeAll(async () => {
    cloud = await createCloud({ dataDir: devices.newFolder(), registration: 'open', name: 'Test' });
    server = serve({
      fetch: (request) => (world.down ? new Response(null, { status: 502 }) : cloud.fetch(request)),
      port: 0,
      hostname: '127.0.0.1',
    });
    await new Promise<void>((resolve) => server.once('listening', () => resolve()));
    world.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => devices.clean());
  afterAll(async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    await cloud.close();
    if ('closeAllConnections' in server) server.closeAllConnections();
    await closed;
  });
  return world;
}

export const soon = <T>(read: () => Promise<T>) => expect.poll(read, { timeout: 15_000, interval: 30 });

export async function texts(it: TestDevice, conversationId: string): Promise<string[]> {
  const page = await it.api.messages.page.query({ conversationId });
  return page.messages.map(({ text }) => text);
}
