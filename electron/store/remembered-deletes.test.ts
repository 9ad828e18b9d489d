/** A delete for all devices outlives the content that goes from this device alone. */
import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { recordHash } from '../../shared/crypto/zone-digest.ts';
import { getRegister, type Payload, setRegister } from '../../shared/model/payload.ts';
import { encodePayload } from '../../shared/model/payload-codec.ts';
import { deletedValue } from '../../shared/model/values.ts';
import { MessageField } from '../../shared/proto/gen/lockstep/record/v1/record_pb.js';
import { keepsakePath, takeKeepsake, writeKeepsake } from './damage/keepsake.ts';
import { recoverDatabase } from './damage/recover.ts';
import { beginRecovery } from './damage/set-aside.ts';
import { getDirty } from './dirty.ts';
import { addLocalDelete, removeLocalDelete } from './local-deletes.ts';
import { openStore, type Store } from './open.ts';
import { applyPulled } from './pulled.ts';
import { listRecentlyDeleted } from './recently-deleted.ts';
import { deleteForGood, getPayload, putMerged } from './records.ts';
import { bytes16, KEY, type Kit, kit, message, putConversation } from './store.testkit.ts';

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
