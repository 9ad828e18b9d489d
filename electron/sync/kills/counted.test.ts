import { expect, test } from 'vitest';
import { readBetween } from '../testing/between-marks.ts';
import { addReport, type Counted, killTable, readCounted } from './counted.ts';
import type { Report } from './plan.ts';
import { TABLES } from './tables.ts';

const SPEC = new URL('../../../docs/SPEC.md', import.meta.url);
const NOTHING: Counted = {
  ...{ seeds: [], kills: 0, wrong: 0, missed: 0, cpuSeconds: 0 },
  before: { device: {}, cloud: {} },
  points: { device: {}, cloud: {} },
};
const sending = Object.keys(TABLES.device).filter((point) => point.startsWith('send: '));
const report = (from: number, times: (point: string) => number): Report => ({
  ...{ from, kills: 9, problems: [], missed: [], cpuSeconds: 15.6 },
  counts: { device: Object.fromEntries(sending.map((point) => [point, times(point)])), cloud: {} },
});

test('DOC-7 the table of kills says what was counted', () => {
  expect(readBetween(SPEC, '<!-- kills -->', '<!-- end of kills -->')).toBe(killTable(readCounted()));
});

test('DOC-7 kills are added point by point, on top of those of which only the group is known', () => {
  const before: Counted = {
    ...NOTHING,
    ...{ kills: 100, before: { device: { sending: { kills: 100, least: 11 } }, cloud: {} } },
  };
  const once = addReport(
    before,
    report(1, (point) => (point === sending[0] ? 0 : 3)),
  );
  const twice = addReport(
    once,
    report(2, () => 2),
  );
  expect(twice).toMatchObject({ seeds: [1, 2], kills: 118, cpuSeconds: 32 });
  const kills = 100 + 3 * (sending.length - 1) + 2 * sending.length;
  expect(killTable(twice)).toContain(`| device | sending | ${sending.length} | ${kills} | 13 |`);
});

test('DOC-7 several things that are wrong after one kill are one kill, and no run is counted twice', () => {
  const problems = [
    'at x, send, passing 1, seed 5: a',
    'at x, send, passing 1, seed 5: b',
    'at y, send, passing 1, seed 6: a',
  ];
  const counted = addReport(NOTHING, { ...report(7, () => 1), problems, missed: ['device x'] });
  expect(counted).toMatchObject({ wrong: 2, missed: 1 });
  expect(() =>
    addReport(
      counted,
      report(7, () => 1),
    ),
  ).toThrow('counted already');
});
