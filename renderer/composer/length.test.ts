import { expect, test } from 'vitest';
import { tooLongBy } from './length.ts';

test('UI-51 a text may have 100,000 bytes; what is over is counted in characters', () => {
  expect(tooLongBy('')).toBe(0);
  expect(tooLongBy('a'.repeat(100_000))).toBe(0);
  expect(tooLongBy('a'.repeat(100_001))).toBe(1);
  expect(tooLongBy('人'.repeat(33_333))).toBe(0);
  expect(tooLongBy('人'.repeat(33_340))).toBe(7);
  expect(tooLongBy('😀'.repeat(25_000))).toBe(0);
});
