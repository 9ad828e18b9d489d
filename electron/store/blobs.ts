/**
 * Where the bytes of attachments are: in this device's folder (`blob-files.ts`), at the cloud, on the way. The sync worker alone writes
 * here, and moves files alone; a row says `here` only after the file is whole in its place.
 */
import { BLOB_SUITE, sealedBlobLength } from '../../shared/crypto/blobs.ts';
import type { Attachment } from '../../shared/model/attachment.ts';
import { markDirty } from './dirty.ts';
import type { Store } from './open.ts';
import { hex, plain } from './values.ts';

/** Up to this size (of the file) an attachment is fetched by itself. */
export const FETCHED_ALONE = 10 * 1024 * 1024;

export type BlobRow = {
  id: Uint8Array;
  sealed: number;
  here: boolean;
  want: number;
  got: number;
  sent: number;
  sending: boolean;
  lacking: boolean;
  attempts: number;
};
type Row = {
  id: Uint8Array;
  sealed: number;
  here: number;
  want: number;
  got: number;
  sent: number;
  sending: number;
  lacking: number;
  attempts: number;
};
const COLUMNS = 'id, sealed, here, want, got, sent, sending, lacking, attempts';
const read = (row: Row): BlobRow => ({
  ...row,
  id: plain(row.id),
  here: row.here === 1,
  sending: row.sending === 1,
  lacking: row.lacking === 1,
});

export function getBlob(store: Store, id: Uint8Array): BlobRow | undefined {
  const row = store.get<Row>(`SELECT ${COLUMNS} FROM blob WHERE id = ?`, id);
  return row === undefined ? undefined : read(row);
}

/** Something names it: a message at `rid`, or (0) a draft. In the caller's transaction. */
export function needBlob(
  store: Store,
  one: Pick<Attachment, 'blobId' | 'size' | 'suite'>,
  rid: number,
): void {
  const known = one.suite === BLOB_SUITE;
  store.run(
    `INSERT INTO blob (id, sealed, newest, want, failure) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET newest = max(newest, excluded.newest)`,
    one.blobId,
    known ? sealedBlobLength(one.size) : one.size,
    rid,
    known && one.size <= FETCHED_ALONE ? 1 : 0,
    known ? null : 'newer',
  );
}

/** Something no longer names it. */
export function loosen(store: Store, id: Uint8Array): void {
  store.run('INSERT OR IGNORE INTO blob_loose (id) VALUES (?)', id);
}

/** Messages that show a blob, for the window to ask again: conversation and message, in hex. */
function shownWith(store: Store, blobId: Uint8Array): { conversation: string; message: string }[] {
  const accepted = store.all<{ guid: Uint8Array; id: Uint8Array }>(
    `SELECT c.guid, m.id FROM attachment a JOIN message m ON m.rid = a.rid JOIN conversation c ON c.cid = m.cid
     WHERE a.blob_id = ?`,
    blobId,
  );
  const waiting = store.all<{ guid: Uint8Array; id: Uint8Array }>(
    'SELECT conversation AS guid, send_id AS id FROM attachment_draft WHERE blob_id = ? AND send_id IS NOT NULL',
    blobId,
  );
  return [...accepted, ...waiting].map(({ guid, id }) => ({ conversation: hex(guid), message: hex(id) }));
}

/** What changed of a blob shows where its messages do. */
export function tellShown(store: Store, id: Uint8Array): void {
  for (const { conversation, message } of shownWith(store, id)) store.changes.message(conversation, message);
}

export type BlobChange = Partial<{
  here: boolean;
  want: number;
  got: number;
  sent: number;
  sending: boolean;
  nowhere: boolean;
  lacking: boolean;
  failure: string | null;
  attempts: number;
  notBeforeMs: number;
}>;
const COLUMN: Record<keyof BlobChange, string> = {
  here: 'here',
  want: 'want',
  got: 'got',
  sent: 'sent',
  sending: 'sending',
  nowhere: 'nowhere',
  lacking: 'lacking',
  failure: 'failure',
  attempts: 'attempts',
  notBeforeMs: 'not_before_ms',
};

export function updateBlob(store: Store, id: Uint8Array, change: BlobChange): void {
  store.write(() => {
    const names = Object.keys(change) as (keyof BlobChange)[];
    const values = names.map((name) => {
      const value = change[name];
      return typeof value === 'boolean' ? Number(value) : value;
    });
    store.run(
      `UPDATE blob SET ${names.map((name) => `${COLUMN[name]} = ?`).join(', ')} WHERE id = ?`,
      ...values,
      id,
    );
    tellShown(store, id);
  });
}

/** The file is whole in its place. Records at the cloud that do not name it are put again. True when there are any. In the caller's transaction. */
export function cameHere(store: Store, id: Uint8Array, sealed: number): boolean {
  const lacking = store.get('SELECT 1 AS one FROM blob WHERE id = ? AND (lacking = 1 OR nowhere = 1)', id);
  updateBlob(store, id, {
    here: true,
    got: sealed,
    nowhere: false,
    lacking: false,
    failure: null,
    attempts: 0,
    notBeforeMs: 0,
  });
  if (lacking === undefined) return false;
  for (const record of recordsWith(store, id)) markDirty(store, 'messages', record, 'put');
  return true;
}

// ---- what is next

/** The messages that wait for a blob `b`, each a row. */
const WHOSE = `LEFT JOIN attachment_draft d ON d.blob_id = b.id AND d.send_id IS NOT NULL
     LEFT JOIN outbox o ON o.send_id = d.send_id`;

/**
 * Something is to be sent that needs it: a message in the outbox, or one that has its record and that some did not get. What only a record at the
 * cloud lacks is the zone's, and goes when that goes (SPEC ATT-19).
 */
const TO_BE_SENT = `(o.send_id IS NOT NULL OR EXISTS (
       SELECT 1 FROM attachment a JOIN message m ON m.rid = a.rid JOIN conversation c ON c.cid = m.cid
       JOIN outbox r ON r.conversation = c.guid AND r.kind = 'redelivery' AND r.guid = m.guid
       WHERE a.blob_id = b.id AND m.mine = 1))`;

export type ToSend = BlobRow & {
  /** Something that is to be sent needs it, not a record alone. */
  toBeSent: boolean;
};

/** `only`: up to so many sealed bytes. `records`: also what nothing but a record lacks. */
export function nextToSend(
  store: Store,
  nowMs: number,
  only = Number.MAX_SAFE_INTEGER,
  records = true,
): ToSend | undefined {
  // In the order in which their messages were written, not of a message that was deleted meanwhile; what a record at the cloud lacks comes
  // after those.
  const row = store.get<Row & { to_be_sent: number }>(
    `SELECT b.id, b.sealed, b.here, b.want, b.got, b.sent, b.sending, b.lacking, b.attempts, ${TO_BE_SENT} AS to_be_sent
     FROM blob b ${WHOSE}
     WHERE b.sending = 1 AND b.sealed <= ? AND b.not_before_ms <= ? AND o.deleted_ms IS NULL AND (? OR ${TO_BE_SENT})
     ORDER BY to_be_sent DESC, o.position IS NULL, o.position, d.position LIMIT 1`,
    only,
    nowMs,
    Number(records),
  );
  if (row === undefined) return undefined;
  const { to_be_sent, ...blob } = row;
  return { ...read(blob), toBeSent: to_be_sent === 1 };
}

/** asked: a person wants it. alone: also what comes by itself. all: everything, since the switch is being turned off. */
export type Fetching = 'asked' | 'alone' | 'all';
const LEAST: Record<Fetching, number> = { asked: 2, alone: 1, all: 0 };

/** Asked for first, then the newest. */
export function nextToGet(store: Store, what: Fetching, nowMs: number): BlobRow | undefined {
  for (let want = 2; want >= LEAST[what]; want -= 1) {
    const row = store.get<Row>(
      `SELECT ${COLUMNS} FROM blob WHERE here = 0 AND failure IS NULL AND want = ? AND not_before_ms <= ?
       ORDER BY newest DESC LIMIT 1`,
      want,
      nowMs,
    );
    if (row !== undefined) return read(row);
  }
  return undefined;
}

/** To be uploaded: all, those of up to `large` sealed bytes each; and of both, when the first may go. */
export type Uploads = { all: number; small: number; at: number; smallAt: number };

export type BlobCounts = {
  /** Needed by what is to be sent; and by records alone. */
  up: Uploads;
  upForRecords: Uploads;
  /** To be fetched: what a person has asked for, what comes by itself, everything that is not here; and of each, when the first may be. */
  asked: number;
  alone: number;
  all: number;
  askedAt: number;
  aloneAt: number;
  allAt: number;
  /** Looked at, whether anything names them. */
  loose: number;
};

export function blobCounts(store: Store, large: number): BlobCounts {
  // What `nextToSend` would give, and nothing else: an upload that is counted and finds nothing to do would be begun again at once, without end.
  const up = store.all<{ to_be_sent: number; n: number; small: number; at: number; smallAt: number | null }>(
    `SELECT to_be_sent, count(*) AS n, count(CASE WHEN sealed <= ? THEN 1 END) AS small,
       min(at) AS at, min(CASE WHEN sealed <= ? THEN at END) AS smallAt
     FROM (SELECT b.sealed, b.not_before_ms AS at, max(${TO_BE_SENT}) AS to_be_sent
       FROM blob b ${WHOSE} WHERE b.sending = 1 AND o.deleted_ms IS NULL GROUP BY b.id)
     GROUP BY to_be_sent`,
    large,
    large,
  );
  const uploads = (toBeSent: number): Uploads => {
    const { n = 0, small = 0, at = 0, smallAt } = up.find((one) => one.to_be_sent === toBeSent) ?? {};
    return { all: n, small, at, smallAt: smallAt ?? 0 };
  };
  const down = store.all<{ want: number; n: number; at: number }>(
    `SELECT want, count(*) AS n, min(not_before_ms) AS at FROM blob WHERE here = 0 AND failure IS NULL GROUP BY want`,
  );
  const of = (want: number): number => down.find((one) => one.want === want)?.n ?? 0;
  // Of those that `nextToGet` looks among: one that is due and not meant would make a step that finds nothing, again and again.
  const dueAt = (what: Fetching): number => {
    const meant = down.filter(({ want }) => want >= LEAST[what]);
    return meant.length === 0 ? 0 : Math.min(...meant.map((one) => one.at));
  };
  return {
    up: uploads(1),
    upForRecords: uploads(0),
    asked: of(2),
    alone: of(2) + of(1),
    all: of(2) + of(1) + of(0),
    askedAt: dueAt('asked'),
    aloneAt: dueAt('alone'),
    allAt: dueAt('all'),
    loose: store.get<{ n: number }>('SELECT count(*) AS n FROM blob_loose')!.n,
  };
}

/** All that is not here and can come, in sealed bytes: what turning the switch off has to bring. */
export function notHere(store: Store): { count: number; bytes: number } {
  return store.get<{ count: number; bytes: number }>(
    `SELECT count(*) AS count, coalesce(sum(sealed - got), 0) AS bytes FROM blob
     WHERE here = 0 AND failure IS NULL`,
  )!;
}

/** Sealed bytes of all attachments of messages here. */
export function knownBytes(store: Store): number {
  return store.get<{ n: number }>('SELECT coalesce(sum(sealed), 0) AS n FROM blob WHERE newest > 0')!.n;
}

/** A start looks again for what did not come before. */
export function forgetFailures(store: Store): void {
  store.write(() => {
    store.run(
      `UPDATE blob SET failure = NULL, attempts = 0, not_before_ms = 0 WHERE failure IS NOT NULL AND failure <> 'newer'`,
    );
    store.run('UPDATE blob SET not_before_ms = 0, attempts = 0 WHERE not_before_ms > 0');
  });
}

/** Sync Now: what could not be read or written is tried at once. */
export function hurryFiles(store: Store): void {
  store.write(() => store.run('UPDATE blob SET not_before_ms = 0 WHERE not_before_ms > 0'));
}

// ---- what nothing names any more

export function looseBlobs(store: Store, limit: number): Uint8Array[] {
  return store.all<{ id: Uint8Array }>('SELECT id FROM blob_loose LIMIT ?', limit).map(({ id }) => plain(id));
}

export function isNamed(store: Store, id: Uint8Array): boolean {
  return (
    store.get('SELECT 1 AS one FROM attachment WHERE blob_id = ? LIMIT 1', id) !== undefined ||
    store.get('SELECT 1 AS one FROM attachment_draft WHERE blob_id = ? LIMIT 1', id) !== undefined
  );
}

/** Its file is gone, or stays after all. */
export function settleLoose(store: Store, id: Uint8Array, gone: boolean): void {
  store.write(() => {
    store.run('DELETE FROM blob_loose WHERE id = ?', id);
    if (gone) store.run('DELETE FROM blob WHERE id = ?', id);
  });
}

// ---- what waits for uploads

/** The files of what goes to those who did not get it (a message that has its record): `r` is its row in the outbox. */
const GOES_AGAIN = `FROM attachment a JOIN message m ON m.rid = a.rid JOIN conversation c ON c.cid = m.cid
     JOIN outbox r ON r.conversation = c.guid AND r.kind = 'redelivery' AND r.guid = m.guid
     WHERE m.mine = 1`;

/** After a blob's upload has moved: how many each waiting message still needs. In the caller's transaction. */
export function recountUploads(store: Store, blobId: Uint8Array): void {
  for (const sendId of waitingFor(store, blobId)) recount(store, sendId);
}

function recount(store: Store, sendId: Uint8Array): void {
  store.run(
    `UPDATE outbox SET uploads = (SELECT count(DISTINCT b.id) FROM attachment_draft d JOIN blob b ON b.id = d.blob_id
         WHERE d.send_id = outbox.send_id AND b.sending = 1)
       + (SELECT count(*) FROM blob b WHERE b.sending = 1 AND EXISTS (
         SELECT 1 ${GOES_AGAIN} AND a.blob_id = b.id AND r.send_id = outbox.send_id)) WHERE send_id = ?`,
    sendId,
  );
}

/**
 * Messages of the outbox that need a blob, for the first time or once more: their send ids. Of what goes once more not what has failed: that says
 * why. One that has the blob twice may come twice.
 */
export function waitingFor(store: Store, blobId: Uint8Array): Uint8Array[] {
  return store
    .all<{ send_id: Uint8Array }>(
      `SELECT send_id FROM attachment_draft WHERE blob_id = ? AND send_id IS NOT NULL
       UNION ALL SELECT r.send_id ${GOES_AGAIN} AND r.state <> 'failed' AND a.blob_id = ?`,
      blobId,
      blobId,
    )
    .map(({ send_id }) => plain(send_id));
}

/** Records of messages that name a blob. */
export function recordsWith(store: Store, blobId: Uint8Array): Uint8Array[] {
  return store
    .all<{ id: Uint8Array }>(
      'SELECT m.id FROM attachment a JOIN message m ON m.rid = a.rid WHERE a.blob_id = ?',
      blobId,
    )
    .map(({ id }) => plain(id));
}

/**
 * Try Again: what the cloud does not have whole of a message's blobs goes up. Of what goes once more the cloud has had all, and says itself what it lacks:
 * only what could not go up before is begun anew. In the caller's transaction.
 */
export function restartUploads(store: Store, sendId: Uint8Array): void {
  for (const { id } of store.all<{ id: Uint8Array }>(
    `SELECT b.id FROM attachment_draft d JOIN blob b ON b.id = d.blob_id
     WHERE d.send_id = ? AND b.sent < b.sealed AND b.sending = 0`,
    sendId,
  )) {
    updateBlob(store, plain(id), { sending: true, attempts: 0, notBeforeMs: 0 });
    recountUploads(store, id);
  }
  for (const { id } of store.all<{ id: Uint8Array }>(
    `SELECT a.blob_id AS id ${GOES_AGAIN} AND r.send_id = ?`,
    sendId,
  ))
    updateBlob(store, plain(id), { attempts: 0, notBeforeMs: 0 });
  recount(store, sendId);
}
