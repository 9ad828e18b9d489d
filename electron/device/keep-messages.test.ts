/** Keep Messages over the local API: a real device against the real cloud. */
import type { AddressInfo } from 'node:net';
import { type ServerType, serve } from '@hono/node-server';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Cloud, createCloud } from '../../cloud/app.ts';
import { testDevices } from './testing/devices.ts';

const DAY = 24 * 60 * 60 * 1000;
const devices = testDevices();
let cloud: Cloud;
let server: ServerType;
let url: string;

beforeAll(async () => {
  cloud = await createCloud({ dataDir: devices.newFolder(), registration: 'open' });
  server = serve({ fetch: (request) => cloud.fetch(request), port: 0, hostname: '127.0.0.1' });
  await new Promise<void>((resolve) => server.once('listening', () => resolve()));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => devices.clean());
afterAll(async () => {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  await cloud.close();
  if ('closeAllConnections' in server) server.closeAllConnections();
  await closed;
});

test('KEEP-17 what was chosen, from when on, what holds until then, and whose it is', async () => {
  const { api } = await devices.start();
  const nobody = api.settings.setKeepMessages.mutate({ days: 30 });
  await expect(nobody).rejects.toMatchObject({ data: { reason: 'signedOut' } });
  const account = { handle: 'anna@example.org', name: 'Anna', password: 'violet-harbour-tunnel-93' };
  const cloudChoice = { kind: 'address', url } as const;
  const state = await api.session.signUp.mutate({ cloud: cloudChoice, deviceName: 'Laptop', ...account });
  if (state.kind !== 'confirmRecovery') throw new Error(`Signed up, and then ${state.kind}.`);
  const [a, b] = state.ask;
  await api.session.confirmRecovery.mutate({ answers: [state.words[a] ?? '', state.words[b] ?? ''] });
  const untilSwitch = (value: string) =>
    expect.poll(async () => (await api.sync.status.query()).switch, { timeout: 15_000 }).toBe(value);
  await untilSwitch('on');
  const keep = async () => (await api.settings.get.query()).keepMessages;
  const forever = { days: 0, effectiveAt: null, before: 0, scope: 'account' };
  expect(await keep()).toEqual(forever);

  const began = Date.now();
  const preview = await api.settings.keepPreview.query({ days: 30 });
  expect(preview).toMatchObject({
    scope: 'account',
    messages: 0,
    devicesOn: ['Laptop'],
    devicesKeeping: [],
    devicesUnknown: [],
    inCloud: true,
  });
  expect(preview.effectiveAt).toBeGreaterThanOrEqual(began + DAY);
  expect(preview.effectiveAt).toBeLessThan(Date.now() + DAY + 1);
  expect(preview.before).toBe((preview.effectiveAt ?? 0) - 30 * DAY);
  expect(await keep()).toEqual(forever);

  const { keepMessages: chosen } = await api.settings.setKeepMessages.mutate({ days: 30 });
  expect(chosen).toMatchObject({ days: 30, before: 0, scope: 'account' });
  expect(chosen.effectiveAt).toBeGreaterThanOrEqual(began + DAY);
  expect(await keep()).toEqual(chosen);
  // Set back to what holds: nothing waits any more.
  expect((await api.settings.setKeepMessages.mutate({ days: 0 })).keepMessages).toEqual(forever);

  await api.sync.setSwitch.mutate({ on: false });
  await untilSwitch('off');
  expect(await keep()).toEqual({ ...forever, scope: 'device' });
  expect(await api.settings.keepPreview.query({ days: 365 })).toMatchObject({
    scope: 'device',
    devicesOn: [],
  });
  expect((await api.settings.setKeepMessages.mutate({ days: 365 })).keepMessages).toMatchObject({
    days: 365,
    before: 0,
    scope: 'device',
  });
});
