/** A delete that the cloud has not heard of, of which the record is on a lost page. */
import { readFileSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stampFromMs } from '../../../shared/clock/hlc.ts';
import { getRegister, type Payload, setRegister } from '../../../shared/model/payload.ts';
import { clearedValue, deletedValue } from '../../../shared/model/values.ts';
import { ConversationField, MessageField } from '../../../shared/proto/gen/lockstep/record/v1/record_pb.js';
import { messagePage } from '../message-pages.ts';
import { openStore, type Store } from '../open.ts';
import { getPayload, putMerged } from '../records.ts';
import {
  bytes16,
  CONVERSATION_RECORD,
  KEY,
  kit,
  message,
  putConversation,
  putMessage,
  WITH_BOB,
} from '../store.testkit.ts';
import { setZoneState } from '../zone-state.ts';
import { leavesOf, put, recovered, type Worth, withoutPages } from './damage.testkit.ts';
import { keepsakePath, takeKeepsake, writeKeepsake } from './keepsake.ts';
import { deleteAgain } from './rebuild.ts';

const NONE = new Uint8Array(0);
const DEVICE = bytes16(0xd0);
const ONE = bytes16(85);
const ms = (n: number): number => 1_700_000_000_000 + n * 1000;

let it: Worth;
/** What the cloud has: the conversation deleted up to 20; message 85 deleted and recovered. */
let cloud: { conversation: Payload; message: Payload };
/** A delete as its device writes it: a stamp of the time, or one above what it replaces. */
function write(store: Store, id: Uint8Array, field: number, stamp: bigint, value: Uint8Array): Payload {
  const now = getPayload(store, 'messages', id)!;
  putMerged(store, 'messages', id, setRegister(now, field, NONE, stamp, DEVICE, value), { dirty: true });
  return getPayload(store, 'messages', id)!;
}
const clear = (store: Store, to: number, atMs: number): Payload =>
  write(
    store,
    CONVERSATION_RECORD,
    ConversationField.CLEARED_UP_TO,
    stampFromMs(atMs) + 3n,
    clearedValue({ acceptedMs: ms(to), guid: bytes16(to) }, atMs, DEVICE),
  );
const mark = (store: Store, atMs: number, deleted: boolean): Payload =>
  write(
    store,
    ONE,
    MessageField.DELETED,
    stampFromMs(atMs) + 3n,
    deleted ? deletedValue(atMs, DEVICE) : NONE,
  );

beforeAll(async () => {
  const { store, path, folder } = await kit();
  store.write(() => {
    putConversation(store);
    for (let n = 1; n <= 90; n += 1)
      putMessage(store, n, { text: `message ${n} ${'x'.repeat(150)}`, acceptedMs: ms(n) });
    mark(store, ms(100), true);
    cloud = { conversation: clear(store, 20, ms(100)), message: mark(store, ms(101), false) };
    store.run('DELETE FROM dirty');
    store.run('UPDATE record SET rev = 1 WHERE id = ?', ONE);
    // Without a connection: deleted once more, and further.
    clear(store, 60, ms(200));
    mark(store, ms(200), true);
    for (const zone of ['account', 'messages'] as const) setZoneState(store, zone, { generation: 1 });
    setZoneState(store, 'messages', { switch: 'on' });
  });
  writeKeepsake(path, KEY, takeKeepsake(store, 7, null));
  store.close();
  const files = { bytes: readFileSync(path), keepsake: readFileSync(keepsakePath(path)) };
  it = { folder, path, ...files, shown: [], deleted: [], gone: [] };
}, 30_000);
afterAll(() => rmSync(it.folder, { recursive: true, force: true }));

const shown = (store: Store): number =>
  messagePage(store, { conversation: WITH_BOB(), anchor: null, direction: 'older', limit: 500 }).messages
    .length;

/** Each page of records lost, one after the other: what is shown when the cloud's version has come. */
function afterEach(more: (store: Store) => void): { shown: number[]; uncertain: number } {
  const counts: number[] = [];
  let uncertain = 0;
  for (const page of leavesOf(it, 'record')) {
    put(it, withoutPages(it, [page]));
    if (recovered(it).told.story.salvaged?.deletesUncertain) uncertain += 1;
    const store = openStore({ path: it.path, key: KEY });
    putMerged(store, 'messages', CONVERSATION_RECORD, cloud.conversation, { dirty: false });
    putMerged(store, 'messages', ONE, cloud.message, { dirty: false });
    more(store);
    counts.push(shown(store));
    store.close();
  }
  return { shown: [...new Set(counts)], uncertain };
}

test('DMG-15 DEL-2 what the cloud has from before does not undo a delete that it has not heard of; that some may be missing is said', {
  timeout: 120_000,
}, () => {
  const result = afterEach(() => {});
  expect(result.shown).toEqual([29]);
  // The two pages where the conversation's record and the message's had been. The others hold nothing that waits.
  expect(result.uncertain).toBe(2);
});

test('DMG-15 DEL-2 a Recover made after that delete by another device wins, also one by a clock that is behind', {
  timeout: 120_000,
}, () => {
  const later = setRegister(
    cloud.message,
    MessageField.DELETED,
    NONE,
    // One above the delete, as a device writes that has seen it.
    stampFromMs(ms(200)) + 4n,
    bytes16(0xd9),
    NONE,
  );
  expect(afterEach((store) => putMerged(store, 'messages', ONE, later, { dirty: false })).shown).toEqual([
    30,
  ]);
});

test('DMG-15 the delete is made again with its time and its device', () => {
  const row = { deleted_ms: ms(200), deleted_device: DEVICE };
  const register = { field: MessageField.DELETED, key: NONE, stamp: stampFromMs(ms(200)), device: DEVICE };
  expect(deleteAgain(row)).toEqual({ ...register, value: deletedValue(ms(200), DEVICE) });
  // Of this device alone: that stands elsewhere.
  expect(deleteAgain({ deleted_ms: ms(200), deleted_device: null })).toBeNull();
});

test('DMG-15 DEL-6 a message that cannot be made again is deleted also when it comes from the cloud', {
  timeout: 120_000,
}, async () => {
  const { store, path, folder } = await kit();
  store.write(() => {
    putConversation(store);
    putMessage(store, 85, { text: 'x'.repeat(150), acceptedMs: ms(85) });
    // Of an unsent message nothing is left in what the window reads.
    store.run('UPDATE message SET unsent_ms = 1, deleted_ms = ?, deleted_device = ?', ms(200), DEVICE);
    store.run('DELETE FROM record WHERE rid = (SELECT rid FROM message)');
    for (let n = 1; n <= 30; n += 1)
      putMessage(store, n, { text: `message ${n} ${'x'.repeat(150)}`, acceptedMs: ms(n) });
  });
  writeKeepsake(path, KEY, takeKeepsake(store, 7, null));
  store.close();
  const files = { bytes: readFileSync(path), keepsake: readFileSync(keepsakePath(path)) };
  const one: Worth = { folder, path, ...files, shown: [], deleted: [], gone: [] };
  put(one, withoutPages(one, [leavesOf(one, 'record').at(-1)!]));
  recovered(one);
  const again = openStore({ path, key: KEY });
  expect(getPayload(again, 'messages', ONE)).toBeUndefined();
  putMerged(again, 'messages', ONE, message(85, { acceptedMs: ms(85) }), { dirty: false });
  const register = getRegister(getPayload(again, 'messages', ONE)!, MessageField.DELETED);
  expect(register?.stamp).toBe(stampFromMs(ms(200)));
  again.close();
  rmSync(folder, { recursive: true, force: true });
});
