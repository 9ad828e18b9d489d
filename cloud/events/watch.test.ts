import { afterEach, beforeEach, expect, test } from 'vitest';
import type { WatchResponse } from '../../shared/proto/gen/lockstep/cloud/v1/events_pb.js';
import { Zone } from '../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import { type Cloud, createCloud } from '../app.ts';
import { codeOf, ORIGIN } from '../testing/clients.ts';
import { addDevice, random, removal, signUp, type TestDevice } from '../testing/person.ts';
import type { Timers } from './hub.ts';

/** Timers and a clock that the test moves. */
const manualTime = () => {
  let now = 1_800_000_000_000;
  const waiting = new Map<object, { at: number; work: () => void }>();
  const timers: Timers = {
    set(work, ms) {
      const timer = {};
      waiting.set(timer, { at: now + ms, work });
      return timer;
    },
    clear: (timer) => waiting.delete(timer as object),
  };
  return {
    clock: { now: () => now },
    timers,
    pending: () => waiting.size,
    forward(ms: number) {
      now += ms;
      for (const [timer, { at, work }] of waiting) {
        if (at > now) continue;
        waiting.delete(timer);
        work();
      }
    },
  };
};

let time: ReturnType<typeof manualTime>;
let cloud: Cloud;
let anna: TestDevice;
beforeEach(async () => {
  time = manualTime();
  cloud = await createCloud({
    dataDir: ':memory:',
    registration: 'open',
    clock: time.clock,
    timers: time.timers,
  });
  anna = await signUp(cloud, 'anna@example.org');
});
afterEach(() => cloud.close());

/** A device's stream, read one poke at a time. */
const streamOf = (device: TestDevice) => {
  const gone = new AbortController();
  const pokes = device.event.watch({}, { signal: gone.signal })[Symbol.asyncIterator]();
  const next = async (): Promise<WatchResponse['poke'] | 'end'> => {
    const { done, value } = await pokes.next();
    return done ? 'end' : value.poke;
  };
  return {
    next,
    heads: async () => [await next(), await next(), await next(), await next()],
    leave: () => gone.abort(),
    ended: async () => {
      await expect(pokes.next()).rejects.toThrow();
    },
  };
};

const settle = async (until: () => boolean) => {
  for (let i = 0; i < 500 && !until(); i++) await new Promise((resolve) => setTimeout(resolve, 2));
  expect(until()).toBe(true);
};

const push = (who: TestDevice) =>
  who.zone.push({
    zone: Zone.MESSAGES,
    generation: 1,
    operations: [{ op: { case: 'put', value: { id: random(16), epoch: 1, ct: random(10) } } }],
  });
const send = (who: TestDevice) =>
  who.mailbox.send({
    sendId: random(16),
    content: random(10),
    recipients: [{ accountId: anna.person.accountId, epoch: 1, suite: 1, sealedKey: random(80) }],
  });

test('EVT-1 the current heads come first', async () => {
  await push(anna);
  await push(anna);
  await send(anna);
  const stream = streamOf(anna);
  expect(await stream.heads()).toMatchObject([
    { case: 'zone', value: { zone: Zone.ACCOUNT, head: 0n } },
    { case: 'zone', value: { zone: Zone.MESSAGES, head: 2n } },
    { case: 'mailbox', value: { head: 1n } },
    { case: 'keyring', value: { logLength: 2, epoch: 1 } },
  ]);
  stream.leave();
});

test('EVT-2 a change pokes every device of the account and nobody else, newest only', async () => {
  const second = await addDevice(cloud, anna.person);
  const bob = await signUp(cloud, 'bob@example.org');
  const streams = [streamOf(anna), streamOf(second), streamOf(bob)] as const;
  for (const stream of streams) await stream.heads();
  await push(anna);
  for (const stream of streams.slice(0, 2)) {
    expect(await stream.next()).toMatchObject({ case: 'zone', value: { zone: Zone.MESSAGES, head: 1n } });
  }
  // Nobody reads meanwhile: what comes then is the newest head, in as few pokes as the stream could buffer.
  for (let i = 0; i < 50; i++) await push(second);
  await send(bob);
  const heads: bigint[] = [];
  let mailbox = false;
  while (!mailbox) {
    const poke = await streams[0].next();
    if (poke === 'end' || poke.case === undefined) throw new Error('the stream ended');
    if (poke.case === 'zone') heads.push(poke.value.head);
    mailbox = poke.case === 'mailbox';
  }
  expect(heads.at(-1)).toBe(51n);
  expect(heads.length).toBeLessThan(10);
  const nothing = Symbol('nothing');
  expect(
    await Promise.race([streams[2].next(), new Promise((resolve) => setTimeout(() => resolve(nothing), 30))]),
  ).toBe(nothing);
  for (const stream of streams) stream.leave();
});

test('EVT-2 a new device pokes the keyring', async () => {
  const stream = streamOf(anna);
  await stream.heads();
  await addDevice(cloud, anna.person);
  expect(await stream.next()).toMatchObject({ case: 'keyring', value: { logLength: 3, epoch: 1 } });
  stream.leave();
});

test('EVT-3 a beat comes every 25 seconds', async () => {
  const stream = streamOf(anna);
  await stream.heads();
  for (let beat = 0; beat < 2; beat++) {
    const next = stream.next();
    await settle(() => time.pending() === 1);
    time.forward(24_999);
    await settle(() => time.pending() === 1);
    time.forward(1);
    expect(await next).toMatchObject({ case: 'beat', value: { timeMs: BigInt(time.clock.now()) } });
  }
  stream.leave();
});

test('EVT-4 a reader that goes away leaves neither seat nor timer, by signal and by cancel', async () => {
  expect(cloud.watching()).toBe(0);
  const streams = Array.from({ length: 8 }, () => streamOf(anna));
  for (const stream of streams) await stream.heads();
  for (const stream of streams) stream.next().catch(() => undefined);
  await settle(() => cloud.watching() === 8 && time.pending() === 1);
  for (const stream of streams) stream.leave();
  await settle(() => cloud.watching() === 0 && time.pending() === 0);

  const response = await cloud.fetch(
    new Request(`${ORIGIN}/lockstep.cloud.v1.EventService/Watch`, {
      method: 'POST',
      headers: { 'content-type': 'application/connect+proto', authorization: `Bearer ${anna.token}` },
      body: new Uint8Array(5),
    }),
  );
  const reader = response.body?.getReader();
  await reader?.read();
  expect(cloud.watching()).toBe(1);
  await reader?.cancel();
  await settle(() => cloud.watching() === 0 && time.pending() === 0);
});

test('EVT-5 a removed device is told and its stream ends, the others go on', async () => {
  const second = await addDevice(cloud, anna.person);
  const [hers, theirs] = [streamOf(anna), streamOf(second)];
  await hers.heads();
  await theirs.heads();
  await anna.account.updateKeyring((await removal(anna, second.keys.deviceId)).request);
  const told = [await theirs.next(), await theirs.next()];
  expect(told).toMatchObject([{ case: 'keyring', value: { logLength: 4, epoch: 2 } }, { case: 'revoked' }]);
  expect(await theirs.next()).toBe('end');
  expect(await hers.next()).toMatchObject({ case: 'keyring' });
  expect(cloud.watching()).toBe(1);
  const again = streamOf(second);
  await again.ended();
  await anna.account.signOut({});
  expect(await hers.next()).toMatchObject({ case: 'revoked' });
  expect(await hers.next()).toBe('end');
});

test('EVT-6 at shutdown the streams end first, and what comes later is unavailable', async () => {
  const stream = streamOf(anna);
  await stream.heads();
  const waiting = stream.next();
  const closed = cloud.close();
  expect(await waiting).toBe('end');
  await closed;
  expect(await codeOf(anna.account.getKeyring({}))).toBe('UNAVAILABLE');
  expect((await cloud.fetch(new Request(`${ORIGIN}/healthz`))).status).toBe(503);
});

test('EVT-6 a stream that nobody reads holds up no shutdown', async () => {
  const stream = streamOf(anna);
  await stream.next();
  const begun = anna.event.watch({})[Symbol.asyncIterator]();
  await cloud.close();
  await begun.next().catch(() => undefined);
});

test('EVT-7 one stream more than eight ends the oldest of that device, and of no other', async () => {
  const phone = await addDevice(cloud, anna.person);
  const others = streamOf(phone);
  const streams = Array.from({ length: 8 }, () => streamOf(anna));
  for (const stream of [others, ...streams]) for (let i = 0; i < 4; i++) await stream.next();
  expect(cloud.watching()).toBe(9);
  const ninth = streamOf(anna);
  for (let i = 0; i < 4; i++) await ninth.next();
  expect(await streams[0]?.next()).toBe('end');
  expect(cloud.watching()).toBe(9);
  await anna.zone.push({
    zone: Zone.MESSAGES,
    generation: 1,
    operations: [{ op: { case: 'put', value: { id: random(16), ct: random(20), epoch: 1 } } }],
  });
  for (const stream of [...streams.slice(1), ninth, others])
    expect(await stream.next()).toMatchObject({ case: 'zone', value: { head: 1n } });
});

/** A device's stream that asks for the messages zone's changes; its heads have been read. */
const carried = async (device: TestDevice) => {
  const gone = new AbortController();
  const pokes = device.event
    .watch({ carry: [Zone.MESSAGES] }, { signal: gone.signal })
    [Symbol.asyncIterator]();
  for (let heads = 0; heads < 4; heads++) await pokes.next();
  return {
    next: async () => {
      const { value } = await pokes.next();
      if (value?.poke.case !== 'zone') throw new Error(`a poke of ${value?.poke.case}`);
      return value.poke.value;
    },
    leave: () => gone.abort(),
  };
};
const puts = (who: TestDevice, ...cts: Uint8Array[]) =>
  who.zone.push({
    zone: Zone.MESSAGES,
    generation: 1,
    operations: cts.map((ct) => ({ op: { case: 'put', value: { id: random(16), epoch: 1, hint: 7, ct } } })),
  });

test('EVT-8 a small change comes with its poke, as Changes gives it, to other devices that ask for that', async () => {
  const second = await addDevice(cloud, anna.person);
  await puts(anna, random(10));
  const { token } = await second.zone.openZone({ zone: Zone.MESSAGES });
  const [asks, own, plain] = [await carried(second), await carried(anna), streamOf(second)];
  await plain.heads();
  const pushed = await puts(anna, random(300), random(40));

  const poke = await asks.next();
  const page = await second.zone.changes({ zone: Zone.MESSAGES, token });
  expect(poke.from).toBe(1n);
  expect(poke.head).toBe(3n);
  expect(poke.changes?.records).toEqual(page.records);
  expect(poke.changes?.token).toEqual(page.token);
  expect(poke.changes?.state).toEqual({ ...page.state, timeMs: 0n });
  expect(pushed.token).toEqual(page.token);
  for (const other of [await own.next(), (await plain.next()) as { value: typeof poke }]) {
    const told = 'value' in other ? other.value : other;
    expect([told.head, told.changes]).toEqual([3n, undefined]);
  }

  await puts(anna, random(9_000));
  expect(await asks.next()).toMatchObject({ head: 4n, from: 0n });
  await anna.zone.push({
    zone: Zone.ACCOUNT,
    generation: 1,
    operations: [{ op: { case: 'put', value: { id: random(16), epoch: 1, ct: random(10) } } }],
  });
  expect(await asks.next()).toMatchObject({ zone: Zone.ACCOUNT, head: 1n, from: 0n });
  for (const stream of [asks, own, plain]) stream.leave();
});

test('EVT-8 what follows while nobody reads is kept in its order up to 64 KiB, then the newest head alone', async () => {
  const second = await addDevice(cloud, anna.person);
  const stream = await carried(second);
  for (let i = 0; i < 12; i++) await puts(anna, random(2_000));
  const heads: bigint[] = [];
  for (let from = 0n; from < 12n; ) {
    const poke = await stream.next();
    expect(poke.from).toBe(from);
    expect(poke.changes?.records.length).toBe(1);
    from = poke.head;
    heads.push(from);
  }
  expect(heads).toEqual(Array.from({ length: 12 }, (_, i) => BigInt(i + 1)));
  for (let i = 0; i < 60; i++) await puts(anna, random(4_000));
  let last = await stream.next();
  let whole = 0;
  while (last.head < 72n) {
    if (last.changes !== undefined) whole += 1;
    last = await stream.next();
  }
  expect(whole).toBeLessThan(40);
  stream.leave();
});
