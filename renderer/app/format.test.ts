import { expect, test } from 'vitest';
import { byteSize, colourOf, dayName, initialsOf, listTime, timeAgo } from './format.ts';

const NOW = new Date(2026, 4, 14, 15, 30).getTime();
const ago = (days: number, hour = 12): number => new Date(2026, 4, 14 - days, hour, 5).getTime();

test('UI-01 the list says the time today, then yesterday, the weekday, the date', () => {
  expect(listTime(ago(0), NOW, 'nl')).toBe('12:05');
  expect(listTime(ago(1), NOW, 'en')).toBe('Yesterday');
  expect(listTime(ago(1), NOW, 'nl')).toBe('Gisteren');
  expect(listTime(ago(3), NOW, 'en')).toBe('Monday');
  expect(listTime(ago(40), NOW, 'en-GB')).toBe('04/04/2026');
});

test('UI-21 days in the transcript have names', () => {
  expect(dayName(ago(0), NOW, 'en')).toBe('Today');
  expect(dayName(ago(1, 23), NOW, 'nl')).toBe('Gisteren');
  expect(dayName(ago(400), NOW, 'en')).toContain('2025');
});

test('UI-14 how long ago, and how much, in words', () => {
  expect(timeAgo(NOW - 30_000, NOW, 'en')).toBeNull();
  expect(timeAgo(NOW - 5 * 60_000, NOW, 'en')).toBe('5 minutes ago');
  expect(timeAgo(NOW - 26 * 3_600_000, NOW, 'nl')).toBe('gisteren');
  expect(byteSize(1_234_000_000, 'en')).toBe('1.2 GB');
  expect(byteSize(0, 'en')).toBe('0 bytes');
});

test('UI-02 an avatar has initials in any script that has letters, and a colour that stays', () => {
  expect(initialsOf('Anna de Vries')).toBe('AV');
  expect(initialsOf('bob@example.org')).toBe('B');
  expect(initialsOf('Дмитрий Соколов')).toBe('ДС');
  expect(initialsOf('+31201234567')).toBeNull();
  expect(colourOf('abc')).toBe(colourOf('abc'));
});
