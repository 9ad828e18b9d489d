import { expect, test } from 'vitest';
import { readBetween } from '../testing/between-marks.ts';
import { addRun, type Counted, faultTable, type Run, readCounted } from './counted.ts';
import { FAULT_PREFIX } from './faults.ts';

const SPEC = new URL('../../../docs/SPEC.md', import.meta.url);
const run = (from: number, seeds: number, lost: number, failed: number[] = []): Run => ({
  ...{ from, seeds, steps: 40, failed },
  counts: { [`${FAULT_PREFIX}request lost`]: lost, 'act: send': 5 },
});
const NOTHING: Counted = { runs: [], fired: {} };

test('DOC-7 the table of faults says what was counted', () => {
  expect(readBetween(SPEC, '<!-- faults of the simulation -->', '<!-- end of faults -->')).toBe(
    faultTable(readCounted()),
  );
});

test('DOC-7 a run is added to those before, and is one with the run that it goes on from', () => {
  const counted = [run(301, 100, 7, [333]), run(1, 100, 20), run(101, 50, 3, [120, 121])].reduce(
    addRun,
    NOTHING,
  );
  expect(counted.runs).toEqual([
    { from: 1, seeds: 150, steps: 40, failed: 2 },
    { from: 301, seeds: 100, steps: 40, failed: 1 },
  ]);
  expect(counted.fired['request lost']).toBe(30);
  expect(faultTable(counted)).toContain(
    'Counted in 250 seeds: 150 seeds from 1 on, of 40 steps each (2 failed)',
  );
});

test('DOC-7 seeds that were counted are not counted again, but with other steps', () => {
  const counted = addRun(NOTHING, run(101, 100, 1));
  for (const again of [run(101, 100, 1), run(1, 101, 1), run(200, 1, 1), run(150, 10, 1)])
    expect(() => addRun(counted, again)).toThrow('counted already');
  expect(addRun(counted, run(201, 10, 1)).runs).toHaveLength(1);
  expect(addRun(counted, { ...run(101, 100, 1), steps: 400 }).runs).toHaveLength(2);
});
