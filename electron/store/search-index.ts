/** Makes the search index anew when the way text is cut has changed since it was made (SEARCH_TEXT_VERSION). The writer, at opening. */
import { getMeta, setMeta } from './meta.ts';
import type { Store } from './open.ts';
import { indexText, SEARCH_TEXT_VERSION } from './search-text.ts';

const SLICE = 5_000;

/** True when it was made anew. */
export function refreshSearchIndex(store: Store, version = SEARCH_TEXT_VERSION): boolean {
  const made = getMeta(store, 'searchTextVersion');
  if (made === String(version)) return false;
  store.write(() => {
    store.run(`INSERT INTO message_text (message_text) VALUES ('delete-all')`);
    const add = store.sql('INSERT INTO message_text (rowid, text) VALUES (?, ?)');
    for (let after = -1; ; ) {
      const rows = store.all<{ rid: number; shown: number; text: string }>(
        'SELECT rid, shown, text FROM message WHERE rid > ? ORDER BY rid LIMIT ?',
        after,
        SLICE,
      );
      for (const row of rows) if (row.shown === 1 && row.text !== '') add.run(row.rid, indexText(row.text));
      if (rows.length < SLICE) break;
      after = rows[rows.length - 1]!.rid;
    }
    setMeta(store, 'searchTextVersion', String(version));
  });
  return made !== null;
}
