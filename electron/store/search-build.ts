/**
 * Brings the search index up to the store, block by block. Runs in the index's own thread (electron/sync/search-worker.ts), which reads
 * the store and writes the index; killed anywhere, it goes on from the marks.
 */
import type { Store } from './open.ts';
import type { SearchIndexWriter } from './search-index.ts';
import { WordBook } from './search-words.ts';

/** `known`: the index has it as it was before. */
export type Stale = { first: number; mark: number; known: boolean };

/** Blocks that the index has not read as they are now, newest first. What is no block any more goes at once. */
export function staleBlocks(store: Store, index: SearchIndexWriter): Stale[] {
  const blocks = store.all<{ first: number; mark: number }>(
    'SELECT first, mark FROM search_block ORDER BY first DESC',
  );
  const indexed = index.marks();
  const stale = blocks
    .filter(({ first, mark }) => indexed.get(first) !== mark)
    .map((block) => ({ ...block, known: indexed.has(block.first) }));
  for (const { first } of blocks) indexed.delete(first);
  for (const first of indexed.keys()) index.drop(first);
  return stale;
}

const book = new WordBook();

/** Reads a block as it is now and writes it into the index. */
export function indexBlock(store: Store, index: SearchIndexWriter, first: number): void {
  const read = store.db.transaction(() => {
    const block = store.get<{ mark: number; next: number | null }>(
      `SELECT mark, (SELECT min(first) FROM search_block WHERE first > ?) AS next FROM search_block WHERE first = ?`,
      first,
      first,
    );
    if (block === undefined) return null;
    book.clear();
    const rids: number[] = [];
    const rows = store
      .sql(
        `SELECT rid, text FROM message WHERE rid >= ? AND rid < ? AND shown = 1 AND text <> '' ORDER BY rid`,
      )
      .iterate(first, block.next ?? Number.MAX_SAFE_INTEGER) as Iterable<{ rid: number; text: string }>;
    for (const { rid, text } of rows) {
      rids.push(rid);
      book.add(text);
    }
    return { mark: block.mark, rids: Float64Array.from(rids), book };
  })();
  if (read === null) index.drop(first);
  else index.put(first, read.mark, read.rids, read.book);
}

/** All of it, at once. */
export function indexAll(store: Store, index: SearchIndexWriter): void {
  for (const { first } of staleBlocks(store, index)) indexBlock(store, index, first);
}
