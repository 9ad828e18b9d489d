/** The Troubleshooting page's answers, by real devices, workers and stores against the real cloud. */
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { create, toBinary } from '@bufbuild/protobuf';
import { type ServerType, serve } from '@hono/node-server';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Cloud, createCloud } from '../../cloud/app.ts';
import { ErrorCode, LockstepErrorSchema } from '../../shared/proto/gen/lockstep/cloud/v1/errors_pb.js';
import type { Check, CheckName } from '../api/troubleshooting-types.ts';
import { getIdentity } from '../store/identity.ts';
import { getEpochKey } from '../store/keyring.ts';
import { openStore } from '../store/open.ts';
import { type TestDevice, testDevices } from './testing/devices.ts';

const CANARY = 'kanarievogel-7f3a91';
const PASSWORD = 'violet-harbour-tunnel-93';
const ANNA = `anna.${CANARY}@example.org`;
const BOB = `bob.${CANARY}@example.org`;

const devices = testDevices();
let cloud: Cloud;
let server: ServerType;
let url: string;
let skewMs = 0;
/** away: something else answers. refusing: the cloud's own error, whose sentence quotes what it was asked. */
let mode: 'up' | 'away' | 'refusing' = 'up';

beforeAll(async () => {
  const clock = { now: () => Date.now() + skewMs };
  cloud = await createCloud({ dataDir: devices.newFolder(), registration: 'open', name: CANARY, clock });
  server = serve({
    fetch: (request) => {
      if (mode === 'away') return new Response(`<p>${CANARY}`, { status: 502, statusText: CANARY });
      return mode === 'refusing' ? refusal() : cloud.fetch(request);
    },
    port: 0,
    hostname: '127.0.0.1',
  });
  await new Promise<void>((resolve) => server.once('listening', () => resolve()));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  mode = 'up';
  skewMs = 0;
  await devices.clean();
});
afterAll(async () => {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  await cloud.close();
  if ('closeAllConnections' in server) server.closeAllConnections();
  await closed;
});

function refusal(): Response {
  const detail = create(LockstepErrorSchema, {
    code: ErrorCode.UNAVAILABLE,
    message: `no room for ${CANARY}`,
  });
  const value = Buffer.from(toBinary(LockstepErrorSchema, detail)).toString('base64').replace(/=+$/, '');
  const details = [{ type: 'lockstep.cloud.v1.LockstepError', value }];
  return Response.json({ code: 'unavailable', message: detail.message, details }, { status: 503 });
}

const soon = <T>(read: () => Promise<T>) => expect.poll(read, { timeout: 40_000, interval: 50 });
const account = (handle: string) => ({
  cloud: { kind: 'address', url } as const,
  handle,
  password: PASSWORD,
});

async function signedUp(handle: string, deviceName: string): Promise<TestDevice & { words: string[] }> {
  const it = await devices.start();
  const state = await it.api.session.signUp.mutate({
    ...account(handle),
    name: `Person ${CANARY}`,
    deviceName,
  });
  if (state.kind !== 'confirmRecovery') throw new Error(`Signed up, and then ${state.kind}.`);
  const answers = state.ask.map((at) => state.words[at] ?? '') as [string, string];
  await it.api.session.confirmRecovery.mutate({ answers });
  return { ...it, words: state.words };
}

async function signedIn(handle: string, deviceName: string): Promise<TestDevice> {
  const it = await devices.start();
  await it.api.session.signIn.mutate({ ...account(handle), deviceName });
  return it;
}

async function check<Name extends CheckName>(
  it: TestDevice,
  name: Name,
): Promise<Extract<Check, { check: Name }>> {
  const { checks } = await it.api.troubleshooting.run.query();
  const found = checks.find((one) => one.check === name);
  if (found === undefined) throw new Error(`There is no check ${name}.`);
  return found as Extract<Check, { check: Name }>;
}

const results = async (it: TestDevice): Promise<Record<string, string>> => {
  const { checks } = await it.api.troubleshooting.run.query();
  return Object.fromEntries(checks.map(({ check: name, result }) => [name, result]));
};

test('API-20 two devices: all is well, the other’s switch is seen, and a cloud that is away is a problem with an act', async () => {
  const mac = await signedUp('anna.1@example.org', 'MacBook');
  const mini = await signedIn('anna.1@example.org', 'Mac mini');
  await mac.api.troubleshooting.checkDatabase.mutate();
  const free = await results(mac).then(({ disk }) => disk);
  // A new device joined, which is said by a notice; the disk of this machine is what it is.
  await soon(() => results(mac)).toEqual({
    account: 'ok',
    switch: 'ok',
    connection: 'ok',
    sync: 'ok',
    lastSync: 'ok',
    notInCloud: 'ok',
    storage: 'ok',
    disk: free,
    clock: 'ok',
    version: 'ok',
    recentlyDeleted: 'ok',
    database: 'ok',
    notices: 'attention',
  });
  expect((await check(mac, 'account')).values).toEqual({
    handle: 'anna.1@example.org',
    devices: ['MacBook', 'Mac mini'],
    session: 'accepted',
  });
  expect((await check(mac, 'disk')).values.freeBytes).toBeGreaterThan(0);
  expect((await check(mac, 'database')).values.checked).toMatchObject({ problems: [] });

  await mini.api.sync.setSwitch.mutate({ on: false });
  await soon(() => check(mac, 'switch')).toMatchObject({
    result: 'attention',
    action: 'showDevices',
    values: { here: 'on', on: [], off: ['Mac mini'] },
  });
  expect(await check(mini, 'switch')).toMatchObject({ values: { here: 'off', on: ['MacBook'] } });

  mode = 'away';
  expect(await results(mac)).toMatchObject({
    account: 'unknown',
    connection: 'problem',
    clock: 'unknown',
    storage: 'unknown',
  });
  const { values, action } = await check(mac, 'connection');
  expect([values.failure, values.roundTripMs, action]).toEqual(['notACloud', null, 'tryNow']);
  mode = 'refusing';
  expect((await check(mac, 'connection')).values.failure).toBe('busy');
}, 180_000);

test('API-21 the clock’s difference is that to the cloud’s time, and a wrong one is a problem', async () => {
  const mac = await signedUp('anna.2@example.org', 'MacBook');
  for (const [cloudsMs, result] of [
    [600_000, 'problem'],
    [-120_000, 'attention'],
    [0, 'ok'],
  ] as const) {
    skewMs = cloudsMs;
    const clock = await check(mac, 'clock');
    expect(clock.result).toBe(result);
    expect(Math.abs((clock.values.aheadMs ?? 0) + cloudsMs)).toBeLessThan(5000);
    expect(Math.abs(clock.values.cloudTime - clock.values.deviceTime - cloudsMs)).toBeLessThan(5000);
  }
}, 120_000);

test('API-20 somebody who is not signed in is told so', async () => {
  const it = await devices.start();
  for (const call of [it.api.troubleshooting.run.query(), it.api.troubleshooting.report.query()])
    await expect(call).rejects.toMatchObject({ data: { reason: 'signedOut' } });
});

test('API-22 an account full of canaries: the report has none of what was written, is called, or opens anything', async () => {
  const mac = await signedUp(ANNA, `MacBook ${CANARY}`);
  const bob = await signedUp(BOB, `Bob’s ${CANARY}`);
  await signedIn(ANNA, `Mac mini ${CANARY}`);
  const { api } = mac;
  const direct = await api.conversations.start.mutate({ handles: [BOB] });
  const sent = await api.messages.send.mutate({
    conversationId: direct.id,
    text: `Have you seen ${CANARY}?`,
  });
  await soon(async () => (await bob.api.conversations.list.query()).length).toBe(1);
  await bob.api.messages.send.mutate({ conversationId: direct.id, text: `It is called ${CANARY}.` });
  const shown = async () => (await api.messages.page.query({ conversationId: direct.id })).messages;
  await soon(async () => (await shown()).length).toBe(2);
  const theirs = (await shown()).find(({ fromMe }) => !fromMe)!;
  await api.messages.react.mutate({ id: theirs.id, emoji: '🐤' });
  await api.messages.delete.mutate({ ids: [theirs.id] });
  const group = await api.conversations.start.mutate({ handles: [BOB], name: `Club of ${CANARY}` });
  await api.messages.send.mutate({ conversationId: group.id, text: `To all of ${CANARY}` });
  await api.conversations.setDraft.mutate({ id: group.id, text: `A draft about ${CANARY}` });
  await api.settings.set.mutate({ name: `Anna ${CANARY}` });
  // Every way to fail, with sentences that quote: a wrong password, an unknown handle, a cloud that refuses, one that is away.
  const wrong = { current: `wrong ${CANARY}`, next: `${CANARY} ${PASSWORD}`, signOutOthers: false };
  await expect(api.session.changePassword.mutate(wrong)).rejects.toThrow();
  await expect(
    api.conversations.start.mutate({ handles: [`ghost.${CANARY}@example.org`] }),
  ).rejects.toThrow();
  for (const next of ['refusing', 'away'] as const) {
    mode = next;
    await api.messages.send.mutate({ conversationId: direct.id, text: `Waiting, ${next}: ${CANARY}` });
    await api.sync.now.mutate();
    await soon(async () => (await api.troubleshooting.report.query()).text).toMatch(
      next === 'refusing' ? /step \w+.*\(UNAVAILABLE\)/ : /step \w+.*: network/,
    );
  }
  await api.troubleshooting.checkDatabase.mutate();
  const { text, fileName } = await api.troubleshooting.report.query();
  expect(fileName).toMatch(/^lockstep-report-\d{4}-\d\d-\d\d\.txt$/);

  const { box } = JSON.parse(readFileSync(`${mac.folder}/database.key`, 'utf8')) as { box: { key: string } };
  const key = new Uint8Array(Buffer.from(box.key, 'base64'));
  const store = openStore({ path: `${mac.folder}/messages.db`, key, readonly: true });
  const identity = getIdentity(store)!;
  const secrets = [key, getEpochKey(store, 1)!, identity.signKey.secretKey, identity.sealKey.secretKey];
  const ids = [identity.accountId, identity.deviceId, identity.signKey.publicKey];
  store.close();
  const session = await api.session.state.query();
  expect(session.kind).toBe('signedIn');

  const forbidden = [
    CANARY,
    CANARY.slice(0, 12),
    PASSWORD,
    '🐤',
    'example.org',
    url,
    '127.0.0.1',
    mac.folder,
    identity.sessionToken!,
    direct.id,
    group.id,
    sent!.id,
    theirs.id,
    ...[...secrets, ...ids].flatMap((bytes) => [
      Buffer.from(bytes).toString('hex'),
      Buffer.from(bytes).toString('base64').replace(/=+$/, ''),
      Buffer.from(bytes).toString('base64url'),
    ]),
    // Words of the recovery key are everyday words; two of them in their order are not.
    ...mac.words.slice(1).map((word, index) => `${mac.words[index]} ${word}`),
  ];
  expect(forbidden.filter((one) => text.includes(one))).toEqual([]);
  // The canaries are there to be found: the checks name what the report must not.
  const { checks } = await api.troubleshooting.run.query();
  expect(JSON.stringify(checks)).toContain(CANARY);
  // And it is of use.
  for (const line of ['Lockstep diagnostic report', 'command changePassword', 'command startConversation'])
    expect(text).toContain(line);
  expect(text).toMatch(/outbox: \d message (queued|sending)/);
  expect(text).toContain(`${Buffer.from(identity.deviceId).toString('hex').slice(0, 8)} (this one)`);
}, 120_000);
