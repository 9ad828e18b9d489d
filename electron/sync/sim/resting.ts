/**
 * What is left of a simulated device between two of its lives: its database, as it was committed, on the connection that it had. A story has
 * thirteen lives or so, and opening a copy and preparing every statement anew took a tenth of its time.
 *
 * Nothing else goes from one life to the next: what was not committed is rolled back, what was hung on the connection for one life is taken
 * off, and whatever of the old life still runs finds its database closed, as it would be.
 */
import Database from 'better-sqlite3';
import type { Store } from '../../store/open.ts';

/** SQLite's own, where nobody has set one. */
const MOST_PAGES = 4_294_967_294;

const CLOSED = new Database(':memory:');
CLOSED.close();

/** A text that was prepared on this connection is prepared: in the next life too. */
export function rememberStatements(db: Database.Database): void {
  const known = new Map<string, Database.Statement>();
  const prepare = db.prepare.bind(db);
  db.prepare = ((text: string) => {
    let statement = known.get(text);
    if (statement === undefined) {
      statement = prepare(text);
      known.set(text, statement);
    }
    return statement;
  }) as typeof db.prepare;
}

/** The store is closed; its connection is given, for the store of the next life. */
export function endLife(store: Store): Database.Database {
  const { db } = store;
  // What a life had hung on it is a property of its own; below it lies the connection's.
  Reflect.deleteProperty(db, 'exec');
  if (db.inTransaction) db.exec('ROLLBACK');
  db.pragma(`max_page_count = ${MOST_PAGES}`);
  Object.assign(store, { db: CLOSED, sql: (text: string) => CLOSED.prepare(text) });
  return db;
}
