/**
 * The writer's side of searching: which blocks of messages have changed. Runs in the sync worker, inside its transactions.
 *
 * [Note: search blocks] Messages are divided by row number, that is, by time, into blocks of a few thousand. A change of what is searched
 * gives its block a new mark, in the transaction that makes the change; the index (a file of its own, search-index.ts) says of
 * each block under which mark it was read. Only where both are the same does searching believe the index; the rest it reads by itself.
 * So nothing that is here can be missing from the index unnoticed, whatever was killed, restored or thrown away, and the one writer
 * never waits for words. A mark is a number at random: a database put back from an older copy cannot meet an index that is ahead of it.
 */
import { randomInt } from 'node:crypto';
import type { Store } from './open.ts';

/** As many messages as a block has after a split. */
export const BLOCK = 4096;
const MOST_IN_BLOCK = 2 * BLOCK;

const newMark = (): number => randomInt(2 ** 47);

export class SearchBlocks {
  readonly #store: Store;
  /** Where the blocks begin, rising. */
  #firsts: number[] | null = null;
  /** By where it begins: how many messages more. */
  readonly #changed = new Map<number, number>();
  /** Called inside a transaction that changed a block, before its commit. */
  onChange: () => void = () => {};

  constructor(store: Store) {
    this.#store = store;
  }

  /** The message of row `rid` was found by the words of `old` (null: not at all) and is to be found by those of `now`. */
  change(rid: number, old: string | null, now: string | null): void {
    if (old === now) return;
    const more = (now === null || now === '' ? 0 : 1) - (old === null || old === '' ? 0 : 1);
    const first = this.#blockOf(rid);
    this.#changed.set(first, (this.#changed.get(first) ?? 0) + more);
  }

  flush(): void {
    if (this.#changed.size === 0) return;
    for (const [first, more] of this.#changed) {
      const block = this.#store.get<{ messages: number }>(
        'UPDATE search_block SET mark = ?, messages = messages + ? WHERE first = ? RETURNING messages',
        newMark(),
        more,
        first,
      );
      if (block !== undefined && block.messages > MOST_IN_BLOCK) this.#split(first);
    }
    this.#changed.clear();
    this.onChange();
  }

  forget(): void {
    this.#changed.clear();
    this.#firsts = null;
  }

  /** Divides what has grown too large: after a migration, at opening. */
  divide(): void {
    const large = this.#store.all<{ first: number }>(
      'SELECT first FROM search_block WHERE messages > ?',
      MOST_IN_BLOCK,
    );
    if (large.length === 0) return;
    this.#store.write(() => {
      for (const { first } of large) this.#split(first);
    });
  }

  #blockOf(rid: number): number {
    const firsts = this.#known();
    let low = 0;
    let high = firsts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (firsts[middle]! <= rid) low = middle;
      else high = middle - 1;
    }
    return firsts[low]!;
  }

  #known(): number[] {
    this.#firsts ??= this.#store
      .all<{ first: number }>('SELECT first FROM search_block ORDER BY first')
      .map((row) => row.first);
    return this.#firsts;
  }

  /** From the top: a first sync comes down through time, and what it has passed is not read again. */
  #split(first: number): void {
    const next = this.#known().find((one) => one > first) ?? Number.MAX_SAFE_INTEGER;
    // Where a block of full size would begin, from the top. One by one: after a migration these are all messages there are.
    const begins: number[] = [];
    let messages = 0;
    const rows = this.#store
      .sql(
        `SELECT rid FROM message WHERE rid >= ? AND rid < ? AND shown = 1 AND text <> '' ORDER BY rid DESC`,
      )
      .iterate(first, next) as Iterable<{ rid: number }>;
    for (const { rid } of rows) {
      messages += 1;
      if (messages % BLOCK === 0) begins.push(rid);
    }
    for (const begin of begins) {
      if (messages <= MOST_IN_BLOCK) break;
      this.#store.run(
        'INSERT INTO search_block (first, mark, messages) VALUES (?, ?, ?)',
        begin,
        newMark(),
        BLOCK,
      );
      messages -= BLOCK;
    }
    this.#store.run(
      'UPDATE search_block SET mark = ?, messages = ? WHERE first = ?',
      newMark(),
      messages,
      first,
    );
    this.#firsts = null;
  }
}
