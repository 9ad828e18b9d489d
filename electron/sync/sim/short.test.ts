import { expect, test } from 'vitest';
import { CLOUD_SIZES } from '../../../cloud/sizes.ts';
import { SIZES } from '../sizes.ts';
import { likelier, SLEEPY } from './oftener.ts';
import { cloudSizesOf, isShort, SHORT, sizesOf } from './short.ts';

const numbersOf = (sizes: object): number[] =>
  Object.values(sizes).flatMap((one: number | object) => (typeof one === 'number' ? [one] : numbersOf(one)));

test('SIM-50 the seeds behind those of sleeping computers have sizes of their own, from one to four, each seed the same ones again', () => {
  expect(SHORT.first).toBe(SLEEPY.last + 1);
  const met = new Map<number, number>();
  for (let seed = SHORT.first; seed < SHORT.first + 100; seed += 1) {
    expect(sizesOf(seed)).toEqual(sizesOf(seed));
    const numbers = numbersOf(sizesOf(seed));
    expect(numbers).toHaveLength(numbersOf(SIZES).length);
    for (const size of numbers) met.set(size, (met.get(size) ?? 0) + 1);
  }
  expect([...met.keys()].sort()).toEqual([1, 2, 3, 4]);
  for (const times of met.values()) expect(times).toBeGreaterThan(300);
});

test("SIM-50 every other seed has the app's own", () => {
  for (const seed of [1, SHORT.first - 1, SHORT.last + 1]) {
    expect(isShort(seed)).toBe(false);
    expect(sizesOf(seed)).toBe(SIZES);
    expect(likelier(SHORT.first, 'cloud limits')).toBeGreaterThan(likelier(seed, 'cloud limits'));
  }
});

test('SIM-50 so has their cloud: one to four of each, and pages of a few hundred bytes', () => {
  expect(cloudSizesOf(SHORT.first - 1)).toBe(CLOUD_SIZES);
  for (let seed = SHORT.first; seed < SHORT.first + 100; seed += 1) {
    const sizes = cloudSizesOf(seed);
    expect(sizes).toEqual(cloudSizesOf(seed));
    expect(Object.keys(sizes)).toEqual(Object.keys(CLOUD_SIZES));
    for (const [name, size] of Object.entries(sizes)) {
      expect(size).toBeGreaterThanOrEqual(1);
      expect(size).toBeLessThanOrEqual(name.endsWith('Bytes') ? 2_000 : 4);
    }
  }
});
