/** Times, sizes and names as people write them. Pure: the moment and the language come in. */
import type { Person } from '../../electron/api/types.ts';
import { dateFormat, numberFormat, relativeFormat } from './kept-formats.ts';

const DAY = 86_400_000;

function dayStart(at: number): number {
  const date = new Date(at);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

/** Days between two moments by the calendar: 0 today, 1 yesterday. */
export function daysBetween(earlier: number, later: number): number {
  return Math.round((dayStart(later) - dayStart(earlier)) / DAY);
}

export const clockTime = (at: number, language: string): string =>
  dateFormat(language, { hour: 'numeric', minute: '2-digit' }).format(at);

const upperFirst = (text: string, language: string): string =>
  text.slice(0, 1).toLocaleUpperCase(language) + text.slice(1);

function relativeDay(days: number, language: string): string {
  return upperFirst(relativeFormat(language).format(-days, 'day'), language);
}

/** For the list: the time today, "Yesterday", a weekday within a week, else a date. */
export function listTime(at: number, now: number, language: string): string {
  const days = daysBetween(at, now);
  if (days <= 0) return clockTime(at, language);
  if (days === 1) return relativeDay(1, language);
  if (days < 7) return upperFirst(dateFormat(language, { weekday: 'long' }).format(at), language);
  return dateFormat(language, { dateStyle: 'short' }).format(at);
}

/** For a line in the transcript: the day in words. */
export function dayName(at: number, now: number, language: string): string {
  const days = daysBetween(at, now);
  if (days === 0 || days === 1) return relativeDay(days, language);
  const format: Intl.DateTimeFormatOptions =
    days > 1 && days < 7
      ? { weekday: 'long' }
      : new Date(at).getFullYear() === new Date(now).getFullYear()
        ? { weekday: 'short', day: 'numeric', month: 'long' }
        : { day: 'numeric', month: 'long', year: 'numeric' };
  return upperFirst(dateFormat(language, format).format(at), language);
}

export const fullTime = (at: number, language: string): string =>
  dateFormat(language, { dateStyle: 'long', timeStyle: 'short' }).format(at);

export const longDate = (at: number, language: string): string =>
  dateFormat(language, { dateStyle: 'long' }).format(at);

/** "5 minutes ago"; less than a minute is the caller's "just now": null. */
export function timeAgo(at: number, now: number, language: string): string | null {
  const format = relativeFormat(language);
  const minutes = Math.floor((now - at) / 60_000);
  if (minutes < 1) return null;
  if (minutes < 60) return format.format(-minutes, 'minute');
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return format.format(-hours, 'hour');
  return format.format(-Math.max(1, daysBetween(at, now)), 'day');
}

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

export function byteSize(bytes: number, language: string): string {
  let value = Math.max(0, bytes);
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return numberFormat(language, {
    style: 'unit',
    unit: UNITS[unit]!,
    unitDisplay: unit === 0 ? 'long' : 'short',
    maximumFractionDigits: value < 10 && unit > 0 ? 1 : 0,
  }).format(value);
}

export const nameOf = (person: Pick<Person, 'name' | 'handle'>): string =>
  person.name.trim() || person.handle;

/** At most two letters for an avatar: of the first and the last word. Null: no letter to show. */
export function initialsOf(name: string): string | null {
  const at = name.indexOf('@');
  const words = (at < 0 ? name : name.slice(0, at)).split(/[\s._-]+/u).filter((word) => /^\p{L}/u.test(word));
  const first = words[0];
  const last = words.length > 1 ? words.at(-1) : undefined;
  if (first === undefined) return null;
  return [first, last].map((word) => (word ? [...word][0]!.toLocaleUpperCase() : '')).join('');
}

/** One of the eight avatar colours, always the same for one id. */
export function colourOf(id: string): number {
  let sum = 0;
  for (const char of id) sum = (sum * 31 + char.charCodeAt(0)) >>> 0;
  return sum % 8;
}
