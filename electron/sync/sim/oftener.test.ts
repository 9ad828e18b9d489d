import { expect, test } from 'vitest';
import { TRICKS } from './hostile-tricks.ts';
import { KILL_POINTS } from './kill-points.ts';
import { DROWSY, STORM } from './network.ts';
import { diesSeldom, FIRST_OFTENER, isSleepy, likelier, SELDOM, SLEEPY, stormOf, turnOf } from './oftener.ts';
import { SELDOM_POINTS, seldomPoint } from './seldom.ts';
import { SHORT } from './short.ts';

const turns = (from: number, seeds: number): Map<string, number> => {
  const times = new Map<string, number>();
  for (let seed = from; seed < from + seeds; seed += 1) {
    const trick = turnOf(TRICKS, seed);
    if (trick !== null) times.set(trick.name, (times.get(trick.name) ?? 0) + 1);
  }
  return times;
};

test('SIM-46 before, every fifth story has a hostile cloud, and its tricks take turns', () => {
  const seeds = 5 * TRICKS.length;
  expect(turns(1, seeds)).toEqual(new Map(TRICKS.map(({ name }) => [name, 1])));
  expect(turnOf(TRICKS, FIRST_OFTENER - 1)).toBe(TRICKS[((FIRST_OFTENER - 1) / 5) % TRICKS.length]);
  expect(likelier(FIRST_OFTENER - 1, 'restore')).toBe(1);
});

test('SIM-46 from then on every third has one, no trick is missed, and those that are seldom have two turns', () => {
  const times = turns(FIRST_OFTENER, 3 * 2 * TRICKS.length);
  expect([...times.keys()].sort()).toEqual(TRICKS.map(({ name }) => name).sort());
  const all = turns(FIRST_OFTENER, 30_000);
  const [seldom, often] = [all.get('forges an epoch') ?? 0, all.get('withholds pokes') ?? 0];
  expect(seldom / often).toBeCloseTo(2, 1);
  expect([...all.values()].reduce((sum, n) => sum + n, 0)).toBe(10_000);
  expect(likelier(FIRST_OFTENER, 'restore')).toBeGreaterThan(3);
  expect(likelier(FIRST_OFTENER, 'send')).toBe(1);
});

test('SIM-47 of the seeds that are for what is seldom even so, a quarter have a cloud with such a trick, the others devices that die where hardly any does', () => {
  const times = turns(SELDOM.first, 2_400);
  expect(Object.fromEntries(times)).toEqual({
    "gives another account's records": 200,
    'replays an old page': 200,
    'passes an old version off as the new one': 200,
  });
  const seeds = Array.from({ length: 400 }, (_, at) => SELDOM.first + at);
  const dying = seeds.filter((seed) => diesSeldom(seed));
  expect(dying.length).toBe(300);
  expect(dying.filter((seed) => turnOf(TRICKS, seed) !== null)).toEqual([]);
  const points = SELDOM_POINTS.map((_, turn) => seldomPoint(turn));
  expect([...points].sort()).toEqual([...SELDOM_POINTS].sort());
  expect(points.filter((point) => !KILL_POINTS.includes(point))).toEqual([]);
  for (const seed of [SELDOM.first - 1, SHORT.last + 1]) {
    expect(diesSeldom(seed)).toBe(false);
    expect(likelier(seed, 'kill point')).toBe(1);
    expect(likelier(seed, 'restore')).toBeGreaterThan(3);
  }
});

test('SIM-48 the seeds behind those are for computers that sleep: lines are slow, months pass oftener, and the cloud is honest', () => {
  expect(SLEEPY.first).toBe(SELDOM.last + 1);
  for (const seed of [SLEEPY.first, SLEEPY.last]) {
    expect([isSleepy(seed), stormOf(seed), turnOf(TRICKS, seed), diesSeldom(seed)]).toEqual([
      true,
      DROWSY,
      null,
      false,
    ]);
    expect(likelier(seed, 'a month passes')).toBeGreaterThan(3);
  }
  for (const seed of [SLEEPY.first - 1, SLEEPY.last + 1])
    expect([isSleepy(seed), stormOf(seed)]).toEqual([false, STORM]);
});
