/**
 * A damaged log of which nobody can say whether the database alone has more or the database with what can be read of the log: both are read, and
 * this is what the second adds to the first. Content merges, a delete counts wherever it stands, and a row that either has is kept. What a
 * person may have taken back or sent since does not go by itself: a message that waits in one of the two alone waits for a person's word.
 */
import type { Store } from '../open.ts';
import { dropContent, recordRow } from '../records.ts';
import { hex, plain, type ZoneName } from '../values.ts';
import type { Row } from './keepsake.ts';
import { type DamagedFile, readByBytes } from './read-around.ts';
import { readByNumber } from './read-by-number.ts';
import { BY_BYTES, BY_NUMBER } from './salvage-tables.ts';

/** zone_state: of the first alone, it is forgotten where each stands. outbox: below. */
const APART: readonly string[] = ['zone_state', 'outbox'];
/** Where both have a row: what is added to the first one's. */
const BOTH: Record<string, string> = {
  local_delete:
    'ON CONFLICT (id) DO UPDATE SET gone = max(gone, excluded.gone), name = coalesce(name, excluded.name), conversation = coalesce(conversation, excluded.conversation)',
  local_clear:
    'ON CONFLICT (conversation) DO UPDATE SET (up_to_ms, up_to_guid, deleted_ms) = (excluded.up_to_ms, excluded.up_to_guid, excluded.deleted_ms) WHERE excluded.up_to_ms > up_to_ms',
  keyring_epoch: 'ON CONFLICT (epoch) DO UPDATE SET secret = coalesce(secret, excluded.secret)',
  mail_cursor:
    'ON CONFLICT (one) DO UPDATE SET stored = min(stored, excluded.stored), acknowledged = min(acknowledged, excluded.acknowledged)',
};

export function addTables(second: DamagedFile, target: Store): void {
  const tables: readonly (readonly [string, Row[]])[] = [
    ...BY_NUMBER.map(([table, key]) => {
      const rows: Row[] = [];
      if (!APART.includes(table)) readByNumber(second, table, key, (row) => void rows.push(row));
      return [table, rows] as const;
    }),
    ...BY_BYTES.map(([table, key]) => {
      const rows: Row[] = [];
      readByBytes(second, table, key, (row) => void rows.push(row));
      return [table, rows] as const;
    }),
  ];
  target.write(() => {
    for (const [table, rows] of tables) for (const row of rows) add(target, table, row, BOTH[table]);
  });
  target.memory.forget();
}

/** In the columns that this version has. */
function add(target: Store, table: string, row: Row, both = 'ON CONFLICT DO NOTHING'): void {
  const known = target.db.pragma(`table_info(${table})`) as { name: string }[];
  const names = known.map(({ name }) => name).filter((name) => row[name] !== undefined);
  const places = names.map(() => '?').join(', ');
  target.db
    .prepare(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${places}) ${both}`)
    .run(...names.map((name) => row[name]));
}

/** A tombstone of one of the two, of what the other had content of. Inside a transaction. */
export function addTombstone(target: Store, zone: ZoneName, row: Row): void {
  const here = recordRow(target, zone, plain(row['id'] as Uint8Array));
  if (here === undefined || here.gone === 1) return;
  dropContent(target, here, Number(row['gone_ms'] ?? 0));
  target.run('UPDATE record SET proof = ? WHERE rid = ?', row['proof'], here.rid);
}

/** After the records of both: what was sent is among them. */
export function addOutbox(second: DamagedFile, target: Store): void {
  const there = new Map<string, Row>();
  const found = readByNumber(
    second,
    'outbox',
    'position',
    (row) => void there.set(hex(plain(row['send_id'] as Uint8Array)), row),
  );
  const here = target.all<Row>(`SELECT send_id, guid, deleted_ms FROM outbox WHERE kind = 'message'`);
  target.write(() => {
    for (const row of here) {
      const other = there.get(hex(plain(row['send_id'] as Uint8Array)));
      const id = row['send_id'];
      if (isRecord(target, row)) target.run('DELETE FROM outbox WHERE send_id = ?', id);
      else if (other === undefined && found.whole)
        target.run(`UPDATE outbox SET state = 'failed' WHERE send_id = ?`, id);
      else if (other?.['deleted_ms'] != null && row['deleted_ms'] === null)
        target.run(
          'UPDATE outbox SET deleted_ms = ?, deleted_here = ? WHERE send_id = ?',
          other['deleted_ms'],
          other['deleted_here'],
          id,
        );
    }
    for (const { position: _, ...row } of there.values())
      if (row['kind'] === 'message' && row['deleted_ms'] == null && !isRecord(target, row))
        add(target, 'outbox', { ...row, state: 'failed' });
    target.run(
      'DELETE FROM attachment_draft WHERE send_id IS NOT NULL AND send_id NOT IN (SELECT send_id FROM outbox)',
    );
  });
  target.memory.forget();
}

const isRecord = (target: Store, row: Row): boolean =>
  target.get('SELECT 1 AS one FROM message WHERE guid = ?', row['guid']) !== undefined;
