import { expect, test } from 'vitest';
import { SyncFailure } from '../failure.ts';
import { numberOf, requireIds } from './answers.ts';

test('FUZ-4 counts beyond what a number holds are the largest that it does', () => {
  expect([0n, 5n, -5n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 64n - 1n, -(2n ** 63n)].map(numberOf)).toEqual([
    0,
    5,
    -5,
    Number.MAX_SAFE_INTEGER,
    Number.MAX_SAFE_INTEGER,
    Number.MAX_SAFE_INTEGER,
    -Number.MAX_SAFE_INTEGER,
  ]);
});

test('FUZ-4 a record whose id is none is refused with all that came along', () => {
  const record = (length: number) => ({ id: new Uint8Array(length) });
  expect(() => requireIds([record(16), record(16)])).not.toThrow();
  for (const length of [0, 15, 17, 32])
    expect(() => requireIds([record(16), record(length)])).toThrow(SyncFailure);
});
