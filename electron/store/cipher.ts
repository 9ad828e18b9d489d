/** The cipher of every database file on this device: AEGIS with a raw key. Anything else would run a key derivation at each opening. */
import type Database from 'better-sqlite3';

/** Before anything else on a connection. A wrong key shows at the first read only. */
export function setCipherKey(db: Database.Database, key: Uint8Array): void {
  const hex = Buffer.from(key.buffer, key.byteOffset, key.length).toString('hex');
  db.pragma("cipher = 'aegis'");
  db.pragma(`key = 'raw:${hex}'`);
}
