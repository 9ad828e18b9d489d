import { expect, test } from 'vitest';
import { type Item, runAll } from './schedule.ts';

/** Each item takes its seconds on a clock of the test's own. */
async function run(seconds: number, items: [part: string, size: number, takes: number, turns?: number][]) {
  let clock = 0;
  const done: string[] = [];
  const said: string[] = [];
  await runAll(
    items.map(([part, size, takes, turns = 3]): Item => {
      const name = `${part} ${size}`;
      return {
        name,
        part,
        size,
        turns,
        prepare: async () => {},
        async turn() {
          clock += takes;
          done.push(name);
        },
      };
    }),
    {
      now: () => clock,
      left: () => seconds - clock,
      say: (line) => said.push(line),
      failed: (item) => said.push(`${item.name}: failed`),
    },
  );
  return { done: done.join(', '), said };
}

test('everything runs once before anything runs twice, and what took least is repeated first', async () => {
  const { done, said } = await run(1000, [
    ['sync', 10, 5],
    ['start', 0, 1],
    ['sync', 100, 50],
  ]);
  expect(done).toBe('sync 10, start 0, sync 100, start 0, start 0, sync 10, sync 10, sync 100, sync 100');
  expect(said).toEqual([]);
});

test('repeats of the largest are dropped when time is short, and said', async () => {
  const { done, said } = await run(120, [
    ['sync', 10, 5],
    ['sync', 100, 60],
  ]);
  expect(done).toBe('sync 10, sync 100, sync 10, sync 10');
  expect(said).toEqual(['sync 100: 1 of 3 runs, for want of time']);
});

test('from a size that is much smaller nothing is concluded', async () => {
  const { done } = await run(60, [
    ['change', 10, 20, 1],
    ['change', 500, 30, 1],
  ]);
  expect(done).toBe('change 10, change 500');
});

test('a size that cannot fit by what the one before took is left out, and said', async () => {
  const { done, said } = await run(60, [
    ['sync', 10, 10, 1],
    ['sync', 100, 100, 1],
    ['start', 100, 5, 1],
  ]);
  expect(done).toBe('sync 10, start 100');
  expect(said).toEqual(['sync 100: left out, 50 s are left and it needs about 100']);
});
