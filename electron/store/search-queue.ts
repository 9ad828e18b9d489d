/**
 * The search index's side of a transaction. A message's text is in the index exactly while the message is shown.
 *
 * The index holds no copy of the text, so taking a text out needs the very text that went in: the projection hands over both. Changes
 * are put off to the end of the transaction and written by rising row number, which is how FTS5 is quick.
 */
import type { Store } from './open.ts';
import { indexText } from './search-text.ts';

type Pending = { old: string | null; now: string | null };

export class SearchQueue {
  readonly #store: Store;
  readonly #pending = new Map<number, Pending>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** Row `rid` was indexed as `old` (null: not at all) and is to be indexed as `now`. */
  change(rid: number, old: string | null, now: string | null): void {
    const pending = this.#pending.get(rid);
    if (pending === undefined) {
      if (old !== now) this.#pending.set(rid, { old, now });
    } else if (pending.old === now) this.#pending.delete(rid);
    else pending.now = now;
  }

  flush(): void {
    if (this.#pending.size === 0) return;
    const remove = this.#store.sql(
      "INSERT INTO message_text (message_text, rowid, text) VALUES ('delete', ?, ?)",
    );
    const add = this.#store.sql('INSERT INTO message_text (rowid, text) VALUES (?, ?)');
    const rids = Float64Array.from(this.#pending.keys()).sort();
    for (const rid of rids) {
      const { old, now } = this.#pending.get(rid)!;
      if (old !== null && old !== '') remove.run(rid, indexText(old));
      if (now !== null && now !== '') add.run(rid, indexText(now));
    }
    this.#pending.clear();
  }

  forget(): void {
    this.#pending.clear();
  }
}
