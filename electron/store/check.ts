/**
 * Looks the database over for damage, a table at a time: SQLite's quick check holds up whoever runs it, and tables are where it can be
 * interrupted. Reads every page of a table; that its indexes hold the same as the table is left to a full check.
 */
import type { Store } from './open.ts';

/** Tables with pages of their own: a virtual table's are those of the tables behind it. */
export function tablesToCheck(store: Store): string[] {
  return store
    .all<{ name: string }>(
      `SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0 ORDER BY rootpage`,
    )
    .map(({ name }) => name);
}

/** How many things SQLite finds wrong with it: a hundred at the most, and one where it cannot read on. */
export function problemsIn(store: Store, table: string): number {
  try {
    const rows = store.db.pragma(`quick_check('${table.replaceAll("'", "''")}')`) as {
      quick_check: string;
    }[];
    return rows.filter((row) => row.quick_check !== 'ok').length;
  } catch (error) {
    // A page that the cipher does not take: nothing behind it can be read.
    const code = (error as { code?: unknown } | null)?.code;
    if (typeof code === 'string' && /^SQLITE_(CORRUPT|NOTADB|IOERR)/.test(code)) return 1;
    throw error;
  }
}
