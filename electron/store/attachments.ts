/**
 * The files of messages: a projection of their cores, and the drafts that a person has put together or that wait in the outbox. Where
 * their bytes are is `blobs.ts`.
 */
import { type Attachment, blobsOf } from '../../shared/model/attachment.ts';
import { decodeMessageBody } from '../../shared/model/message.ts';
import { loosen, needBlob } from './blobs.ts';
import type { Store } from './open.ts';
import { SHOWN_WAITING } from './shown-waiting.ts';
import { plain } from './values.ts';

export type AttachmentItem = Attachment & {
  /** Whole in this device's folder. */
  here: boolean;
  /** Sealed bytes: of the blob, that have come, that the cloud has. */
  sealed: number;
  got: number;
  sent: number;
  /** It comes by itself, or a person has asked. */
  wanted: boolean;
  /** Why it does not come: gone (the cloud does not have it), damaged, newer (a newer app sealed it); null: nothing is wrong. */
  failure: string | null;
};

type Row = {
  blob_id: Uint8Array;
  key: Uint8Array;
  suite: number;
  size: number;
  name: string;
  media_type: string;
  width: number;
  height: number;
  duration_ms: number;
  thumbnail: Uint8Array;
};
type ItemRow = Row & {
  here: number | null;
  sealed: number | null;
  got: number | null;
  sent: number | null;
  want: number | null;
  failure: string | null;
};
const COLUMNS = 'blob_id, key, suite, size, name, media_type, width, height, duration_ms, thumbnail';
const ITEM_COLUMNS =
  'a.blob_id, a.key, a.suite, a.size, a.name, a.media_type, a.width, a.height, a.duration_ms, a.thumbnail, b.here, b.sealed, b.got, b.sent, b.want, b.failure';

function read(row: Row): Attachment {
  return {
    blobId: plain(row.blob_id),
    key: plain(row.key),
    suite: row.suite,
    size: row.size,
    name: row.name,
    mediaType: row.media_type,
    width: row.width,
    height: row.height,
    durationMs: row.duration_ms,
    thumbnail: plain(row.thumbnail),
  };
}

function readItem(row: ItemRow): AttachmentItem {
  return {
    ...read(row),
    here: row.here === 1,
    sealed: row.sealed ?? 0,
    got: row.got ?? 0,
    sent: row.sent ?? 0,
    wanted: (row.want ?? 0) > 0,
    failure: row.failure,
  };
}

const values = (one: Attachment): unknown[] => [
  one.blobId,
  one.key,
  one.suite,
  one.size,
  one.name,
  one.mediaType,
  one.width,
  one.height,
  one.durationMs,
  one.thumbnail,
];

// ---- of messages

/** In the transaction that writes the message's row. `before`: how many it had. */
export function writeAttachments(
  store: Store,
  rid: number,
  attachments: readonly Attachment[],
  before: number,
): void {
  if (before > 0) dropAttachments(store, rid);
  for (const [place, one] of attachments.entries()) {
    store.run(
      `INSERT INTO attachment (rid, place, ${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      rid,
      place,
      ...values(one),
    );
    needBlob(store, one, rid);
  }
}

export function dropAttachments(store: Store, rid: number): void {
  for (const { blob_id } of store.all<{ blob_id: Uint8Array }>(
    'SELECT blob_id FROM attachment WHERE rid = ?',
    rid,
  ))
    loosen(store, blob_id);
  store.run('DELETE FROM attachment WHERE rid = ?', rid);
}

export function attachmentsOf(store: Store, rid: number): AttachmentItem[] {
  return store
    .all<ItemRow>(
      `SELECT ${ITEM_COLUMNS} FROM attachment a LEFT JOIN blob b ON b.id = a.blob_id WHERE a.rid = ? ORDER BY a.place`,
      rid,
    )
    .map(readItem);
}

/** Messages of a conversation that have files, as the window shows them, those in the outbox last; and how many have a text too. */
export function messagesWithFiles(
  store: Store,
  conversation: Uint8Array,
): { ids: Uint8Array[]; withText: number } {
  const accepted = store.all<{ id: Uint8Array; text: number }>(
    `SELECT m.id, m.text <> '' AS text FROM conversation c JOIN message m ON m.cid = c.cid
     WHERE c.guid = ? AND m.shown = 1 AND (m.accepted_ms, m.guid) > (c.clear_ms, c.clear_guid) AND m.attachments > 0
     ORDER BY m.accepted_ms, m.guid`,
    conversation,
  );
  const waiting = store.all<{ id: Uint8Array; text: number }>(
    `SELECT o.send_id AS id, o.text <> '' AS text FROM outbox o
     WHERE o.conversation = ? AND ${SHOWN_WAITING}
       AND EXISTS (SELECT 1 FROM attachment_draft d WHERE d.send_id = o.send_id) ORDER BY o.position`,
    conversation,
  );
  const all = [...accepted, ...waiting];
  return { ids: all.map(({ id }) => plain(id)), withText: all.filter(({ text }) => text === 1).length };
}

/** How many files these messages have, for the warning before a delete. */
export function attachmentCount(store: Store, ids: readonly Uint8Array[]): number {
  let count = 0;
  for (const id of ids) {
    count +=
      store.get<{ attachments: number }>(
        'SELECT m.attachments FROM record r JOIN message m ON m.rid = r.rid WHERE r.zone = 2 AND r.id = ?',
        id,
      )?.attachments ?? draftsOf(store, id).length;
  }
  return count;
}

/** What a record's put names: all blobs of its message, but those that are nowhere any more. Of one that was unsent: none. */
export function blobsToName(store: Store, attachments: readonly Attachment[]): Uint8Array[] {
  return blobsOf(attachments).filter(
    (id) => store.get<{ nowhere: number }>('SELECT nowhere FROM blob WHERE id = ?', id)?.nowhere !== 1,
  );
}

// ---- drafts

export type Draft = Attachment & { id: Uint8Array; conversation: Uint8Array; sendId: Uint8Array | null };

export function addDraft(store: Store, draft: Draft): void {
  store.write(() => {
    const last = store.get<{ position: number | null }>(
      'SELECT max(position) AS position FROM attachment_draft WHERE conversation = ?',
      draft.conversation,
    );
    store.run(
      `INSERT INTO attachment_draft (id, conversation, position, send_id, ${COLUMNS})
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      draft.id,
      draft.conversation,
      (last?.position ?? 0) + 1,
      draft.sendId,
      ...values(draft),
    );
    needBlob(store, draft, 0);
  });
}

type DraftRow = Row & { id: Uint8Array; conversation: Uint8Array; send_id: Uint8Array | null };
const readDraft = (row: DraftRow): Draft => ({
  ...read(row),
  id: plain(row.id),
  conversation: plain(row.conversation),
  sendId: row.send_id === null ? null : plain(row.send_id),
});

export function getDraft(store: Store, id: Uint8Array): Draft | undefined {
  const row = store.get<DraftRow>(
    `SELECT id, conversation, send_id, ${COLUMNS} FROM attachment_draft WHERE id = ?`,
    id,
  );
  return row === undefined ? undefined : readDraft(row);
}

/** All there are, in fields and of messages in the outbox. */
export function allDrafts(store: Store): Draft[] {
  return store
    .all<DraftRow>(`SELECT id, conversation, send_id, ${COLUMNS} FROM attachment_draft`)
    .map(readDraft);
}

/** In the field of a conversation, in the order they were put there. */
export function listDrafts(store: Store, conversation: Uint8Array): Draft[] {
  return store
    .all<DraftRow>(
      `SELECT id, conversation, send_id, ${COLUMNS} FROM attachment_draft
       WHERE conversation = ? AND send_id IS NULL ORDER BY position`,
      conversation,
    )
    .map(readDraft);
}

/** Of a message in the outbox. */
export function draftsOf(store: Store, sendId: Uint8Array): AttachmentItem[] {
  return store
    .all<ItemRow>(
      `SELECT ${ITEM_COLUMNS} FROM attachment_draft a LEFT JOIN blob b ON b.id = a.blob_id
       WHERE a.send_id = ? ORDER BY a.position`,
      sendId,
    )
    .map(readItem);
}

/** They belong to a message in the outbox from now on, in this order. */
export function giveDrafts(store: Store, ids: readonly Uint8Array[], sendId: Uint8Array): void {
  for (const [position, id] of ids.entries())
    store.run('UPDATE attachment_draft SET send_id = ?, position = ? WHERE id = ?', sendId, position, id);
}

/** Taken out of the field again. False when it is not there, or belongs to a message already. */
export function dropDraft(store: Store, id: Uint8Array): boolean {
  return store.write(() => {
    const draft = getDraft(store, id);
    if (draft === undefined || draft.sendId !== null) return false;
    store.run('DELETE FROM attachment_draft WHERE id = ?', id);
    loosen(store, draft.blobId);
    return true;
  });
}

/** The message has left the outbox. */
export function dropDraftsOf(store: Store, sendId: Uint8Array): void {
  for (const { blob_id } of store.all<{ blob_id: Uint8Array }>(
    'SELECT blob_id FROM attachment_draft WHERE send_id = ?',
    sendId,
  ))
    loosen(store, blob_id);
  store.run('DELETE FROM attachment_draft WHERE send_id = ?', sendId);
}

/** What a message's own bytes have, for a request that is about to be sealed. */
export function attachmentsIn(messageBody: Uint8Array): Attachment[] {
  return decodeMessageBody(messageBody).attachments;
}
