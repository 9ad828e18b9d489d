/** What a cloud, a network and a disk refuse, against the real ones: each is survived, said where a person can help, and nothing is lost. */

import { create, fromBinary } from '@bufbuild/protobuf';
import Database from 'better-sqlite3';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { type Cloud, createCloud } from '../../../cloud/app.ts';
import { toHex } from '../../../shared/crypto/bytes.ts';
import { sodiumReady } from '../../../shared/crypto/sodium.ts';
import { ZoneStateSchema } from '../../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import { SeenValueSchema } from '../../../shared/proto/gen/lockstep/record/v1/record_pb.js';
import { listDevices } from '../../store/devices.ts';
import { dirtyCount } from '../../store/dirty.ts';
import { getIdentity } from '../../store/identity.ts';
import { listNotices } from '../../store/notices.ts';
import { getRecord } from '../../store/records.ts';
import { getZoneState, setZoneState } from '../../store/zone-state.ts';
import type { StepContext } from '../context.ts';
import type { Fetch } from '../network/cloud-client.ts';
import { fetchOf, firstDevice, nextDevice, removeFolders, type ZoneDevice } from '../testing/zone-device.ts';
import { sayWhatOthersSaw } from './heads.ts';

await sodiumReady();
afterAll(removeFolders);

const T = 1_700_000_000_000;
let cloud: Cloud;
const devices: ZoneDevice[] = [];
/** Before a request reaches the cloud: an answer of its own, or nothing. */
let meet: ((path: string) => Promise<Response | undefined> | Response | undefined) | null = null;

beforeEach(async () => {
  meet = null;
  cloud = await createCloud({ dataDir: ':memory:', registration: 'open' });
});
afterEach(async () => {
  for (const device of devices.splice(0)) await device.stop();
  await cloud.close();
});

const between: Fetch = async (input, init) => {
  const request = new Request(input, init);
  const path = new URL(request.url).pathname.split('/').at(-1) ?? '';
  return (await meet?.(path)) ?? fetchOf(cloud)(request);
};

async function first(options: { whole?: boolean } = {}): Promise<ZoneDevice> {
  const device = await firstDevice(cloud, 'anna@example.org', { fetch: between, ...options });
  devices.push(device);
  return device;
}
async function another(
  one: ZoneDevice,
  options: { whole?: boolean; switch?: 'off' } = {},
): Promise<ZoneDevice> {
  const device = await nextDevice(cloud, one.person, options);
  devices.push(device);
  device.core.start();
  await device.settled();
  return device;
}
const sync = (device: ZoneDevice) => device.core.execute({ name: 'syncNow', input: null });
const codes = (device: ZoneDevice) =>
  listNotices(device.store).map(({ code, detail }) => `${code} ${detail['why'] ?? ''}`.trim());

test('SYN-23 a single record over the limit stays here and is said; the others go', async () => {
  const one = await first();
  one.message('before', T);
  one.message('x'.repeat(300_000), T + 1);
  one.message('after', T + 2);
  one.core.start();
  await one.settled();
  expect(codes(one)).toEqual(['recordRefused tooLarge']);
  expect(one.texts().length).toBe(3);
  const two = await another(one);
  expect(two.texts()).toEqual(['before', 'after']);
  expect(dirtyCount(one.store, 'messages')).toBe(0);
});

test('SYN-23 a batch that is too large for what stands before the cloud is halved until it passes', async () => {
  const one = await first();
  one.store.write(() => {
    for (let i = 0; i < 300; i += 1) one.message(`m${i}`, T + i);
  });
  let refused = 0;
  let smallest = Number.POSITIVE_INFINITY;
  const narrow: Fetch = async (input, init) => {
    const request = new Request(input, init);
    if (request.url.endsWith('/Push')) {
      const body = await request.clone().arrayBuffer();
      smallest = Math.min(smallest, body.byteLength);
      if (body.byteLength > 20_000) {
        refused += 1;
        return new Response('x'.repeat(3_000_000), { status: 413 });
      }
    }
    return fetchOf(cloud)(request);
  };
  // The cloud's own word for it, as it gives it to a body over its limit.
  const tooLarge = await cloud.fetch(
    new Request('http://localhost:1/lockstep.cloud.v1.ZoneService/Push', {
      method: 'POST',
      headers: {
        authorization: `Bearer ${getIdentity(one.store)?.sessionToken}`,
        ...{ 'content-type': 'application/proto', 'content-length': '9000000' },
      },
      body: new Uint8Array(9_000_000),
    }),
  );
  expect(tooLarge.status).toBe(413);
  const words = new Uint8Array(await tooLarge.arrayBuffer());
  const headers = { 'content-type': tooLarge.headers.get('content-type') ?? '' };
  meet = null;
  const speaking: Fetch = async (input, init) => {
    const response = await narrow(input, init);
    return response.status === 413 ? new Response(words, { status: 413, headers }) : response;
  };
  await one.stop();
  devices.length = 0;
  const two = await nextDevice(cloud, one.person, { fetch: speaking });
  devices.push(two);
  two.store.write(() => {
    for (let i = 0; i < 300; i += 1) two.message(`m${i}`, T + i);
  });
  two.core.start();
  await two.settled();
  expect(refused).toBeGreaterThan(0);
  expect(smallest).toBeLessThan(20_000);
  expect(Number((await two.core.execute({ name: 'storage', input: null })).messagesInCloud)).toBe(300);
});

test('SYN-24 a new epoch in the middle of a push: the keyring is fetched, the rest goes under the new key', async () => {
  const one = await first({ whole: true });
  one.core.start();
  await one.settled();
  const two = await another(one, { whole: true });
  const three = await another(one, { whole: true });
  one.store.write(() => {
    for (let i = 0; i < 900; i += 1) one.message(`m${i}`, T + i);
  });
  let pushes = 0;
  let removed: Promise<unknown> | null = null;
  meet = async (path) => {
    if (path === 'Push') {
      pushes += 1;
      if (pushes === 2) {
        removed = two.core.execute({
          name: 'removeDevice',
          input: { id: toHex(three.deviceId), stolen: false, password: null },
        });
        await removed;
      }
    }
    return undefined;
  };
  await sync(one);
  await two.until(() => two.texts().length === 900, 'all of it');
  expect(removed).not.toBeNull();
  await one.settled();
  expect(one.store.get('SELECT 1 AS one FROM keyring_epoch WHERE epoch = 2')).toBeDefined();
  const epochs = new Set(
    two.store
      .all<{ epoch: number }>('SELECT DISTINCT epoch FROM record WHERE zone = 2')
      .map((row) => row.epoch),
  );
  expect([...epochs].sort()).toEqual([1, 2]);
  expect(two.texts()).toEqual(one.texts());
  expect(one.failures.filter((line) => line.includes('internal'))).toEqual([]);
});

test('SYN-7 storage full: said; deletes go all the same, and the room they make is used', async () => {
  await cloud.close();
  cloud = await createCloud({ dataDir: ':memory:', registration: 'open', quotaBytes: 60_000 });
  const one = await first();
  const big = one.message('b'.repeat(20_000), T);
  one.message('c'.repeat(20_000), T + 1);
  one.core.start();
  await one.settled();
  // Far more than a batch of what does not fit stands before the delete.
  one.store.write(() => {
    for (let i = 0; i < 500; i += 1) one.message(`${i} ${'d'.repeat(200)}`, T + 10 + i);
  });
  const other = one.message('e'.repeat(10_000), T + 2);
  await sync(one);
  await one.until(({ paused }) => paused?.reason === 'storageFull', 'full');
  const two = await another(one);
  const before = two.texts().length;
  await one.core.execute({ name: 'deleteMessages', input: { ids: [big] } });
  await two.until(() => !two.texts().some((text) => text.startsWith('bbb')), 'the delete');
  await one.core.execute({ name: 'deleteForGood', input: { ids: [big] } });
  await two.until(() => two.texts().length > before, 'what fits now');
  // More is deleted until all fits.
  const rest = one.store.all<{ id: Uint8Array }>(
    "SELECT id FROM message WHERE text LIKE '%ddd%' ORDER BY id",
  );
  await one.core.execute({
    name: 'deleteForGood',
    input: { ids: [other, ...rest.slice(0, 480).map(({ id }) => toHex(id))] },
  });
  await sync(one);
  await one.settled();
  await two.until(() => two.texts().join() === one.texts().join(), 'the same on both');
  expect(dirtyCount(one.store, 'messages')).toBe(0);
});

test('SYN-11 a change token that the cloud does not know any more: the zone is opened again, and nothing is lost', async () => {
  const one = await first();
  const id = one.message('kept', T);
  one.core.start();
  await one.settled();
  const two = await another(one);
  for (const junk of [new Uint8Array(40).fill(9), new Uint8Array()]) {
    await one.core.stop();
    setZoneState(one.store, 'messages', { token: junk });
    one.store.close();
    two.message(`meanwhile ${junk.length}`, T + 100 + junk.length);
    await sync(two);
    await two.settled();
    one.start();
    await one.until(() => one.texts().join() === two.texts().join(), 'what two wrote');
    await one.settled();
    expect(getRecord(one.store, 'messages', Uint8Array.from(Buffer.from(id, 'hex')))?.base.rev).toBe(1);
  }
});

test('SYN-12 "later", said by the cloud or by a proxy with Retry-After, is waited for', async () => {
  const one = await first();
  one.message('waits', T);
  const asked: number[] = [];
  meet = (path) => {
    if (path !== 'OpenZone' && path !== 'Push') return undefined;
    if (asked.length >= 2) return undefined;
    asked.push(performance.now());
    return new Response('Busy.', { status: asked.length === 1 ? 503 : 429, headers: { 'retry-after': '1' } });
  };
  one.core.start();
  await one.settled();
  const end = performance.now();
  expect(asked.length).toBe(2);
  expect((asked[1] ?? 0) - (asked[0] ?? 0)).toBeGreaterThanOrEqual(990);
  expect(end - (asked[1] ?? 0)).toBeGreaterThanOrEqual(990);
  const two = await another(one);
  expect(two.texts()).toEqual(['waits']);
});

test('SYN-33 a full disk is said, nothing is half written, and when there is room again it goes on', async () => {
  const one = await first();
  one.store.write(() => {
    for (let i = 0; i < 3000; i += 1) one.message(`m${i} ${'text '.repeat(20)}`, T + i);
  });
  one.core.start();
  await one.settled();
  const two = await nextDevice(cloud, one.person);
  devices.push(two);
  const pages = two.store.db.pragma('page_count', { simple: true }) as number;
  two.store.db.pragma(`max_page_count = ${pages + 60}`);
  two.core.start();
  await two.until(({ paused }) => paused?.reason === 'diskFull', 'the full disk');
  expect(two.core.status().action).toBe('tryNow');
  expect(two.store.integrityCheck()).toEqual([]);
  const failed = two.core.execute({ name: 'setSettings', input: { name: 'y'.repeat(500_000) } });
  await expect(failed).rejects.toThrow(/full/);
  two.store.db.pragma('max_page_count = 1073741823');
  await sync(two);
  await two.settled();
  expect(two.texts()).toEqual(one.texts());
  expect(getZoneState(two.store, 'messages').switch).toBe('on');
});

test('SYN-34 a database that somebody else holds is tried again', async () => {
  const one = await first();
  one.core.start();
  await one.settled();
  const two = await another(one);
  one.store.db.pragma('busy_timeout = 20');
  const file = one.store.path;
  const holder = new Database(file, { fileMustExist: true });
  holder.pragma("cipher = 'aegis'");
  holder.pragma(`key = 'raw:${toHex(one.key)}'`);
  holder.exec('BEGIN IMMEDIATE');
  two.message('while it is held', T + 5);
  await sync(two);
  await two.settled();
  await one.until(() => one.failures.some((line) => line.includes('locked')), 'the failure');
  expect(one.texts()).toEqual([]);
  holder.exec('ROLLBACK');
  holder.close();
  await one.until(() => one.texts().length === 1, 'the message');
  await one.settled();
});

test('SYN-6 a digest that differs at one seq from what another device has seen is a fork: said, and everything stands still', async () => {
  const one = await first();
  one.message('kept', T);
  one.core.start();
  await one.settled();
  const two = await another(one);
  await sync(one);
  await one.settled();
  // Two has been shown another history under the same seq.
  await two.core.stop();
  const { extra } = getZoneState(two.store, 'messages');
  const heads = (extra['heads'] as [number, string, number, string][]).map(
    ([generation, incarnation, seq]) => [generation, incarnation, seq, 'ab'.repeat(32)],
  );
  setZoneState(two.store, 'messages', { extra: { ...extra, heads } });
  two.store.close();
  two.start();
  // It notices for itself what one has seen, and tells what it has seen.
  await two.until(({ paused }) => paused?.reason === 'forked', 'the alarm on two');
  await sync(two);
  for (let i = 0; i < 100 && one.core.status().paused === null; i += 1) {
    await sync(one);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect(one.core.status().paused?.reason).toBe('forked');
  expect(codes(one)).toContain('zoneForked');
  expect(one.texts()).toEqual(['kept']);
  one.message('not pushed while it stands', T + 1);
  await sync(one);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(two.texts()).toEqual(['kept']);
});

test('SYN-121 a device whose switch is off says that another one was shown something else, once, and nothing stands still', async () => {
  const one = await first();
  one.message('kept', T);
  one.core.start();
  await one.settled();
  const two = await another(one);
  const off = await another(one, { switch: 'off' });
  await sync(off);
  await off.settled();
  expect(codes(off)).toEqual([]);
  const seenOf = ({ store }: ZoneDevice): number[] =>
    listDevices(store).flatMap(({ seen }) =>
      seen === null ? [] : fromBinary(SeenValueSchema, seen).heads.map((head) => Number(head.seq)),
    );
  // Two has been shown a history that goes on where nobody else's does, and tells what it has seen: whoever turns the switch on does.
  await two.core.stop();
  const { extra, generation, incarnation, head } = getZoneState(two.store, 'messages');
  const heads = [...(extra['heads'] as unknown[]), [generation, `${incarnation}`, head + 3, 'ab'.repeat(32)]];
  setZoneState(two.store, 'messages', { extra: { ...extra, heads } });
  two.store.close();
  two.start();
  await two.core.execute({ name: 'setSwitch', input: { on: false } });
  await two.until((status) => status.switch === 'off', 'off');
  await two.core.execute({ name: 'setSwitch', input: { on: true } });
  await one.until(() => seenOf(one).includes(head + 3), 'what two has seen');
  await sync(off);
  await off.settled();
  expect(codes(off)).toEqual(['zoneRolledBack']);
  // The cloud goes on with its lie.
  const ctx = { store: off.store, clock: { now: () => T } } as StepContext;
  sayWhatOthersSaw(ctx, create(ZoneStateSchema, { generation, incarnation, head: BigInt(head + 1) }));
  expect(codes(off)).toEqual(['zoneRolledBack']);
  expect(off.core.status()).toMatchObject({ switch: 'off', phase: 'idle', paused: null });
  const { phase } = getZoneState(off.store, 'messages');
  expect(phase).not.toContain('stopped');
});

test('FUZ-4 an answer without a keyring is none, and asked for again: nobody is said to have forged one', async () => {
  let empty = 0;
  meet = (path) => {
    if (path !== 'GetKeyring' || empty === 2) return undefined;
    empty += 1;
    return new Response(new Uint8Array(), { headers: { 'content-type': 'application/proto' } });
  };
  const one = await first();
  one.message('waits for the keyring', T);
  one.core.start();
  await one.until(() => empty > 0, 'an answer that is none');
  expect(codes(one)).toEqual([]);
  await sync(one);
  await one.until(() => empty === 2, 'another one');
  await sync(one);
  await one.settled();
  expect(codes(one)).toEqual([]);
  expect(one.failures.some((failure) => failure.includes('The cloud gave no keyring.'))).toBe(true);
});
