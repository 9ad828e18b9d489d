/** Changes that come with a poke, and pushes that bring their own place: against the real cloud, also one that knows neither. */
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { afterAll, expect, test } from 'vitest';
import { createCloud } from '../../../cloud/app.ts';
import { sodiumReady } from '../../../shared/crypto/sodium.ts';
import type { ZonePoke } from '../../../shared/proto/gen/lockstep/cloud/v1/events_pb.js';
import {
  ChangesRequestSchema,
  type ChangesResponse,
  PushResponseSchema,
  Zone,
} from '../../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import type { ZoneState } from '../../store/zone-state.ts';
import type { Fetch } from '../network/cloud-client.ts';
import { SIZES } from '../sizes.ts';
import { fetchOf, firstDevice, nextDevice, removeFolders } from '../testing/zone-device.ts';
import { aheadOfFeed, carry, newest, takeCarried } from './carried.ts';
import type { ZoneContext } from './zone-call.ts';

await sodiumReady();
afterAll(removeFolders);

type Cloud = Awaited<ReturnType<typeof createCloud>>;

const pass = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Notes what is called. `old`: as a cloud answers that was there before either: it ignores what it does not know, and says no more. */
function line(cloud: Cloud, old: boolean): { calls: string[]; fetch: Fetch } {
  const calls: string[] = [];
  const fetch: Fetch = async (input, init) => {
    const request = new Request(input, init);
    const call = new URL(request.url).pathname.split('/').at(-1) ?? '';
    calls.push(call);
    if (old && call === 'Watch') {
      const { url, method, headers, signal } = request;
      return fetchOf(cloud)(new Request(url, { method, headers, signal, body: new Uint8Array(5) }));
    }
    const response = await fetchOf(cloud)(request);
    if (!old || call !== 'Push' || response.status !== 200) return response;
    const answer = fromBinary(PushResponseSchema, new Uint8Array(await response.arrayBuffer()));
    delete answer.state;
    answer.token = new Uint8Array();
    return new Response(new Uint8Array(toBinary(PushResponseSchema, answer)), {
      status: 200,
      headers: { 'content-type': 'application/proto' },
    });
  };
  return { calls, fetch };
}

test.each([
  { old: false, name: 'without a call, and the one that wrote it does not ask either' },
  { old: true, name: 'by asking, where the cloud is one that brings nothing' },
])('SYN-95 SYN-96 a change shows on the other device $name', async ({ old }) => {
  const cloud = await createCloud({ dataDir: ':memory:', registration: 'open' });
  const [ours, theirs] = [line(cloud, old), line(cloud, old)];
  const one = await firstDevice(cloud, 'anna@example.org', { fetch: ours.fetch });
  one.core.start();
  await one.settled();
  const two = await nextDevice(cloud, one.person, { fetch: theirs.fetch });
  two.core.start();
  await two.settled();
  await one.settled();
  // Each tells the other of itself; then nothing is under way.
  await pass(50);
  const changes = (calls: string[]) => calls.filter((call) => call === 'Changes').length;
  const before = [changes(ours.calls), changes(theirs.calls)];
  for (let i = 0; i < 3; i += 1) {
    one.message(`change ${i}`, 1_800_000_000_000 + i);
    await one.core.execute({ name: 'hold', input: null });
    await one.core.execute({ name: 'resume', input: null });
    await two.until(() => two.texts().at(-1) === `change ${i}`, `change ${i}`);
    await one.settled();
  }
  await two.settled();
  const asked = [changes(ours.calls) - (before[0] ?? 0), changes(theirs.calls) - (before[1] ?? 0)];
  if (old) for (const count of asked) expect(count).toBeGreaterThanOrEqual(3);
  else expect(asked).toEqual([0, 0]);
  expect(one.store.memory.digest(2).toBytes()).toEqual(two.store.memory.digest(2).toBytes());
  expect(one.failures.concat(two.failures)).toEqual([]);
  await one.stop();
  await two.stop();
  await cloud.close();
});

test('SYN-96 a push that met somebody else’s change asks for that', async () => {
  const cloud = await createCloud({ dataDir: ':memory:', registration: 'open' });
  const ours = line(cloud, true);
  const one = await firstDevice(cloud, 'anna@example.org', { fetch: ours.fetch });
  one.core.start();
  await one.settled();
  const two = await nextDevice(cloud, one.person);
  two.core.start();
  await two.settled();
  for (const [device, text] of [
    [one, 'of one'],
    [two, 'of two'],
  ] as const) {
    device.message(text, 1_800_000_000_000);
  }
  await Promise.all([
    one.core.execute({ name: 'syncNow', input: null }),
    two.core.execute({ name: 'syncNow', input: null }),
  ]);
  for (const device of [one, two])
    await device.until(() => device.texts().length === 2, 'both messages on both devices');
  await one.settled();
  await two.settled();
  expect(two.texts()).toEqual(one.texts());
  expect(one.store.memory.digest(2).toBytes()).toEqual(two.store.memory.digest(2).toBytes());
  await one.stop();
  await two.stop();
  await cloud.close();
});

/** A device that has one message at its cloud, and the line that the next one is to have. */
async function oneMessage() {
  const cloud = await createCloud({ dataDir: ':memory:', registration: 'open' });
  const one = await firstDevice(cloud, 'anna@example.org');
  one.message('before', 1_800_000_000_000);
  one.core.start();
  await one.settled();
  const theirs = line(cloud, false);
  return { cloud, one, theirs };
}

test('SYN-95 what was written while a device took its first sync is no damage there', async () => {
  const { cloud, one, theirs } = await oneMessage();
  let written = false;
  // The account's zone comes first, and with it the stream.
  const atMessages = () => theirs.calls.includes('Backfill') && theirs.calls.includes('Watch');
  const fetch: Fetch = async (input, init) => {
    const request = new Request(input, init);
    if (!written && request.url.endsWith('/Backfill') && atMessages()) {
      written = true;
      // Each is a push of its own, and a poke. The walk leaves out what was there and is changed now: the conversation.
      one.message('meanwhile', 1_800_000_001_000);
      await one.core.execute({ name: 'syncNow', input: null });
      await one.settled();
      await one.core.execute({ name: 'setPinned', input: { conversationId: '07'.repeat(16), on: true } });
      await one.settled();
      await pass(50);
    }
    return theirs.fetch(request);
  };
  const two = await nextDevice(cloud, one.person, { fetch });
  two.core.start();
  await two.until(() => two.texts().length === 2, 'both messages');
  await two.settled();
  await one.settled();
  expect(written).toBe(true);
  expect(theirs.calls.filter((call) => call === 'Inventory')).toEqual([]);
  expect(two.store.memory.digest(2).toBytes()).toEqual(one.store.memory.digest(2).toBytes());
  await one.stop();
  await two.stop();
  await cloud.close();
});

test('SYN-95 what is changed once more while a device asks page by page is no damage there', async () => {
  const { cloud, one, theirs } = await oneMessage();
  const push = async () => {
    await one.core.execute({ name: 'syncNow', input: null });
    await one.settled();
  };
  const pin = async (on: boolean) => {
    await one.core.execute({ name: 'setPinned', input: { conversationId: '07'.repeat(16), on } });
    await one.settled();
  };
  let away = false;
  let pages = 0;
  const fetch: Fetch = async (input, init) => {
    const request = new Request(input, init);
    if (away && request.url.endsWith('/Changes')) {
      const asked = fromBinary(ChangesRequestSchema, new Uint8Array(await request.clone().arrayBuffer()));
      if (asked.zone === Zone.MESSAGES) pages += 1;
      // The second would bring the conversation.
      if (asked.zone === Zone.MESSAGES && pages === 2) {
        for (let i = 0; i < 400 && !theirs.calls.includes('Watch'); i += 1) await pass(5);
        one.message('meanwhile', 1_800_000_003_000);
        await push();
        await pin(false);
        await pass(50);
      }
    }
    return theirs.fetch(request);
  };
  const two = await nextDevice(cloud, one.person, { fetch, sizes: { ...SIZES, page: 1 } });
  two.core.start();
  await two.settled();
  await two.stop();
  one.message('first', 1_800_000_001_000);
  await push();
  await pin(true);
  one.message('second', 1_800_000_002_000);
  await push();
  theirs.calls.length = 0;
  away = true;
  two.start();
  await two.until(() => two.texts().length === 4, 'all messages');
  await two.settled();
  await one.settled();
  expect(pages).toBeGreaterThan(2);
  expect(theirs.calls.filter((call) => call === 'Inventory')).toEqual([]);
  expect(two.store.memory.digest(2).toBytes()).toEqual(one.store.memory.digest(2).toBytes());
  await one.stop();
  await two.stop();
  await cloud.close();
});

const at = (head: number, generation = 1, incarnation = 9n) =>
  ({ head, generation, incarnation }) as ZoneState;
const poke = (
  from: number,
  head: number,
  state: { generation?: number; incarnation?: bigint; head?: number } = {},
) =>
  ({
    from: BigInt(from),
    head: BigInt(head),
    changes: {
      more: false,
      records: [],
      state: { generation: 1, incarnation: 9n, ...state, head: BigInt(state.head ?? head) },
    } as unknown as ChangesResponse,
  }) as ZonePoke;
const context = () => ({ carried: new Map() }) as unknown as ZoneContext;

test('SYN-95 what a poke brought is taken only where it begins, in its generation and incarnation, in order', () => {
  const ctx = context();
  carry(ctx, 'messages', poke(4, 5));
  carry(ctx, 'messages', poke(5, 7));
  expect(takeCarried(ctx, 'account', at(4))).toBeNull();
  expect(takeCarried(ctx, 'messages', at(4))?.state?.head).toBe(5n);
  expect(takeCarried(ctx, 'messages', at(5))?.state?.head).toBe(7n);
  expect(takeCarried(ctx, 'messages', at(7))).toBeNull();

  const wrong = [
    [poke(4, 5), at(3)],
    [poke(4, 5), at(5)],
    [poke(4, 5), at(4, 2)],
    [poke(4, 5), at(4, 1, 8n)],
    [poke(4, 5, { generation: 2 }), at(4)],
    [poke(4, 5, { incarnation: 8n }), at(4)],
    [poke(4, 6, { head: 5 }), at(4)],
  ] as const;
  for (const [given, here] of wrong) {
    const fresh = context();
    carry(fresh, 'messages', given);
    expect(takeCarried(fresh, 'messages', here)).toBeNull();
    // Forgotten, also should the device come to be there.
    expect(takeCarried(fresh, 'messages', here)).toBeNull();
  }

  // Not what follows each other, and more than is kept: the newest goes on alone.
  carry(ctx, 'messages', poke(4, 5));
  carry(ctx, 'messages', poke(8, 9));
  expect(takeCarried(ctx, 'messages', at(4))).toBeNull();
  for (let head = 0; head < 65; head += 1) carry(ctx, 'messages', poke(head, head + 1));
  expect(takeCarried(ctx, 'messages', at(0))).toBeNull();
  // The device's own change has no records: what comes after it may be taken.
  carry(ctx, 'messages', { from: 0n, head: 3n } as ZonePoke);
  carry(ctx, 'messages', poke(3, 4));
  expect(takeCarried(ctx, 'messages', at(3))?.state?.head).toBe(4n);
});

test('SYN-95 a page that ends before what came by another way is not taken: its digest is not that of what is here', () => {
  const ctx = context();
  carry(ctx, 'messages', poke(4, 5));
  // The own push was accepted as 6, before the poke about 5 was read.
  aheadOfFeed(ctx, 'messages', 6);
  expect(takeCarried(ctx, 'messages', at(4))).toBeNull();
  // Also one that comes later; and what goes up to it, or beyond, is taken.
  carry(ctx, 'messages', poke(4, 5));
  expect(takeCarried(ctx, 'messages', at(4))).toBeNull();
  carry(ctx, 'messages', poke(4, 6));
  expect(takeCarried(ctx, 'messages', at(4))?.state?.head).toBe(6n);
  aheadOfFeed(ctx, 'messages', newest([{ seq: 3n }, { seq: 8n }] as never));
  carry(ctx, 'messages', poke(6, 7));
  expect(takeCarried(ctx, 'messages', at(6))).toBeNull();
  expect(newest([])).toBe(0);
});
