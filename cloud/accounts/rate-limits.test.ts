import { expect, test } from 'vitest';
import { ErrorCode } from '../../shared/proto/gen/lockstep/cloud/v1/errors_pb.js';
import { openDatabase } from '../storage/database.ts';
import { createRateLimiter, rates } from './rate-limits.ts';
import { clearAttempts, countAttempt, lockDuration } from './sign-in-locks.ts';

test('ACC-5 a bucket empties, says how long to wait, and fills again', () => {
  let now = 0;
  const limiter = createRateLimiter(() => now, { ...rates, signInPerHandle: { burst: 2, perSecond: 0.5 } });
  limiter.take('signInPerHandle', 'anna');
  limiter.take('signInPerHandle', 'anna');
  const refusal = expect.objectContaining({ code: ErrorCode.RATE_LIMITED, retryAfterMs: 2_000 });
  expect(() => limiter.take('signInPerHandle', 'anna')).toThrow(refusal);
  limiter.take('signInPerHandle', 'bob');
  now = 1_999;
  expect(() => limiter.take('signInPerHandle', 'anna')).toThrow(expect.objectContaining({ retryAfterMs: 1 }));
  now = 2_000;
  limiter.take('signInPerHandle', 'anna');
});

test('MBX-10 what is taken by the byte is taken whole or not at all, and says how long to wait for all of it', () => {
  let now = 0;
  const limiter = createRateLimiter(() => now, {
    ...rates,
    rememberedPerAccount: { burst: 1_000, perSecond: 100 },
  });
  limiter.take('rememberedPerAccount', '7', 700);
  const refusal = expect.objectContaining({ code: ErrorCode.RATE_LIMITED, retryAfterMs: 1_000 });
  expect(() => limiter.take('rememberedPerAccount', '7', 400)).toThrow(refusal);
  limiter.take('rememberedPerAccount', '7', 300);
  limiter.take('rememberedPerAccount', '8', 1_000);
  now = 4_000;
  limiter.take('rememberedPerAccount', '7', 400);
});

test('ACC-4 ten failures lock a handle for a time that grows, and a success forgets them', () => {
  const db = openDatabase(':memory:');
  const anna = new Uint8Array(32).fill(1);
  const bob = new Uint8Array(32).fill(2);
  let now = 1_000_000;
  for (let i = 0; i < 10; i++) countAttempt(db, anna, now);
  const locked = (ms: number) =>
    expect.objectContaining({ code: ErrorCode.SIGN_IN_LOCKED, retryAfterMs: ms });
  expect(() => countAttempt(db, anna, now)).toThrow(locked(60_000));
  countAttempt(db, bob, now);
  now += 60_000;
  countAttempt(db, anna, now);
  expect(() => countAttempt(db, anna, now)).toThrow(locked(120_000));
  now += 120_000;
  clearAttempts(db, anna);
  for (let i = 0; i < 10; i++) countAttempt(db, anna, now);
  expect(() => countAttempt(db, anna, now)).toThrow(locked(60_000));
  expect(lockDuration(9)).toBe(0);
  expect(lockDuration(1_000)).toBe(3_600_000);
  db.close();
});
