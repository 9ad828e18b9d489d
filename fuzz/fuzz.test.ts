/**
 * Every target with its whole corpus and a few seeded inputs, in threads that a hang cannot hold up. `npm run fuzz` runs more of them. What an
 * input costs is counted in time of the processor, so a busy machine fails nothing.
 */
import { expect, test } from 'vitest';
import { toHex } from '../shared/crypto/bytes.ts';
import { createDice } from '../shared/testing/dice.ts';
import { folders, kept } from './corpus.ts';
import { makeInput } from './mutate.ts';
import { runTarget } from './run.ts';
import { check, type Target } from './target.ts';
import { TARGETS } from './targets.ts';
import { watchTarget } from './watch.ts';

const MINUTES = 60_000;

test.each(TARGETS.map((target) => [target.name, target] as const))(
  'FUZ-1 FUZ-2 ERR-12 what others wrote is taken or refused: %s',
  async (_, target) => {
    const { found, led, ran } = await watchTarget(target, { inputs: target.inTest });
    expect(
      found.map(({ what, detail, seed, input }) => ({
        what,
        detail,
        seed,
        input: toHex(input).slice(0, 4_000),
      })),
    ).toEqual([]);
    expect(ran).toBeGreaterThanOrEqual(target.inTest);
    // Inputs that all break at the door would show nothing.
    expect(Object.keys(led).length).toBeGreaterThan(1);
  },
  5 * MINUTES,
);

test('FUZ-3 each folder of the corpus is a target’s, and no entry of it is large', () => {
  expect(folders().filter((name) => !TARGETS.some((target) => target.name === name))).toEqual([]);
  for (const target of TARGETS)
    for (const { name, input } of kept(target))
      expect([target.name, name, input.length < 20_000]).toEqual([target.name, name, true]);
});

const honest = [new TextEncoder().encode('an honest input')];
const broken = (run: (input: Uint8Array) => string): Target => ({
  name: 'broken',
  reads: '',
  shape: 'text',
  inTest: 0,
  open: async () => ({ honest, run, foreseen: (error) => (error instanceof RangeError ? 'refused' : null) }),
});

test(
  'FUZ-2 the runner finds what it looks for: a crash with its smallest input, a wrong answer, one that costs too much',
  async () => {
    const crash = await runTarget(
      broken((input) => {
        if (input.includes(33)) throw new TypeError('an exclamation mark');
        if (input.length % 2 === 0) throw new RangeError('foreseen');
        return 'read';
      }),
      { inputs: 1_000 },
    );
    expect(crash.found.map(({ what, input }) => [what, toHex(input)])).toEqual([
      ['TypeError an exclamation mark', '21'],
    ]);
    expect(Object.keys(crash.led).sort()).toEqual(['CRASH', 'read', 'refused']);

    const wrong = await runTarget(
      broken((input) => String(check(input.length < 40, 'too much'))),
      { inputs: 1_000 },
    );
    expect(wrong.found.map(({ what }) => what)).toEqual(['Wrong too much']);

    let first = true;
    const slow = await runTarget(
      broken(() => {
        if (first)
          for (
            const until = process.threadCpuUsage().user + 1_800_000;
            process.threadCpuUsage().user < until;
          );
        first = false;
        return 'read';
      }),
      { inputs: 5 },
    );
    expect(slow.found.map(({ what }) => what)).toEqual(['slow']);
  },
  5 * MINUTES,
);

test('FUZ-2 the input of a seed follows from the seed, and seeds give different inputs', () => {
  const make = (seed: number) => toHex(makeInput('proto', honest, createDice(seed)));
  const once = Array.from({ length: 200 }, (_, seed) => make(seed));
  expect(Array.from({ length: 200 }, (_, seed) => make(seed))).toEqual(once);
  expect(new Set(once).size).toBeGreaterThan(150);
});
