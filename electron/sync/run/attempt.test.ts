import { expect, test } from 'vitest';
import { attempt } from './attempt.ts';
import { systemTimers } from './timers.ts';

function scene() {
  const due: (() => void)[] = [];
  const timers = {
    ...systemTimers,
    after: (_: number, work: () => void) => {
      due.push(work);
      return () => {};
    },
  };
  const stop = new AbortController();
  return { due, timers, stop };
}
const sqlite = (code: string) => Object.assign(new Error(code), { code });

test('SYN-164 what finds no room, or a database that is held, is done again until it is done', () => {
  const { due, timers, stop } = scene();
  const errors = [sqlite('SQLITE_FULL'), sqlite('SQLITE_BUSY_SNAPSHOT')];
  let done = 0;
  attempt(timers, stop.signal, () => {
    const error = errors.shift();
    if (error !== undefined) throw error;
    done += 1;
  });
  expect([done, due.length]).toEqual([0, 1]);
  due.shift()!();
  expect([done, due.length]).toEqual([0, 1]);
  due.shift()!();
  expect([done, due.length]).toEqual([1, 0]);
});

test('SYN-164 a device that was stopped does nothing any more; damage is not waited for', () => {
  const { due, timers, stop } = scene();
  let asked = 0;
  attempt(timers, stop.signal, () => {
    asked += 1;
    throw sqlite('SQLITE_FULL');
  });
  stop.abort();
  due.shift()!();
  expect([asked, due.length]).toEqual([1, 0]);
  expect(() =>
    attempt(timers, stop.signal, () => {
      throw sqlite('SQLITE_CORRUPT');
    }),
  ).toThrow('SQLITE_CORRUPT');
});
