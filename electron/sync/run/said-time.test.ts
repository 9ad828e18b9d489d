/** What becomes of a time that the cloud has said: by itself, and in whole devices whose computer slept while an answer lay there. */
import { create } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import { afterAll, describe, expect, test } from 'vitest';
import { createCloud } from '../../../cloud/app.ts';
import { sodiumReady } from '../../../shared/crypto/sodium.ts';
import { ErrorCode, LockstepErrorSchema } from '../../../shared/proto/gen/lockstep/cloud/v1/errors_pb.js';
import { listRecentlyDeleted } from '../../store/recently-deleted.ts';
import { askTime } from '../account/cloud-time.ts';
import type { Signal, StepContext } from '../context.ts';
import { coreDevice } from '../testing/core-device.ts';
import { fetchOf, removeFolders } from '../testing/zone-device.ts';
import { SaidTime } from './said-time.ts';

afterAll(removeFolders);
await sodiumReady();

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const HERE = 1_800_000_000_000;

describe('SYN-165 a time that came with something else', () => {
  function heard(off: { cloudMs: number; deviceMs: number } | null = null) {
    const taken: number[] = [];
    const asked: (() => void)[] = [];
    const open: boolean[] = [];
    const said = new SaidTime({
      clock: { now: () => HERE },
      off: () => off,
      ask: () => new Promise<void>((resolve) => asked.push(resolve)),
      take: (cloudMs) => taken.push(cloudMs),
      asking: (one) => open.push(one),
    });
    return { said, taken, asked, open };
  }

  test('is gone by where this device’s clock agrees', () => {
    const { said, taken, asked } = heard();
    for (const ms of [HERE, HERE + 4 * MINUTE, HERE - 4 * MINUTE]) said.said(ms);
    expect([taken.length, asked.length]).toEqual([3, 0]);
  });

  test('is gone by where it is ahead: what has lain can only be behind', () => {
    const { said, taken, asked } = heard();
    said.said(HERE + 400 * DAY);
    expect([taken, asked.length]).toEqual([[HERE + 400 * DAY], 0]);
  });

  test('is gone by where it is as far behind as is known', () => {
    const { said, taken, asked } = heard({ cloudMs: HERE - 9 * DAY, deviceMs: HERE - 2 * DAY });
    said.said(HERE - 7 * DAY);
    expect([taken, asked.length]).toEqual([[HERE - 7 * DAY], 0]);
    said.said(HERE - 8 * DAY);
    expect([taken.length, asked.length]).toEqual([1, 1]);
  });

  test('is asked for where it is ahead of this clock and behind what is known of it', () => {
    const { said, taken, asked } = heard({ cloudMs: HERE + 60 * DAY, deviceMs: HERE });
    said.said(HERE + 26 * DAY);
    said.said(HERE);
    expect([taken, asked.length]).toEqual([[], 1]);
  });

  test('is asked for otherwise, once at a time', async () => {
    const { said, taken, asked, open } = heard();
    said.said(HERE - DAY);
    said.said(HERE - 2 * DAY);
    expect([taken, asked.length, said.busy, open]).toEqual([[], 1, true, [true]]);
    asked[0]?.();
    await said.stop();
    expect([said.busy, open]).toEqual([false, [true, false]]);
    said.said(HERE - DAY);
    expect([taken, asked.length, open]).toEqual([[], 2, [true, false, true]]);
  });
});

describe('SYN-165 the cloud’s time that is asked for', () => {
  function device() {
    const clock = { ms: HERE, now: () => clock.ms };
    const signals: Signal[] = [];
    const ctx = {
      clock,
      timers: { elapsed: () => 5 },
      signal: (signal: Signal) => signals.push(signal),
    } as unknown as StepContext;
    return { ctx, clock, signals };
  }

  /** `sleeps`: in that many answers, the first ones. */
  function asks(sleeps: number) {
    const { ctx, clock, signals } = device();
    let asked = 0;
    const ask = () =>
      askTime(ctx, () => {
        const timeMs = BigInt(clock.ms);
        asked += 1;
        if (asked <= sleeps) clock.ms += DAY;
        return Promise.resolve({ timeMs });
      });
    return { ask, signals, count: () => asked };
  }

  const refusal = (cloudTimeMs: bigint) =>
    new ConnectError('Slowly.', Code.ResourceExhausted, undefined, [
      {
        desc: LockstepErrorSchema,
        value: create(LockstepErrorSchema, { code: ErrorCode.RATE_LIMITED, cloudTimeMs, message: 'Slowly.' }),
      },
    ]);

  test('holds where the answer comes soon', async () => {
    const { ask, signals, count } = asks(0);
    await ask();
    expect([signals, count()]).toEqual([[{ type: 'cloudTime', cloudMs: HERE, asked: true }], 1]);
  });

  test('is asked for again where the computer slept meanwhile', async () => {
    const { ask, signals, count } = asks(1);
    await ask();
    expect([signals, count()]).toEqual([[{ type: 'cloudTime', cloudMs: HERE + DAY, asked: true }], 2]);
  });

  test('holds where it is in a refusal', async () => {
    const { ctx, signals } = device();
    await expect(askTime(ctx, () => Promise.reject(refusal(BigInt(HERE + MINUTE))))).rejects.toThrow(
      'Slowly.',
    );
    expect(signals).toEqual([{ type: 'cloudTime', cloudMs: HERE + MINUTE, asked: true }]);
  });

  test('is not known where it always comes late', async () => {
    const { ask, signals } = asks(100);
    await expect(ask()).rejects.toThrow('too late');
    expect(signals).toEqual([]);
  });
});

/** Anna's device, whose computer sleeps, and a message. `skewMs`: of her clock. */
async function sleepers() {
  const world = { aheadMs: 0, skewMs: 0, sleepsAfterAnswer: false, isUp: true };
  const calls: string[] = [];
  /** Before the cloud says what time it is. */
  let beforeTime = Promise.resolve();
  const now = () => Date.now() + world.aheadMs;
  const cloud = await createCloud({ dataDir: ':memory:', registration: 'open', clock: { now } });
  const anna = coreDevice(cloud, {
    clock: { now: () => now() + world.skewMs },
    fetch: async (input, init) => {
      if (!world.isUp) throw new TypeError('There is no connection yet.');
      const url = input instanceof Request ? input.url : String(input);
      calls.push(url.split('/').at(-1) ?? '');
      if (url.endsWith('/GetCloudInfo')) await beforeTime;
      const response = await fetchOf(cloud)(input, init);
      if (world.sleepsAfterAnswer && /\/(OpenZone|Changes)$/.test(url)) {
        Object.assign(world, { sleepsAfterAnswer: false, isUp: false, aheadMs: 34 * DAY });
      }
      return response;
    },
  });
  const bob = coreDevice(cloud, { clock: { now } });
  await anna.signUp('anna@example.org');
  await bob.signUp('bob@example.org');
  const { id } = await anna.core.execute({
    name: 'startConversation',
    input: { handles: ['bob@example.org'], name: null },
  });
  await anna.core.execute({ name: 'send', input: { conversationId: id, text: 'Hello', replyTo: null } });
  await anna.until(() => anna.texts().includes('Hello'), 'the message');
  await anna.until(({ phase }) => phase === 'idle', 'rest');
  return {
    ...{ world, anna, calls },
    send: (text: string) =>
      anna.core.execute({ name: 'send', input: { conversationId: id, text, replyTo: null } }),
    /** The cloud does not say what time it is before that is called. */
    holdTime(): () => void {
      let answer = () => {};
      beforeTime = new Promise((resolve) => {
        answer = resolve;
      });
      return answer;
    },
    async deletes(): Promise<void> {
      const row = anna.store.get<{ id: Uint8Array }>("SELECT id FROM message WHERE text = 'Hello'");
      const ids = [Buffer.from(row?.id ?? []).toString('hex')];
      await anna.core.execute({ name: 'deleteMessages', input: { ids } });
    },
    /** By how much the delete is dated before now. */
    early: () => now() - (listRecentlyDeleted(anna.store, 10)[0]?.deletedMs ?? 0),
    async end(): Promise<void> {
      for (const device of [anna, bob]) await device.stop();
      await cloud.close();
    },
  };
}

test('SYN-165 what is deleted when a computer has slept for a month, with an answer from before, has its thirty days', async () => {
  const { world, anna, deletes, early, end } = await sleepers();
  world.sleepsAfterAnswer = true;
  await anna.core.execute({ name: 'syncNow', input: null });
  await anna.until(() => !world.sleepsAfterAnswer, 'the answer');
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(anna.core.status().paused?.reason).not.toBe('clockWrong');
  await deletes();
  expect(Math.abs(early())).toBeLessThan(MINUTE);
  await end();
}, 60_000);

test('SYN-165 so has what is deleted after such a sleep by the cloud’s time, where the clock is known to be behind', async () => {
  const { world, anna, deletes, early, end } = await sleepers();
  world.skewMs = -400 * DAY;
  await anna.core.execute({ name: 'syncNow', input: null });
  await anna.until(({ paused }) => paused?.reason === 'clockWrong', 'the wrong clock');
  // The stopwatch stood still.
  Object.assign(world, { isUp: false, aheadMs: 34 * DAY });
  await deletes();
  expect(early()).toBeGreaterThan(33 * DAY);
  world.isUp = true;
  await anna.core.execute({ name: 'syncNow', input: null });
  await anna.until(() => Math.abs(early()) < MINUTE, 'the right date');
  expect(anna.core.status().paused?.reason).toBe('clockWrong');
  await end();
}, 60_000);

test.each([
  [DAY, [], 'clockWrong'],
  // Set right again before the answer.
  [0, ['Push', 'Send'], undefined],
] as const)(
  'SYN-165 nothing leaves a device whose clock would be ahead before the cloud has said what time it is (then it is, by %i ms)',
  async (skewMs, left, reason) => {
    const { world, anna, calls, send, holdTime, end } = await sleepers();
    const answer = holdTime();
    world.skewMs = DAY;
    await anna.core.execute({ name: 'syncNow', input: null });
    await expect.poll(() => calls.includes('GetCloudInfo')).toBe(true);
    calls.length = 0;
    const id = anna.store.get<{ guid: Uint8Array }>('SELECT guid FROM conversation')!.guid;
    const conversationId = Buffer.from(id).toString('hex');
    await anna.core.execute({ name: 'setPinned', input: { conversationId, on: true } });
    await send('Not yet');
    await new Promise((resolve) => setTimeout(resolve, 300));
    const leaves = () => [...new Set(calls)].filter((call) => call === 'Push' || call === 'Send').sort();
    expect([leaves(), anna.core.status().phase]).toEqual([[], 'synchronizing']);
    world.skewMs = skewMs;
    answer();
    await anna.until(({ phase }) => phase === 'idle' || phase === 'paused', 'the answer');
    expect([leaves(), anna.core.status().paused?.reason]).toEqual([left, reason]);
    await end();
  },
  60_000,
);
