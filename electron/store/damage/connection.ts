/** How every connection to a database file of this app begins: the cipher, its key, and nothing in the clear on the disk. */
import Database from 'better-sqlite3';
import { setCipherKey } from '../cipher.ts';

/** `key` null: of a database in memory. */
export function connect(
  source: string | Buffer,
  key: Uint8Array | null,
  options: Database.Options,
): Database.Database {
  const db = new Database(source, options);
  try {
    if (key !== null) setCipherKey(db, key);
    db.pragma('temp_store = MEMORY');
    db.pragma('trusted_schema = OFF');
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}
