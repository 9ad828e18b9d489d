/**
 * Keeps the keepsake beside the database as it should be (store/damage/keepsake.ts): written when something of it has changed, at once where
 * it is who this device is, soon where it is the rest. In the sync worker. A keepsake that cannot be written (a full disk) is written
 * with the next change.
 */
import {
  type Keepsake,
  keepsakeMark,
  readKeepsake,
  takeKeepsake,
  writeKeepsake,
} from '../store/damage/keepsake.ts';
import type { Store } from '../store/open.ts';

const SOON_MS = 2_000;
const COUNT_MS = 10 * 60_000;

export class KeepsakeKeeper {
  readonly #store: Store;
  readonly #path: string;
  readonly #key: Uint8Array;
  #written = { device: '', all: '' };
  #counted: Keepsake['counted'];
  #soon: NodeJS.Timeout | null = null;
  readonly #counting: NodeJS.Timeout;

  constructor(store: Store, path: string, key: Uint8Array) {
    this.#store = store;
    this.#path = path;
    this.#key = key;
    const before = readKeepsake(path, key);
    this.#counted = typeof before === 'string' ? this.#count() : (before.counted ?? this.#count());
    this.#write();
    this.#counting = setInterval(() => {
      this.#counted = this.#count();
      this.#write();
    }, COUNT_MS);
    this.#counting.unref();
  }

  /** After each command and each change. */
  look(): void {
    const mark = keepsakeMark(this.#store);
    if (mark.device !== this.#written.device) this.#write();
    else if (mark.all !== this.#written.all && this.#soon === null)
      this.#soon = setTimeout(() => this.#write(), SOON_MS);
  }

  /** The last one: with the messages counted. */
  stop(): void {
    clearInterval(this.#counting);
    this.#counted = this.#count();
    this.#write();
  }

  #count(): Keepsake['counted'] {
    const one = (sql: string): number => this.#store.get<{ n: number }>(sql)!.n;
    return {
      messages: one('SELECT count(*) AS n FROM message'),
      conversations: one('SELECT count(*) AS n FROM conversation WHERE kind > 0'),
      atMs: Date.now(),
    };
  }

  #write(): void {
    if (this.#soon !== null) clearTimeout(this.#soon);
    this.#soon = null;
    const mark = keepsakeMark(this.#store);
    try {
      writeKeepsake(this.#path, this.#key, takeKeepsake(this.#store, Date.now(), this.#counted));
      this.#written = mark;
    } catch (error) {
      console.error(
        `The keepsake was not written: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
}
