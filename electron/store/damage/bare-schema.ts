/**
 * The schema laid bare: of each table what it takes to read its rows when its own description cannot be read, in as few letters as
 * possible, since it must fit into one page (first-page.ts). Column order and primary key say where values stand; defaults stand for
 * columns that were added later.
 */
import type Database from 'better-sqlite3';

/** Of descriptions on one page: well under what it takes, with room for an index behind its table. */
const MOST_TEXT = 2_600;

/** `root`: the page at which it begins. */
export type BareTable = { name: string; root: number; sql: string };

/** What is read of a damaged database. An index stands behind its table: it is another way to the table's rows. */
const TABLES = [
  'record',
  'record_by_id',
  'dirty',
  'message',
  'message_shown',
  'conversation',
  'conversation_member',
  'attachment',
  'message_reaction',
  'outbox',
  'outbox_by_conversation',
  'attachment_draft',
  'blob',
  'local_delete',
  'local_clear',
  'remembered_delete',
  'pending_envelope',
  'notice',
  'mail_cursor',
  'zone_state',
  'meta',
  'identity',
  'keyring_log',
  'keyring_epoch',
  'keyring_wrap',
  'pin',
];
const isIndex = (sql: string): boolean => /^CREATE( UNIQUE)? INDEX/.test(sql);

export function bareTables(db: Database.Database): BareTable[] {
  const root = db.prepare(`SELECT rootpage AS root, sql FROM sqlite_schema WHERE name = ? AND rootpage > 0`);
  const found: BareTable[] = [];
  for (const name of TABLES) {
    const row = root.get(name) as { root: number; sql: string } | undefined;
    if (row === undefined) continue;
    const sql = isIndex(row.sql) ? row.sql.replace(/\s+/g, ' ') : bare(db, name, row.sql);
    found.push({ name, root: row.root, sql });
  }
  return found;
}

type Column = { name: string; type: string; dflt_value: string | null; pk: number };

function bare(db: Database.Database, name: string, sql: string): string {
  const columns = db.pragma(`table_info(${name})`) as Column[];
  const keys = columns.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk);
  const rowid = !/WITHOUT ROWID/i.test(sql);
  const parts = columns.map((column) => {
    const alias = rowid && keys.length === 1 && column.pk === 1 && column.type === 'INTEGER';
    const added = column.dflt_value === null ? '' : ` DEFAULT ${column.dflt_value}`;
    return alias ? `${column.name} INTEGER PRIMARY KEY` : `${column.name}${added}`;
  });
  if (!rowid) parts.push(`PRIMARY KEY(${keys.map((key) => key.name).join(',')})`);
  return `CREATE TABLE ${name}(${parts.join(',')})${rowid ? '' : 'WITHOUT ROWID'}`;
}

/** Tables that are described together, each group on a page: an index with its table. */
export function groupsOf(tables: readonly BareTable[]): BareTable[][] {
  const groups: BareTable[][] = [];
  let room = 0;
  for (const table of tables) {
    const size = table.sql.length + 2 * table.name.length + 24;
    if (groups.length === 0 || (size > room && !isIndex(table.sql))) {
      groups.push([]);
      room = MOST_TEXT;
    }
    groups[groups.length - 1]!.push(table);
    room -= size;
  }
  return groups;
}
