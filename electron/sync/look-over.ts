/**
 * After an end that was none of the app's own: the whole database is read, a few rows at a time, while everything else goes on. With a
 * connection of its own, since one that meets damage reads nothing any more.
 */
import { problemsIn, tablesToCheck } from '../store/check.ts';
import { damageOf } from '../store/damage/signs.ts';
import { openStore, type Store } from '../store/open.ts';

const FIRST_MS = 5_000;
const PAUSE_MS = 15;
const ROWS = 200;

/** `onDamage`: once, with the name of what was met. The answer ends it. */
export function lookOver(
  path: string,
  key: Uint8Array,
  onDamage: (code: string) => void,
  firstMs = FIRST_MS,
): () => void {
  let store: Store | null = null;
  let tables: string[] = [];
  let after = -1;
  let timer: NodeJS.Timeout;
  const end = (): void => {
    clearTimeout(timer);
    store?.close();
    store = null;
  };
  const step = (): void => {
    try {
      if (store === null) {
        store = openStore({ path, key, readonly: true });
        tables = tablesToCheck(store);
      }
      const table = tables[0];
      if (table === undefined) {
        end();
        return;
      }
      const next = readOn(store, table, after);
      if (next === null) {
        tables.shift();
        after = -1;
      } else after = next;
      timer = setTimeout(step, PAUSE_MS);
    } catch (error) {
      end();
      const code = damageOf(error);
      if (code !== null) onDamage(code);
    }
  };
  timer = setTimeout(step, firstMs);
  return end;
}

/** Null: the table is read to its end. */
function readOn(store: Store, table: string, after: number): number | null {
  if (withoutRowid(store, table)) {
    if (problemsIn(store, table) > 0) throw Object.assign(new Error(table), { code: 'SQLITE_CORRUPT' });
    return null;
  }
  const rows = store.db
    .prepare(`SELECT rowid AS look_over_key, * FROM "${table}" WHERE rowid > ? ORDER BY rowid LIMIT ${ROWS}`)
    .all(after) as { look_over_key: number }[];
  return rows.length < ROWS ? null : rows[rows.length - 1]!.look_over_key;
}

function withoutRowid(store: Store, table: string): boolean {
  const row = store.db.prepare('SELECT wr FROM pragma_table_list WHERE name = ?').get(table);
  return (row as { wr: number } | undefined)?.wr === 1;
}
