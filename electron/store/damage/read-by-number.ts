/**
 * All rows of a table whose key is a number, around what cannot be read of it: upward from the start, downward from the end, and what is left
 * between the two is looked into from keys that are known from elsewhere, then by halving. From each key that answers it is read both ways, and
 * the gaps on its two sides are looked into in the same manner. So what stands between two lost pages is found, however far the next key is.
 */
import type { Row } from './keepsake.ts';
import type { DamagedFile } from './read-around.ts';

/**
 * Looks that found nothing, in one table: so that a file of which most is lost ends at some time. Each opens the file anew. A page holds many of
 * the known keys, and every gap is looked into before any is a second time: about a thousand pages are lost before a whole one is missed. Halving
 * is for what nobody names; nearly always there is nothing.
 */
const MOST_MISSES = { known: 5_000, halving: 300 };
const END = Number.MAX_SAFE_INTEGER;

export type Found = {
  rows: number;
  /** Nothing that could not be read was met. */
  whole: boolean;
  /** Keys of rows that are there and whose content is not: a page behind the row is lost. */
  lost: number[];
};

/** From its first key up to and without its last. */
type Span = { from: number; to: number };
/** Where a gap is looked into; null: nowhere any more. */
type Pick = (gap: Span) => number | null;

/** Each row once, in no order that matters. `known`: keys from elsewhere, in rising order; asked for when something could not be read. */
export function readByNumber(
  file: DamagedFile,
  table: string,
  key: string,
  take: (row: Row) => void,
  known: () => ArrayLike<number> = () => [],
): Found {
  const read = new Around(file, table, key, take);
  const start = read.upward({ from: 0, to: END });
  if (start < END) {
    const end = read.downward({ from: start, to: END });
    read.lookInto([{ from: start, to: end }], middleOf(known()), MOST_MISSES.known);
    // What is known was no help with the rest, or there was nothing known.
    read.lookInto(read.gaps().flatMap(doubling), halving, MOST_MISSES.halving);
  }
  return read.found;
}

class Around {
  readonly found: Found = { rows: 0, whole: true, lost: [] };
  readonly #file: DamagedFile;
  readonly #take: (row: Row) => void;
  readonly #key: string;
  readonly #sql: { up: string; down: string; one: string; nextUp: string; nextDown: string };
  /** What needs no more looking into. */
  readonly #done: Span[] = [];

  constructor(file: DamagedFile, table: string, key: string, take: (row: Row) => void) {
    this.#file = file;
    this.#key = key;
    this.#take = take;
    const within = `FROM ${table} WHERE ${key} >= ? AND ${key} < ? ORDER BY ${key}`;
    this.#sql = {
      up: `SELECT * ${within}`,
      down: `SELECT * ${within} DESC`,
      one: `SELECT * FROM ${table} WHERE ${key} = ?`,
      nextUp: `SELECT ${key} AS k ${within} LIMIT 1`,
      nextDown: `SELECT ${key} AS k ${within} DESC LIMIT 1`,
    };
  }

  /** Up to its end, or to what cannot be read: gives where that begins. */
  upward({ from, to }: Span): number {
    let at = from;
    const ended = (): boolean =>
      this.#file.each<Row>(this.#sql.up, [at, to], (row) => {
        at = Math.max(at, Number(row[this.#key]) + 1);
        this.#give(row);
      });
    while (at < to && !ended()) {
      this.found.whole = false;
      const next = this.#file.try<{ k: number }>(this.#sql.nextUp, at, to);
      if (next === null) return this.#read({ from, to: at }).to;
      if (next.row === undefined) break;
      this.#one(next.row.k);
      at = next.row.k + 1;
    }
    return this.#read({ from, to }).to;
  }

  /** The same from its end: gives where what was read begins. */
  downward({ from, to }: Span): number {
    let at = to;
    const ended = (): boolean =>
      this.#file.each<Row>(this.#sql.down, [from, at], (row) => {
        at = Math.min(at, Number(row[this.#key]));
        this.#give(row);
      });
    while (at > from && !ended()) {
      this.found.whole = false;
      const next = this.#file.try<{ k: number }>(this.#sql.nextDown, from, at);
      if (next === null) return this.#read({ from: at, to }).from;
      if (next.row === undefined) break;
      this.#one(next.row.k);
      at = next.row.k;
    }
    return this.#read({ from, to }).from;
  }

  /** The gaps in turn, and what they fall into. */
  lookInto(gaps: Span[], pick: Pick, misses: number): void {
    let left = misses;
    for (let turn = 0; turn < gaps.length && left > 0; turn += 1) {
      const gap = gaps[turn]!;
      const at = gap.from < gap.to ? pick(gap) : null;
      if (at === null) continue;
      const next = this.#file.try<{ k: number }>(this.#sql.nextUp, at, gap.to);
      if (next === null) {
        left -= 1;
        gaps.push({ from: gap.from, to: at }, { from: at + 1, to: gap.to });
        continue;
      }
      const met = next.row?.k ?? gap.to;
      this.#read({ from: at, to: met });
      gaps.push({ from: this.upward({ from: met, to: gap.to }), to: gap.to });
      gaps.push({ from: gap.from, to: this.downward({ from: gap.from, to: at }) });
    }
  }

  /** All that nothing is known of. */
  gaps(): Span[] {
    const gaps: Span[] = [];
    let at = 0;
    for (const { from, to } of [...this.#done].sort((a, b) => a.from - b.from)) {
      if (from > at) gaps.push({ from: at, to: from });
      at = Math.max(at, to);
    }
    if (at < END) gaps.push({ from: at, to: END });
    return gaps;
  }

  #give(row: Row): void {
    this.found.rows += 1;
    this.#take(row);
  }

  /** The row is there; perhaps what it holds goes on behind a page that is lost. */
  #one(key: number): void {
    const row = this.#file.try<Row>(this.#sql.one, key)?.row;
    if (row === undefined) this.found.lost.push(key);
    else this.#give(row);
  }

  #read(span: Span): Span {
    if (span.from < span.to) this.#done.push(span);
    return span;
  }
}

/** The middle one of the known keys in a gap. */
function middleOf(known: ArrayLike<number>): Pick {
  const firstFrom = (key: number): number => {
    let [low, high] = [0, known.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (known[middle]! < key) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return ({ from, to }) => {
    const [first, end] = [firstFrom(from), firstFrom(to)];
    return first < end ? known[(first + end) >> 1]! : null;
  };
}

const halving: Pick = ({ from, to }) => from + Math.floor((to - from) / 2);

/** A gap in pieces that double: keys are near its start far more often than near its middle. */
function doubling({ from, to }: Span): Span[] {
  const pieces: Span[] = [];
  let at = from;
  for (let step = 1; at < to; step *= 2) {
    const end = Math.min(from + step, to);
    pieces.push({ from: at, to: end });
    at = end;
  }
  return pieces;
}
