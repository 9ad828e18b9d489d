import { expect, test } from 'vitest';
import { median, medians, quantile } from './stats.ts';

test('median and quantiles', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(quantile([10, 20, 30, 40, 50], 0.95)).toBeCloseTo(48);
  expect(() => median([])).toThrow('No values');
});

test('medians leave out what a run did not give', () => {
  expect(medians([{ a: 1, b: 5 }, { a: 3, b: 7 }, { a: 2 }])).toEqual({ a: 2 });
  expect(medians([])).toEqual({});
});
