/**
 * Answers of the database that are asked for again and again (where a zone stands, who this device is, how much waits), kept as long as
 * nobody writes to what they were read from. Of the one writer's connection alone: no other one's writes are noticed here.
 */

type Entry = { value: unknown; tables: readonly string[]; stamp: number };

export class Kept {
  readonly #entries = new Map<string, Entry>();
  /** When each table was written to last, by a count of writes. */
  readonly #written = new Map<string, number>();
  #writes = 0;

  /** A statement that writes to this table runs now, or may run from now on until the transaction ends. */
  written(table: string): void {
    this.#writes += 1;
    this.#written.set(table, this.#writes);
  }

  /** What was read inside a transaction that failed was never true. */
  forget(): void {
    this.#entries.clear();
  }

  get<T>(name: string, tables: readonly string[], read: () => T): T {
    const known = this.#entries.get(name);
    if (known !== undefined && this.#holds(known)) return known.value as T;
    const stamp = this.#writes;
    const value = Object.freeze(read());
    this.#entries.set(name, { value, tables, stamp });
    return value;
  }

  #holds({ tables, stamp }: Entry): boolean {
    for (const table of tables) if ((this.#written.get(table) ?? 0) > stamp) return false;
    return true;
  }
}

const WRITES =
  /^\s*(?:INSERT(?:\s+OR\s+\w+)?\s+INTO|REPLACE\s+INTO|UPDATE(?:\s+OR\s+\w+)?|DELETE\s+FROM)\s+(\w+)/i;

/** The one table that a statement writes to: Lockstep's schema has neither triggers nor cascades. */
export function tableWrittenBy(text: string): string {
  const table = WRITES.exec(text)?.[1];
  if (table === undefined) throw new Error(`Not a statement whose table is known: ${text.slice(0, 80)}`);
  return table.toLowerCase();
}
