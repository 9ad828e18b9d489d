/**
 * The platform's formatters of times, numbers and lists, each made once for its language and options: making one takes some sixty times as long as
 * using it (400 µs against 6, measured once on a busy machine), and every row of the list and of the transcript shows times.
 *
 * Invariant: what comes out is what a new formatter would say. One of times knows the computer's time zone from when it was made, so those are
 * forgotten when that is another, as after a journey.
 */

const dates = new Map<string, Intl.DateTimeFormat>();
const numbers = new Map<string, Intl.NumberFormat>();
const relatives = new Map<string, Intl.RelativeTimeFormat>();
const lists = new Map<string, Intl.ListFormat>();
let zone = '';

/** Languages are few, and so are options: what is kept is bounded by what the window's texts ask for. */
function keptIn<F>(kept: Map<string, F>, language: string, options: object, make: () => F): F {
  const key = `${language} ${JSON.stringify(options)}`;
  let known = kept.get(key);
  if (known === undefined) {
    known = make();
    kept.set(key, known);
  }
  return known;
}

/** Two zones that agree now, in winter and in summer write this year's times alike. */
function zoneNow(): string {
  const now = new Date();
  const year = now.getFullYear();
  return [now, new Date(year, 0, 1), new Date(year, 6, 1)].map((date) => date.getTimezoneOffset()).join();
}

export function dateFormat(language: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const here = zoneNow();
  if (here !== zone) dates.clear();
  zone = here;
  return keptIn(dates, language, options, () => new Intl.DateTimeFormat(language, options));
}

export const numberFormat = (language: string, options: Intl.NumberFormatOptions): Intl.NumberFormat =>
  keptIn(numbers, language, options, () => new Intl.NumberFormat(language, options));

/** "yesterday", "in 3 days". */
export const relativeFormat = (language: string): Intl.RelativeTimeFormat =>
  keptIn(relatives, language, {}, () => new Intl.RelativeTimeFormat(language, { numeric: 'auto' }));

/** "Anna, Bob and Carla". */
export const listFormat = (language: string): Intl.ListFormat =>
  keptIn(lists, language, {}, () => new Intl.ListFormat(language, { style: 'long', type: 'conjunction' }));
