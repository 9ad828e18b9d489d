/** What a person must be told, and can put away. */
import type { Store } from './open.ts';

export type NoticeDetail = Record<string, string | number>;
export type NoticeRow = { id: string; atMs: number; code: string; detail: NoticeDetail };

/** `id` names the occasion: the same again, dismissed or not, is not a new notice. */
export function addNotice(
  store: Store,
  id: string,
  code: string,
  atMs: number,
  detail: NoticeDetail = {},
): boolean {
  return store.write(() => {
    const added = store.run(
      'INSERT INTO notice (id, at_ms, code, detail) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING',
      id,
      atMs,
      code,
      JSON.stringify(detail),
    );
    if (added === 1) store.changes.flag('notices');
    return added === 1;
  });
}

/** Whether it was ever said, dismissed or not. */
export function wasNoticed(store: Store, id: string): boolean {
  return store.get('SELECT 1 AS one FROM notice WHERE id = ?', id) !== undefined;
}

/** Whether any of these was ever said. `prefix` of their ids. */
export function anyNotice(store: Store, prefix: string): boolean {
  const sql = 'SELECT 1 AS one FROM notice WHERE id >= ? AND id < ? LIMIT 1';
  return store.get(sql, prefix, `${prefix}\uffff`) !== undefined;
}

/** Newest first. */
export function listNotices(store: Store): NoticeRow[] {
  return store
    .all<{ id: string; at_ms: number; code: string; detail: string }>(
      'SELECT id, at_ms, code, detail FROM notice WHERE dismissed = 0 ORDER BY at_ms DESC',
    )
    .map((row) => ({
      id: row.id,
      atMs: row.at_ms,
      code: row.code,
      detail: JSON.parse(row.detail) as NoticeDetail,
    }));
}

export function dismissNotice(store: Store, id: string): void {
  store.write(() => {
    if (store.run('UPDATE notice SET dismissed = 1 WHERE id = ?', id) === 1) store.changes.flag('notices');
  });
}

/** What they said has been decided: should it happen again, it is said again. `prefix` of their ids. */
export function dropNotices(store: Store, prefix: string): void {
  store.write(() => {
    const dropped = store.run('DELETE FROM notice WHERE id >= ? AND id < ?', prefix, `${prefix}\uffff`);
    if (dropped > 0) store.changes.flag('notices');
  });
}
