/** Conversation and reading records -> `conversation` and `conversation_member`. */
import { readConversation } from '../../shared/model/conversation.ts';
import type { Payload } from '../../shared/model/payload.ts';
import { readReading } from '../../shared/model/reading.ts';
import type { ConversationState } from './conversation-state.ts';
import { forgetMachineDeletes } from './dirty.ts';
import type { Store } from './open.ts';
import { comparePlaces, hex, NOWHERE } from './values.ts';

/** Throws PayloadError for what is no conversation. */
export function projectConversation(store: Store, id: Uint8Array, payload: Payload): void {
  const read = readConversation(payload);
  if (read === null) return;
  const state = store.memory.conversation(read.guid);
  const isNew = state.kind === 0;
  state.kind = read.kind === 'direct' ? 1 : 2;
  if (state.createdMs === 0) state.createdMs = firstWriteMs(payload);
  const clear = read.clearedUpTo;
  const register = {
    ms: clear?.upTo.acceptedMs ?? null,
    guid: clear?.upTo.guid ?? null,
    at_ms: clear?.deletedMs ?? null,
  };
  store.run(
    `UPDATE conversation SET record_id = ?, kind = ?, name = ?, pinned = ?, muted_until_ms = ?, created_ms = ?,
       register_clear_ms = ?, register_clear_guid = ?, register_clear_at_ms = ?, clear_device = ? WHERE cid = ?`,
    id,
    state.kind,
    read.name,
    read.pinned ? 1 : 0,
    read.mutedUntil,
    state.createdMs,
    register.ms,
    register.guid,
    register.at_ms,
    clear?.device ?? null,
    state.cid,
  );
  if (!isNew) store.run('UPDATE conversation_member SET member = 0 WHERE cid = ?', state.cid);
  const upsert = store.sql(
    `INSERT INTO conversation_member (cid, account, handle, name, identity_key, member) VALUES (?, ?, ?, ?, ?, 1)
     ON CONFLICT (cid, account) DO UPDATE SET handle = excluded.handle, name = excluded.name,
       identity_key = excluded.identity_key, member = 1`,
  );
  for (const account of read.members) {
    const info = read.memberInfo.get(hex(account));
    const identity = info !== undefined && info.identityKey.length > 0 ? info.identityKey : null;
    upsert.run(state.cid, account, info?.handle ?? '', info?.name ?? '', identity);
  }
  if (read.expired) state.setExpired(store);
  settleClear(store, state, register);
}

/** A conversation does not say when it was made; its first register does. (A group's first name is as old as can be, and says nothing.) */
function firstWriteMs(payload: Payload): number {
  let first = 0;
  for (const { stamp } of payload.registers) {
    const ms = Number(stamp >> 16n);
    if (ms > 0 && (first === 0 || ms < first)) first = ms;
  }
  return first;
}

/** The clear mark in force: the later of the register's and, with the switch off, this device's own. */
export function refreshClear(store: Store, state: ConversationState): void {
  const register = store.get<Clear>(
    'SELECT register_clear_ms AS ms, register_clear_guid AS guid, register_clear_at_ms AS at_ms FROM conversation WHERE cid = ?',
    state.cid,
  );
  settleClear(store, state, register);
}

type Clear = { ms: number | null; guid: Uint8Array | null; at_ms: number | null };

function settleClear(store: Store, state: ConversationState, register: Clear | undefined): void {
  const local = store.get<{ ms: number; guid: Uint8Array; at_ms: number }>(
    'SELECT up_to_ms AS ms, up_to_guid AS guid, deleted_ms AS at_ms FROM local_clear WHERE conversation = ?',
    state.guid,
  );
  let ms = register?.ms ?? NOWHERE.ms;
  let guid = register?.guid ?? NOWHERE.guid;
  let atMs = register?.at_ms ?? null;
  if (local !== undefined && comparePlaces(local.ms, local.guid, ms, guid) > 0) {
    ms = local.ms;
    guid = local.guid;
    atMs = local.at_ms;
  }
  const moved = atMs !== state.clearAtMs || comparePlaces(ms, guid, state.clearMs, state.clearGuid) !== 0;
  if (state.clearAtMs !== null && moved) {
    // Recovered, or deleted once more: what is about to go by the mark of before is looked at anew by this one.
    forgetMachineDeletes(store);
  }
  state.setClear(store, ms, guid, atMs);
}

/** Throws PayloadError for what is no reading state. */
export function projectReading(store: Store, id: Uint8Array, payload: Payload): void {
  const reading = readReading(payload);
  if (reading === null) return;
  const state = store.memory.conversation(reading.conversation);
  const upsert = store.sql(
    `INSERT INTO conversation_member (cid, account, delivered_ms, delivered_guid, read_ms, read_guid)
     VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (cid, account) DO UPDATE SET delivered_ms = excluded.delivered_ms,
       delivered_guid = excluded.delivered_guid, read_ms = excluded.read_ms, read_guid = excluded.read_guid`,
  );
  for (const peer of reading.peers.values()) {
    upsert.run(
      state.cid,
      peer.account,
      peer.deliveredUpTo?.acceptedMs ?? NOWHERE.ms,
      peer.deliveredUpTo?.guid ?? NOWHERE.guid,
      peer.readUpTo?.acceptedMs ?? NOWHERE.ms,
      peer.readUpTo?.guid ?? NOWHERE.guid,
    );
  }
  state.draft = reading.draft;
  store.run(
    'UPDATE conversation SET reading_id = ?, marked_unread = ?, draft = ? WHERE cid = ?',
    id,
    reading.markedUnread ? 1 : 0,
    reading.draft,
    state.cid,
  );
  state.setRead(store, reading.readUpTo?.acceptedMs ?? NOWHERE.ms, reading.readUpTo?.guid ?? NOWHERE.guid);
  store.memory.touch(state);
  // Delivered and read show on the messages.
  if (reading.peers.size > 0) store.changes.message(state.hex, 'all');
}
