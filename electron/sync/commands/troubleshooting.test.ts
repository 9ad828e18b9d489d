import { afterAll, expect, test } from 'vitest';
import { createCloud } from '../../../cloud/app.ts';
import { sodiumReady } from '../../../shared/crypto/sodium.ts';
import { setSession } from '../../store/identity.ts';
import { coreDevice } from '../testing/core-device.ts';
import { fetchOf, removeFolders } from '../testing/zone-device.ts';

afterAll(removeFolders);
await sodiumReady();

test('API-20 a session that the cloud does not take is told from a cloud that does not answer', async () => {
  const cloud = await createCloud({ dataDir: ':memory:', registration: 'open' });
  let away = false;
  const real = fetchOf(cloud);
  const fetch: typeof real = async (input, init) => {
    if (!away) return real(input, init);
    throw new TypeError('fetch failed', {
      cause: Object.assign(new Error('deep'), { code: 'ECONNREFUSED' }),
    });
  };
  const { core, store, signUp, until, stop } = coreDevice(cloud, { fetch });
  const probe = () => core.execute({ name: 'probeCloud', input: null });
  await expect(probe()).rejects.toMatchObject({ reason: 'signedOut' });
  await signUp('anna@example.org');
  await until(({ phase }) => phase === 'idle', 'rest');
  expect(await probe()).toMatchObject({
    failure: null,
    code: null,
    session: 'accepted',
    cloudVersion: expect.stringMatching(/^\d/),
  });

  away = true;
  expect(await probe()).toEqual({
    failure: 'refused',
    code: 'ECONNREFUSED',
    roundTripMs: null,
    clockAheadMs: null,
    cloudVersion: null,
    session: null,
    storage: null,
    stream: expect.any(String),
  });
  away = false;

  setSession(store, 'no-such-token', 'active');
  expect(await probe()).toMatchObject({
    failure: null,
    code: 'UNAUTHENTICATED',
    session: 'ended',
    storage: null,
    cloudVersion: expect.any(String),
  });
  await stop();
  await cloud.close();
}, 60_000);

test('API-23 the engine’s report tells the steps and commands that failed', async () => {
  const cloud = await createCloud({ dataDir: ':memory:', registration: 'open' });
  let away = false;
  const real = fetchOf(cloud);
  const { core, signUp, until, stop } = coreDevice(cloud, {
    fetch: async (input, init) => (away ? new Response(null, { status: 502 }) : real(input, init)),
  });
  await signUp('anna@example.org');
  await until(({ phase }) => phase === 'idle', 'rest');
  await expect(
    core.execute({ name: 'startConversation', input: { handles: ['ghost@example.org'], name: null } }),
  ).rejects.toThrow();
  away = true;
  await core.execute({ name: 'syncNow', input: null });
  await until(({ phase }) => phase === 'paused', 'the pause');
  const report = await core.execute({ name: 'syncReport', input: null });
  expect(report.failures).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ what: 'command startConversation', code: 'noAccount' }),
      expect.objectContaining({
        what: expect.stringMatching(/^step \w+/),
        kind: 'network',
        code: 'Unavailable',
      }),
    ]),
  );
  expect(report).toMatchObject({
    session: 'active',
    retry: { kind: 'network' },
    zones: { account: { dirty: 0 } },
  });
  await stop();
  await cloud.close();
}, 60_000);

test('API-24 while the database is looked over, what else is asked is answered', async () => {
  const cloud = await createCloud({ dataDir: ':memory:', registration: 'open' });
  const { core, signUp, stop } = coreDevice(cloud);
  await signUp('anna@example.org');
  const order: string[] = [];
  const check = core.execute({ name: 'checkDatabase', input: null }).then((found) => {
    order.push('checked');
    return found;
  });
  const name = core.execute({ name: 'setSettings', input: { name: 'Anna' } }).then(() => order.push('named'));
  const [found] = await Promise.all([check, name]);
  expect(order).toEqual(['named', 'checked']);
  expect(found.problems).toEqual([]);
  expect(found.tables).toBeGreaterThan(20);
  await stop();
  await cloud.close();
}, 60_000);
