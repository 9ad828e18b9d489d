/**
 * A damaged database whose first page cannot be read: nothing in the file says any more where its tables are. The keepsake does. A copy gets
 * the first page of another database, made for this, which describes those tables bare (bare-schema.ts): then their rows can be read.
 * The original is not touched.
 */
import { closeSync, constants, copyFileSync, existsSync, openSync, readSync, rmSync } from 'node:fs';
import type { BareTable } from './bare-schema.ts';
import { connect } from './connection.ts';

const PAGE = 4096;
export function copyDatabase(from: string, to: string, withLog: boolean): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(to + suffix, { force: true });
  copyFileSync(from, to, constants.COPYFILE_FICLONE);
  if (withLog && existsSync(`${from}-wal`)) copyFileSync(`${from}-wal`, `${to}-wal`);
}

/** For a file of `bytes`. `scratch`: a path for the database that the page is made in; gone again afterwards. */
export function makeFirstPage(
  bytes: number,
  key: Uint8Array,
  tables: readonly BareTable[],
  scratch: string,
): Uint8Array {
  rmSync(scratch, { force: true });
  const db = connect(scratch, key, {});
  try {
    db.unsafeMode(true);
    db.pragma(`page_size = ${PAGE}`);
    db.pragma('journal_mode = OFF');
    db.pragma('synchronous = OFF');
    for (const { sql } of tables) db.exec(sql);
    // The header says how long the file is, and nothing behind that is read.
    db.exec('CREATE TABLE filler (b)');
    const pages = Math.ceil(bytes / PAGE);
    const highest = Math.max(pages, ...tables.map(({ root }) => root));
    for (let left = highest + 16; left > 0; left -= 10_000)
      db.prepare('INSERT INTO filler VALUES (zeroblob(?))').run(Math.min(left, 10_000) * PAGE);
    db.pragma('writable_schema = ON');
    db.prepare(`DELETE FROM sqlite_schema WHERE name = 'filler'`).run();
    for (const { name, root } of tables)
      db.prepare('UPDATE sqlite_schema SET rootpage = ? WHERE name = ?').run(root, name);
    // So that the log beside the copy is read with it.
    db.pragma('journal_mode = WAL');
  } finally {
    db.close();
  }
  const page = Buffer.alloc(PAGE);
  const from = openSync(scratch, 'r');
  readSync(from, page, 0, PAGE, 0);
  closeSync(from);
  for (const suffix of ['', '-wal', '-shm']) rmSync(scratch + suffix, { force: true });
  return page;
}
