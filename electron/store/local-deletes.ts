/**
 * Deletes made while the switch is off: they are this device's own and never become registers, until the person turns the switch on
 * and is asked. Each function refreshes what is shown in the same transaction.
 */
import { isNewerSchema } from '../../shared/model/payload.ts';
import { decodePayload } from '../../shared/model/payload-codec.ts';
import { messageRow } from './messages.ts';
import type { Store } from './open.ts';
import { refreshClear } from './project-conversation.ts';
import { moveUnread, projectMessage, unprojectMessage } from './project-message.ts';
import { recordRow } from './records.ts';
import { dropRedelivery } from './redelivery.ts';
import { rememberDelete, rememberedName } from './remembered-deletes.ts';
import { plain, plainOrNull } from './values.ts';

export type LocalDelete = { id: Uint8Array; deletedMs: number; gone: boolean };
/**
 * `name`: of a message that a person put into Recently Deleted, and that expired there on this device alone (remembered-deletes.ts has such names);
 * `conversation`: with which one, where it was not deleted by itself.
 */
export type ListedDelete = LocalDelete & { name: Uint8Array | null; conversation: Uint8Array | null };
export type LocalClear = {
  conversation: Uint8Array;
  upToMs: number;
  upToGuid: Uint8Array;
  deletedMs: number;
};

export function getLocalDelete(store: Store, id: Uint8Array): LocalDelete | undefined {
  const row = store.memory.anyLocalDelete
    ? store.get<{ deleted_ms: number; gone: number }>(
        'SELECT deleted_ms, gone FROM local_delete WHERE id = ?',
        id,
      )
    : undefined;
  return row && { id, deletedMs: row.deleted_ms, gone: row.gone === 1 };
}

/** Into Recently Deleted of this device, or (`gone`) out of it for good; `expired` where no person did it. */
export function addLocalDelete(
  store: Store,
  id: Uint8Array,
  deletedMs: number,
  gone = false,
  expired = false,
): void {
  store.write(() => {
    const before = getLocalDelete(store, id);
    store.run(
      // What a person has deleted stays a person's delete, although it expires as well.
      `INSERT INTO local_delete (id, deleted_ms, gone, expired) VALUES (?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET gone = max(gone, excluded.gone), expired = min(expired, excluded.expired)`,
      id,
      deletedMs,
      gone ? 1 : 0,
      expired ? 1 : 0,
    );
    store.memory.localDeletesChanged();
    if (gone) dropRedeliveryOf(store, id);
    refresh(store, id, before);
    if (gone) dropHere(store, id);
  });
}

/**
 * Keep Messages of this device alone lets go of it. What a person had deleted, by itself or with its conversation, stays a person's delete of that date: its
 * thirty days are not over for the account's other devices (SPEC KEEP-10).
 */
export function expireHere(store: Store, id: Uint8Array, nowMs: number): void {
  store.write(() => {
    const row = messageRow(store, id);
    const single = getLocalDelete(store, id)?.deletedMs ?? null;
    const deletedMs = single ?? (row === undefined ? null : locallyClearedMs(store, row.rid));
    addLocalDelete(store, id, deletedMs ?? nowMs, true, deletedMs === null);
    if (row === undefined || deletedMs === null) return;
    const name = rememberedName(row.sender, row.guid);
    const conversation = single === null ? store.memory.conversationByCid(row.cid).guid : null;
    store.run('UPDATE local_delete SET name = ?, conversation = ? WHERE id = ?', name, conversation, id);
  });
}

/** Its date was in doubt, and is this one. In the caller's transaction. */
export function redateLocalDelete(store: Store, id: Uint8Array, deletedMs: number): void {
  if (getLocalDelete(store, id)?.gone === true) {
    store.run('UPDATE local_delete SET deleted_ms = ? WHERE id = ?', deletedMs, id);
    return;
  }
  removeLocalDelete(store, id);
  addLocalDelete(store, id, deletedMs);
}

function dropRedeliveryOf(store: Store, id: Uint8Array): void {
  const row = recordRow(store, 'messages', id);
  if (row !== undefined) dropRedelivery(store, row.rid);
}

/** The content goes, and nothing is told to anybody. What others were to know of it stays known here. */
function dropHere(store: Store, id: Uint8Array): void {
  const row = recordRow(store, 'messages', id);
  if (row?.payload == null) return;
  rememberDelete(store, decodePayload(plain(row.payload), store.schema));
  store.run('UPDATE record SET payload = NULL WHERE rid = ?', row.rid);
}

/** It has come once more from the zone, which is still pulled while the switch goes off: no content of it stays here. In the caller's transaction. */
export function dropAgain(store: Store, id: Uint8Array): void {
  if (getLocalDelete(store, id)?.gone === true) dropHere(store, id);
}

/** Back out of this device's Recently Deleted. */
export function removeLocalDelete(store: Store, id: Uint8Array): void {
  store.write(() => {
    const before = getLocalDelete(store, id);
    store.run('DELETE FROM local_delete WHERE id = ?', id);
    // Still "some", so that the projection looks once more; then counted anew.
    refresh(store, id, before);
    store.memory.localDeletesChanged();
  });
}

/** It is one for all devices from now on, although its record cannot say so yet: it stays where it is. */
export function takeOverLocalDelete(store: Store, id: Uint8Array): void {
  store.write(() => {
    store.run('DELETE FROM local_delete WHERE id = ?', id);
    store.memory.localDeletesChanged();
  });
}

/** In Recently Deleted of this device by the person's hand, one by one. */
export function isLocallyDeleted(store: Store, id: Uint8Array): boolean {
  return store.get('SELECT 1 AS one FROM local_delete WHERE id = ? AND gone = 0', id) !== undefined;
}

/** What had expired on this device alone may be here again: its content is gone, so nothing is shown for it yet. */
export function forgetExpired(store: Store): void {
  store.write(() => {
    store.run('DELETE FROM local_delete WHERE expired = 1');
    store.memory.localDeletesChanged();
  });
}

function refresh(store: Store, id: Uint8Array, before: LocalDelete | undefined): void {
  const row = recordRow(store, 'messages', id);
  if (row?.payload == null || row.kind !== 1) return;
  const payload = decodePayload(plain(row.payload), store.schema);
  if (isNewerSchema(payload)) refreshUnread(store, id, row.rid, before);
  else projectMessage(store, id, row.rid, payload, true);
}

/** Written by a newer app since: it shows as it was known last, and what is deleted here is not shown all the same (SPEC DEL-30). */
function refreshUnread(store: Store, id: Uint8Array, rid: number, before: LocalDelete | undefined): void {
  const now = getLocalDelete(store, id);
  if (now?.gone === true) unprojectMessage(store, rid);
  else if (now !== undefined) moveUnread(store, id, rid, null, now.deletedMs);
  else if (before !== undefined) moveUnread(store, id, rid, before.deletedMs, null);
}

/** The person's, or with `expired` those of Keep Messages on this device alone, which may be very many. */
export function listLocalDeletes(store: Store, expired = false): ListedDelete[] {
  return store
    .all<{
      id: Uint8Array;
      deleted_ms: number;
      gone: number;
      name: Uint8Array | null;
      conversation: Uint8Array | null;
    }>('SELECT id, deleted_ms, gone, name, conversation FROM local_delete WHERE expired = ?', expired ? 1 : 0)
    .map(({ id, deleted_ms, gone, name, conversation }) => ({
      id: plain(id),
      deletedMs: deleted_ms,
      gone: gone === 1,
      name: plainOrNull(name),
      conversation: plainOrNull(conversation),
    }));
}

/** Messages that expired on this device alone and that the cloud is known to hold: with the switch they come back. */
export function expiredInCloud(store: Store): number {
  return store.get<{ n: number }>(
    `SELECT count(*) AS n FROM local_delete l CROSS JOIN record r ON r.zone = 2 AND r.id = l.id
     WHERE l.expired = 1 AND r.gone = 0 AND r.rev > 0 AND r.payload IS NULL`,
  )!.n;
}

/**
 * Messages that a person deleted here one by one, about which there is something to decide, judged by what the cloud is known to hold:
 * it is no tombstone (`tombstone`: the hash of one), and there is content to bring back, here or there.
 */
export function undecidedDeletes(store: Store, tombstone: Uint8Array): number {
  return store.get<{ n: number }>(
    `SELECT count(*) AS n FROM local_delete l CROSS JOIN record r ON r.zone = 2 AND r.id = l.id
     WHERE l.expired = 0 AND r.gone = 0 AND (r.payload IS NOT NULL OR r.rev > 0) AND (r.hash IS NULL OR r.hash <> ?)`,
    tombstone,
  )!.n;
}

/** What a conversation's delete on this device alone covers: shown until then, and not deleted everywhere with an earlier one. */
const CLEARED = `m.shown = 1 AND (m.accepted_ms, m.guid) <= (l.up_to_ms, l.up_to_guid)
       AND (m.accepted_ms, m.guid) > (coalesce(c.register_clear_ms, -1), coalesce(c.register_clear_guid, x''))`;

/** Messages deleted here with their whole conversation. Costs as many as they are, whatever the size of the store. */
export function locallyCleared(store: Store): number {
  return store.get<{ n: number }>(
    `SELECT count(*) AS n FROM local_clear l CROSS JOIN conversation c ON c.guid = l.conversation CROSS JOIN message m ON m.cid = c.cid
     WHERE ${CLEARED}`,
  )!.n;
}

/** Record ids of those of one conversation. */
export function locallyClearedIds(store: Store, conversation: Uint8Array): Uint8Array[] {
  return store
    .all<{ id: Uint8Array }>(
      `SELECT m.id FROM local_clear l CROSS JOIN conversation c ON c.guid = l.conversation CROSS JOIN message m ON m.cid = c.cid
       WHERE l.conversation = ? AND ${CLEARED}`,
      conversation,
    )
    .map(({ id }) => plain(id));
}

/** Whether any message expired on this device alone. */
export function anyExpired(store: Store): boolean {
  return store.get('SELECT 1 AS one FROM local_delete WHERE expired = 1 LIMIT 1') !== undefined;
}

/** When the message in this row was deleted so; null: it is none of them. */
export function locallyClearedMs(store: Store, rid: number): number | null {
  const row = store.get<{ deletedMs: number }>(
    `SELECT l.deleted_ms AS deletedMs FROM message m CROSS JOIN conversation c ON c.cid = m.cid CROSS JOIN local_clear l ON l.conversation = c.guid
     WHERE m.rid = ? AND ${CLEARED}`,
    rid,
  );
  return row?.deletedMs ?? null;
}

/** A whole conversation. */
export function setLocalClear(store: Store, clear: LocalClear): void {
  store.write(() => {
    store.run(
      `INSERT INTO local_clear (conversation, up_to_ms, up_to_guid, deleted_ms) VALUES (?, ?, ?, ?)
       ON CONFLICT (conversation) DO UPDATE SET up_to_ms = excluded.up_to_ms, up_to_guid = excluded.up_to_guid,
         deleted_ms = excluded.deleted_ms`,
      clear.conversation,
      clear.upToMs,
      clear.upToGuid,
      clear.deletedMs,
    );
    refreshClear(store, store.memory.conversation(clear.conversation));
  });
}

export function removeLocalClear(store: Store, conversation: Uint8Array): void {
  store.write(() => {
    store.run('DELETE FROM local_clear WHERE conversation = ?', conversation);
    // That delete is taken back, or answered: what has expired under it was deleted by nobody.
    store.run(
      'UPDATE local_delete SET expired = 1, name = NULL, conversation = NULL WHERE conversation = ?',
      conversation,
    );
    refreshClear(store, store.memory.conversation(conversation));
  });
}

export function getLocalClear(store: Store, conversation: Uint8Array): LocalClear | undefined {
  const row = store.get<{ up_to_ms: number; up_to_guid: Uint8Array; deleted_ms: number }>(
    'SELECT up_to_ms, up_to_guid, deleted_ms FROM local_clear WHERE conversation = ?',
    conversation,
  );
  return (
    row && {
      conversation,
      upToMs: row.up_to_ms,
      upToGuid: plain(row.up_to_guid),
      deletedMs: row.deleted_ms,
    }
  );
}

export function listLocalClears(store: Store): LocalClear[] {
  return store
    .all<{ conversation: Uint8Array; up_to_ms: number; up_to_guid: Uint8Array; deleted_ms: number }>(
      'SELECT conversation, up_to_ms, up_to_guid, deleted_ms FROM local_clear',
    )
    .map((row) => ({
      conversation: plain(row.conversation),
      upToMs: row.up_to_ms,
      upToGuid: plain(row.up_to_guid),
      deletedMs: row.deleted_ms,
    }));
}

/** Record ids of what was deleted on this device alone, by then at the latest: a slice of them. */
export function dueHere(store: Store, beforeMs: number, limit: number): Uint8Array[] {
  const rows = store.all<{ id: Uint8Array }>(
    `SELECT id FROM local_delete WHERE gone = 0 AND deleted_ms <= ?
     UNION ALL
     SELECT m.id FROM local_clear l JOIN conversation c ON c.guid = l.conversation JOIN message m ON m.cid = c.cid
     WHERE l.deleted_ms <= ? AND m.shown = 1 AND (m.accepted_ms, m.guid) <= (l.up_to_ms, l.up_to_guid)
     LIMIT ?`,
    beforeMs,
    beforeMs,
    limit,
  );
  return rows.map(({ id }) => plain(id));
}
