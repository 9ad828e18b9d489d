/**
 * What is to be pushed. Each change of a record takes a new, higher number; a push that was accepted takes away only the number it was
 * sent with, so what changed meanwhile stays in the queue.
 */
import type { Store } from './open.ts';
import { plain, ZONE_NUMBER, type ZoneName } from './values.ts';

export type DirtyOp = 'put' | 'delete';
const OP: Record<DirtyOp, number> = { put: 1, delete: 2 };

export type Dirty = {
  id: Uint8Array;
  change: number;
  op: DirtyOp;
  /** Of a delete: the rev it is conditional on, or null for a person's. */
  baseRev: number | null;
  notBeforeMs: number;
};

export function markDirty(
  store: Store,
  zone: ZoneName,
  id: Uint8Array,
  op: DirtyOp,
  notBeforeMs = 0,
  baseRev: number | null = null,
): void {
  store.run(
    `INSERT INTO dirty (zone, id, change, op, base_rev, not_before_ms) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (zone, id) DO UPDATE SET change = excluded.change, op = excluded.op, base_rev = excluded.base_rev,
       not_before_ms = min(not_before_ms, excluded.not_before_ms)`,
    ZONE_NUMBER[zone],
    id,
    store.memory.nextChange(),
    OP[op],
    baseRev,
    notBeforeMs,
  );
}

/** Nothing waits longer than this: what does was written before the device's clock was set back. */
const LONGEST_WAIT_MS = 60_000;

type Row = { id: Uint8Array; change: number; op: number; base_rev: number | null; not_before_ms: number };

function read(rows: Row[]): Dirty[] {
  return rows.map((row) => ({
    id: plain(row.id),
    change: row.change,
    op: row.op === OP.put ? 'put' : 'delete',
    baseRev: row.base_rev,
    notBeforeMs: row.not_before_ms,
  }));
}

/** The oldest changes that may go now. */
export function dirtyBatch(store: Store, zone: ZoneName, limit: number, nowMs: number): Dirty[] {
  return read(
    store.all<Row>(
      `SELECT id, change, op, base_rev, not_before_ms FROM dirty
       WHERE zone = ? AND NOT (not_before_ms BETWEEN ? AND ?) ORDER BY change LIMIT ?`,
      ZONE_NUMBER[zone],
      nowMs + 1,
      nowMs + LONGEST_WAIT_MS,
      limit,
    ),
  );
}

/** Of those, what the cloud takes although its storage is full: deletes, and changes of records that it has. */
export function dirtyWithoutRoom(store: Store, zone: ZoneName, limit: number, nowMs: number): Dirty[] {
  return read(
    store.all<Row>(
      `SELECT id, change, op, base_rev, not_before_ms FROM dirty d
       WHERE zone = ? AND NOT (not_before_ms BETWEEN ? AND ?)
         AND (op = 2 OR EXISTS (SELECT 1 FROM record r WHERE r.zone = d.zone AND r.id = d.id AND r.rev > 0))
       ORDER BY change LIMIT ?`,
      ZONE_NUMBER[zone],
      nowMs + 1,
      nowMs + LONGEST_WAIT_MS,
      limit,
    ),
  );
}

export function getDirty(store: Store, zone: ZoneName, id: Uint8Array): Dirty | undefined {
  const row = store.get<{ change: number; op: number; base_rev: number | null; not_before_ms: number }>(
    'SELECT change, op, base_rev, not_before_ms FROM dirty WHERE zone = ? AND id = ?',
    ZONE_NUMBER[zone],
    id,
  );
  if (row === undefined) return undefined;
  const op = row.op === OP.put ? 'put' : 'delete';
  return { id, change: row.change, op, baseRev: row.base_rev, notBeforeMs: row.not_before_ms };
}

/** What waited for something may go now. */
export function hurry(store: Store, zone: ZoneName, id: Uint8Array): void {
  store.run('UPDATE dirty SET not_before_ms = 0 WHERE zone = ? AND id = ?', ZONE_NUMBER[zone], id);
}

/** Cannot go yet. It is looked at again after `LONGEST_WAIT_MS`, or when somebody says `hurry`. */
export function postpone(store: Store, zone: ZoneName, id: Uint8Array, nowMs: number): void {
  store.run(
    'UPDATE dirty SET not_before_ms = ? WHERE zone = ? AND id = ?',
    nowMs + LONGEST_WAIT_MS,
    ZONE_NUMBER[zone],
    id,
  );
}

/** Pushed. True when nothing changed since `change`; otherwise it stays dirty. */
export function clean(store: Store, zone: ZoneName, id: Uint8Array, change: number): boolean {
  return store.write(
    () =>
      store.run(
        'DELETE FROM dirty WHERE zone = ? AND id = ? AND change = ?',
        ZONE_NUMBER[zone],
        id,
        change,
      ) === 1,
  );
}

/** Everything counts, also what must wait. */
export function dirtyCount(store: Store, zone: ZoneName): number {
  return store.get<{ n: number }>('SELECT count(*) AS n FROM dirty WHERE zone = ?', ZONE_NUMBER[zone])!.n;
}

/** When the first of those that wait may go, or null when none waits. */
export function nextDirtyMs(store: Store, zone: ZoneName, nowMs: number): number | null {
  const row = store.get<{ at: number | null }>(
    'SELECT min(CASE WHEN not_before_ms > ? THEN 0 ELSE not_before_ms END) AS at FROM dirty WHERE zone = ?',
    nowMs + LONGEST_WAIT_MS,
    ZONE_NUMBER[zone],
  );
  return row?.at ?? null;
}

/** Deletes that no person asked for and that are not pushed yet: their content is still here. */
export function forgetMachineDeletes(store: Store): void {
  store.write(() =>
    store.run(
      'DELETE FROM dirty WHERE zone = ? AND op = ? AND base_rev IS NOT NULL',
      ZONE_NUMBER.messages,
      OP.delete,
    ),
  );
}

/** Nothing is to be pushed any more: the switch went off for good, or the zone was purged. */
export function clearDirty(store: Store, zone: ZoneName): void {
  store.write(() => store.run('DELETE FROM dirty WHERE zone = ?', ZONE_NUMBER[zone]));
}
