/** Where this device stands in its mailbox, and envelopes that it cannot open yet. */
import type { Store } from './open.ts';
import { plain } from './values.ts';

/**
 * stored: everything up to here is in this database. acknowledged: the cloud knows. completeMs: everything accepted up to then has been
 * taken from the mailbox, -1 before it was read to its end once ([Note: what a device has seen] in seen.ts).
 */
export type MailCursor = { stored: number; acknowledged: number; completeMs: number };

/** Not to be changed: the same object is given again until the cursor is written. */
export function getMailCursor(store: Store): MailCursor {
  return store.kept(
    'mail cursor',
    CURSOR,
    () =>
      store.get<MailCursor>(
        'SELECT stored, acknowledged, complete_ms AS completeMs FROM mail_cursor WHERE one = 1',
      )!,
  );
}

const CURSOR = ['mail_cursor'];

/** They only rise, unless `reset` (a new account, a restored cloud). */
export function setMailCursor(store: Store, cursor: Partial<MailCursor>, reset = false): void {
  store.write(() => {
    const now = reset ? { stored: 0, acknowledged: 0, completeMs: -1 } : getMailCursor(store);
    store.run(
      'UPDATE mail_cursor SET stored = ?, acknowledged = ?, complete_ms = ? WHERE one = 1',
      Math.max(now.stored, cursor.stored ?? now.stored),
      Math.max(now.acknowledged, cursor.acknowledged ?? now.acknowledged),
      Math.max(now.completeMs, cursor.completeMs ?? now.completeMs),
    );
  });
}

export type PendingEnvelope = {
  position: number;
  acceptedMs: number;
  sender: Uint8Array;
  sendId: Uint8Array;
  content: Uint8Array;
  epoch: number;
  suite: number;
  sealedKey: Uint8Array;
  /** What it waits for. */
  reason: string;
  receivedMs: number;
};

export function addPending(store: Store, envelope: PendingEnvelope): void {
  store.write(() =>
    store.run(
      `INSERT INTO pending_envelope (position, accepted_ms, sender, send_id, content, epoch, suite, sealed_key, reason, received_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (position) DO UPDATE SET reason = excluded.reason`,
      envelope.position,
      envelope.acceptedMs,
      envelope.sender,
      envelope.sendId,
      envelope.content,
      envelope.epoch,
      envelope.suite,
      envelope.sealedKey,
      envelope.reason,
      envelope.receivedMs,
    ),
  );
}

/** Whether any waits for that. */
export function anyPending(store: Store, reason: string): boolean {
  return store.kept(
    `pending ${reason}`,
    PENDING,
    () => store.get('SELECT 1 AS one FROM pending_envelope WHERE reason = ? LIMIT 1', reason) !== undefined,
  );
}

const PENDING = ['pending_envelope'];

/** The first one behind a position of the mailbox, whatever it waits for. */
export function nextPending(store: Store, after: number): number | null {
  return store.get<{ position: number | null }>(
    'SELECT min(position) AS position FROM pending_envelope WHERE position > ?',
    after,
  )!.position;
}

/** How many stand up to a position of the mailbox, whatever they wait for. */
export function countPending(store: Store, upTo: number): number {
  return store.get<{ n: number }>('SELECT count(*) AS n FROM pending_envelope WHERE position <= ?', upTo)!.n;
}

/** Whether what came of this send is set aside. */
export function isPending(store: Store, sendId: Uint8Array): boolean {
  return store.get('SELECT 1 AS one FROM pending_envelope WHERE send_id = ? LIMIT 1', sendId) !== undefined;
}

type Row = {
  position: number;
  accepted_ms: number;
  sender: Uint8Array;
  send_id: Uint8Array;
  content: Uint8Array;
  epoch: number;
  suite: number;
  sealed_key: Uint8Array;
  reason: string;
  received_ms: number;
};

const read = (row: Row): PendingEnvelope => ({
  position: row.position,
  acceptedMs: row.accepted_ms,
  sender: plain(row.sender),
  sendId: plain(row.send_id),
  content: plain(row.content),
  epoch: row.epoch,
  suite: row.suite,
  sealedKey: plain(row.sealed_key),
  reason: row.reason,
  receivedMs: row.received_ms,
});

/** Those that wait for one thing, in the order of the mailbox. */
export function listPending(store: Store, reason: string, limit = 500): PendingEnvelope[] {
  return store
    .all<Row>(
      `SELECT position, accepted_ms, sender, send_id, content, epoch, suite, sealed_key, reason, received_ms
       FROM pending_envelope WHERE reason = ? ORDER BY position LIMIT ?`,
      reason,
      limit,
    )
    .map(read);
}

/** Of those, the ones whose sender's identity is not in question (any more): however many of somebody else's stand before them. */
export function listSettled(store: Store, reason: string, limit = 500): PendingEnvelope[] {
  return store
    .all<Row>(
      `SELECT e.position, e.accepted_ms, e.sender, e.send_id, e.content, e.epoch, e.suite, e.sealed_key, e.reason, e.received_ms
       FROM pending_envelope e CROSS JOIN pin p ON p.account = e.sender
       WHERE e.reason = ? AND p.changed = 0 ORDER BY e.position LIMIT ?`,
      reason,
      limit,
    )
    .map(read);
}

export function removePending(store: Store, position: number): void {
  store.write(() => store.run('DELETE FROM pending_envelope WHERE position = ?', position));
}
