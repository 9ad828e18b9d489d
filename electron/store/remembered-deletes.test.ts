/** A delete for all devices outlives the content that goes from this device alone. */
import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { recordHash } from '../../shared/crypto/zone-digest.ts';
import { getRegister, type Payload, SCHEMA, setRegister } from '../../shared/model/payload.ts';
import { decodePayload, encodePayload } from '../../shared/model/payload-codec.ts';
import { clearedValue, deletedValue } from '../../shared/model/values.ts';
import { ConversationField, MessageField } from '../../shared/proto/gen/lockstep/record/v1/record_pb.js';
import { keepsakePath, takeKeepsake, writeKeepsake } from './damage/keepsake.ts';
import { recoverDatabase } from './damage/recover.ts';
import { beginRecovery } from './damage/set-aside.ts';
import { getDirty } from './dirty.ts';
import { addLocalDelete, removeLocalDelete } from './local-deletes.ts';
import { openStore, type Store } from './open.ts';
import { applyPulled } from './pulled.ts';
import { dueForGood, listRecentlyDeleted } from './recently-deleted.ts';
import { deleteForGood, getPayload, putMerged } from './records.ts';
import { rereadNewer } from './reread.ts';
import { searchMessages } from './search.ts';
import {
  bytes16,
  CONVERSATION_RECORD,
  KEY,
  type Kit,
  kit,
  message,
  putConversation,
} from './store.testkit.ts';

let k: Kit;
beforeEach(async () => {
  k = await kit();
  putConversation(k.store);
});
afterEach(() => k.close());

const DEVICE = bytes16(0xd1);
const AT = 1_700_000_000_000;
const id = bytes16(1);

/** Deleted for all devices with that stamp, or (0) recovered. */
const deleted = (stamp: bigint, deletedMs = AT): Payload => {
  const value = deletedMs === 0 ? new Uint8Array() : deletedValue(deletedMs, DEVICE);
  return setRegister(message(1), MessageField.DELETED, new Uint8Array(), stamp, DEVICE, value);
};
const pull = (store: Store, payload: Payload, recordId = id) => {
  const bytes = encodePayload(payload);
  const item = { id: recordId, rev: 1, epoch: 1, hint: 1, hash: recordHash(bytes), bytes };
  return applyPulled(store, 'messages', [item], AT);
};
const stampOf = (store: Store, recordId = id) =>
  getRegister(getPayload(store, 'messages', recordId) as Payload, MessageField.DELETED)?.stamp;
const shown = (store: Store): number =>
  store.get<{ n: number }>('SELECT count(*) AS n FROM message WHERE shown = 1')?.n ?? -1;
const remembered = (store: Store): number =>
  store.get<{ n: number }>('SELECT count(*) AS n FROM remembered_delete')?.n ?? -1;

/** As the cloud has it: not deleted. This device had deleted it for all; then its content went from here alone. */
function contentGone(payload: Payload): void {
  putMerged(k.store, 'messages', id, payload, { dirty: false });
  addLocalDelete(k.store, id, AT, true);
  removeLocalDelete(k.store, id);
  expect(getPayload(k.store, 'messages', id)).toBeUndefined();
}

test('DEL-6 a delete that only this device knows of holds when the message is pulled again, and goes up', () => {
  contentGone(deleted(5n));
  expect(pull(k.store, message(1))).toMatchObject({ stillDirty: 1 });
  expect([shown(k.store), stampOf(k.store), getDirty(k.store, 'messages', id)?.op]).toEqual([0, 5n, 'put']);
  expect(listRecentlyDeleted(k.store, 10)).toHaveLength(1);
  // From now on the record says it.
  expect(remembered(k.store)).toBe(0);
});

test('DEL-6 under the id of a new generation, and by mail, it is the same message', () => {
  contentGone(deleted(5n));
  pull(k.store, message(1), bytes16(77));
  expect([shown(k.store), stampOf(k.store, bytes16(77))]).toEqual([0, 5n]);
  putMerged(k.store, 'messages', bytes16(2), message(2), { dirty: false });
  expect(shown(k.store)).toBe(1);
  addLocalDelete(k.store, bytes16(77), AT, true);
  putMerged(k.store, 'messages', bytes16(78), message(1), { dirty: true });
  expect([shown(k.store), stampOf(k.store, bytes16(78))]).toEqual([1, 5n]);
});

test('DEL-6 DEL-2 the later of a delete and a Recover wins, whichever of them is remembered', () => {
  contentGone(deleted(5n));
  pull(k.store, deleted(6n, 0));
  expect([shown(k.store), stampOf(k.store)]).toEqual([1, 6n]);
  addLocalDelete(k.store, id, AT, true);
  removeLocalDelete(k.store, id);
  // The cloud has not heard of the Recover: the delete before it is what comes.
  pull(k.store, deleted(5n));
  expect([shown(k.store), stampOf(k.store), getDirty(k.store, 'messages', id)?.op]).toEqual([1, 6n, 'put']);
});

test('DEL-6 SYN-36 what was never deleted for all is not remembered, and comes back as it is', () => {
  contentGone(message(1));
  expect(remembered(k.store)).toBe(0);
  pull(k.store, message(1));
  expect([shown(k.store), getDirty(k.store, 'messages', id)]).toEqual([1, undefined]);
});

test('DEL-6 STO-12 a tombstone is for good, whatever is remembered', () => {
  contentGone(deleted(6n, 0));
  deleteForGood(k.store, 'messages', id, { push: false, byPerson: true, nowMs: AT });
  pull(k.store, message(1));
  expect([shown(k.store), getDirty(k.store, 'messages', id)?.op]).toEqual([0, 'delete']);
});

test('DEL-6 STO-7 nothing of what the message says is kept', () => {
  const secret = 'a word that nobody else has';
  const said = setRegister(
    message(1, { text: secret }),
    MessageField.DELETED,
    new Uint8Array(),
    5n,
    DEVICE,
    deletedValue(AT, DEVICE),
  );
  contentGone(said);
  const row = k.store.get<{ name: Uint8Array; payload: Uint8Array }>(
    'SELECT name, payload FROM remembered_delete',
  );
  expect(Buffer.from(row?.payload ?? []).includes(secret)).toBe(false);
  expect([row?.name.length, (row?.payload.length ?? 0) < 100]).toEqual([32, true]);
});

test('DEL-6 DMG-9 it is remembered also when the database is lost and the keepsake alone is left', () => {
  contentGone(deleted(5n));
  writeKeepsake(k.path, KEY, takeKeepsake(k.store, 7, null));
  expect(readFileSync(keepsakePath(k.path)).length).toBeGreaterThan(0);
  k.store.close();
  writeFileSync(k.path, new Uint8Array(0));
  const recovery = beginRecovery(k.path, 'test', 11);
  recoverDatabase({ dbPath: k.path, key: KEY, recovery, nowMs: 11, onProgress() {} });
  const store = openStore({ path: k.path, key: KEY });
  putConversation(store);
  pull(store, message(1));
  expect([shown(store), stampOf(store)]).toEqual([0, 5n]);
  store.close();
});

/** The same message, as an app of the next schema has written it. */
const ofNewerApp = (payload: Payload) => decodePayload(encodePayload({ ...payload, schema: SCHEMA + 1 }));
function pullNewer(payload: Payload, rev = 2): void {
  const bytes = encodePayload(ofNewerApp(payload));
  applyPulled(
    k.store,
    'messages',
    [{ id, rev, epoch: 1, hint: 1, hash: recordHash(bytes), bytes, payload: ofNewerApp(payload) }],
    AT,
  );
}
/** This app is updated. */
function updated(): Store {
  k.store.close();
  k.store = openStore({ path: k.path, key: KEY, schema: SCHEMA + 1 });
  rereadNewer(k.store);
  return k.store;
}

test('DEL-20 a delete that had not gone up holds when a newer app has written the message meanwhile, and goes up after the update', () => {
  putMerged(k.store, 'messages', id, deleted(5n), { dirty: true });
  pullNewer(message(1));
  expect([shown(k.store), remembered(k.store), getDirty(k.store, 'messages', id)]).toEqual([0, 1, undefined]);
  // An older device offers its version again, by mail and by the zone: what is remembered waits for the update.
  putMerged(k.store, 'messages', id, message(1), { dirty: true });
  pull(k.store, message(1));
  expect([shown(k.store), remembered(k.store)]).toEqual([0, 1]);
  updated();
  expect([shown(k.store), remembered(k.store), stampOf(k.store)]).toEqual([0, 0, 5n]);
  expect(getDirty(k.store, 'messages', id)?.op).toBe('put');
});

test('DEL-20 of a delete here and a Recover by a newer app the later one wins, whoever made it', () => {
  putMerged(k.store, 'messages', id, deleted(5n), { dirty: true });
  pullNewer(deleted(6n, 0));
  expect([shown(updated()), stampOf(k.store)]).toEqual([1, 6n]);
});

test('DEL-20 what is remembered of a message that is gone from here is merged when an update can read it', () => {
  contentGone(deleted(5n));
  pullNewer(message(1));
  expect([shown(k.store), remembered(k.store)]).toEqual([0, 1]);
  expect([shown(updated()), stampOf(k.store), remembered(k.store)]).toEqual([0, 5n, 0]);
});

test('DEL-21 the thirty days let go of nothing that a newer app has written since', () => {
  const later = AT + 31 * 24 * 3_600_000;
  putMerged(k.store, 'messages', id, deleted(5n), { dirty: false });
  putMerged(
    k.store,
    'messages',
    bytes16(2),
    { ...deleted(5n), ...message(2), registers: deleted(5n).registers },
    { dirty: false },
  );
  expect(dueForGood(k.store, later, 10)).toEqual([id, bytes16(2)]);
  // Perhaps it has been recovered; who can read it knows.
  pullNewer(deleted(6n, 0));
  expect(dueForGood(k.store, later, 10)).toEqual([bytes16(2)]);
  updated();
  expect([shown(k.store), dueForGood(k.store, later, 10)]).toEqual([1, [bytes16(2)]]);
});

test('DEL-30 what a newer app has written is deleted on this device all the same, comes back, and is gone for good', () => {
  putMerged(k.store, 'messages', id, message(1, { text: 'Words' }), { dirty: false });
  pullNewer(message(1, { text: 'Words' }));
  const seen = () => [
    shown(k.store),
    listRecentlyDeleted(k.store, 10).length,
    k.store.all('SELECT rid FROM message').length,
    searchMessages(k.store, 'Words', 10).hits.length,
  ];
  const before = seen();
  expect(before).toEqual([1, 0, 1, 1]);
  addLocalDelete(k.store, id, AT + 1);
  expect(seen()).toEqual([0, 1, 1, 0]);
  removeLocalDelete(k.store, id);
  expect(seen()).toEqual(before);
  addLocalDelete(k.store, id, AT + 2);
  addLocalDelete(k.store, id, AT + 3, true);
  expect(seen()).toEqual([0, 0, 0, 0]);
});

test('DEL-21 nor of a conversation whose record a newer app has written since', () => {
  const later = AT + 31 * 24 * 3_600_000;
  putMerged(k.store, 'messages', id, message(1), { dirty: false });
  const before = getPayload(k.store, 'messages', CONVERSATION_RECORD) as Payload;
  const value = clearedValue({ acceptedMs: AT, guid: bytes16(9) }, AT, DEVICE);
  const field = ConversationField.CLEARED_UP_TO;
  const cleared = setRegister(before, field, new Uint8Array(), 5n, DEVICE, value);
  putMerged(k.store, 'messages', CONVERSATION_RECORD, cleared, { dirty: false });
  expect(dueForGood(k.store, later, 10)).toEqual([id]);
  putMerged(k.store, 'messages', CONVERSATION_RECORD, ofNewerApp(cleared), { dirty: false });
  expect(dueForGood(k.store, later, 10)).toEqual([]);
  updated();
  expect(dueForGood(k.store, later, 10)).toEqual([id]);
});
