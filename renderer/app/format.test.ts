import { expect, onTestFinished, test, vi } from 'vitest';
import { byteSize, clockTime, colourOf, dayName, fullTime, initialsOf, listTime, timeAgo } from './format.ts';
import { dateFormat } from './kept-formats.ts';

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

test('UI-01 a format is made once for a language, and again when the computer is in another time zone', () => {
  const before = process.env['TZ'];
  onTestFinished(() => {
    if (before === undefined) delete process.env['TZ'];
    else process.env['TZ'] = before;
  });
  process.env['TZ'] = 'Europe/Amsterdam';
  const made = vi.spyOn(Intl, 'DateTimeFormat');
  onTestFinished(() => made.mockRestore());
  const at = Date.UTC(2026, 6, 14, 10, 5);
  for (let i = 0; i < 100; i++) expect(clockTime(at + i, 'nl')).toBe('12:05');
  expect(clockTime(at, 'en-GB')).toBe('12:05');
  expect(made).toHaveBeenCalled();
  expect(made.mock.calls.length).toBeLessThanOrEqual(2);
  expect(dateFormat('nl', { hour: 'numeric' })).not.toBe(dateFormat('nl', { minute: 'numeric' }));
  process.env['TZ'] = 'Asia/Tokyo';
  expect(clockTime(at, 'nl')).toBe('19:05');
  expect(fullTime(at, 'en-GB')).toBe('14 July 2026 at 19:05');
  // The same hour in July as in Amsterdam, and another in winter.
  process.env['TZ'] = 'Africa/Johannesburg';
  expect(clockTime(at, 'nl')).toBe('12:05');
  expect(clockTime(Date.UTC(2026, 0, 14, 10, 5), 'nl')).toBe('12:05');
});
