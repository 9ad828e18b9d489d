/**
 * The plan of every query that the store prepares while all of its functions are used: no table is looked through and nothing is
 * sorted in a temporary B-tree, but for what is listed here with its reason.
 */
import { expect, test } from 'vitest';
import { setRegister } from '../../shared/model/payload.ts';
import { deletedValue } from '../../shared/model/values.ts';
import { MessageField } from '../../shared/proto/gen/lockstep/record/v1/record_pb.js';
import { heldTombstones, messagesToUpload, unreadable } from './bases.ts';
import { blobCounts, nextToGet, nextToSend, notHere, recountUploads, restartUploads } from './blobs.ts';
import {
  anythingHere,
  contentOf,
  goesWithConversation,
  heldMessages,
  localConversations,
  localSlice,
  newMessages,
} from './compare.ts';
import { getConversation, listConversations, unreadConversations } from './conversations.ts';
import { moved } from './covered.ts';
import { listDevices } from './devices.ts';
import {
  clean,
  dirtyBatch,
  dirtyCount,
  dirtyWithoutRoom,
  forgetMachineDeletes,
  getDirty,
  nextDirtyMs,
} from './dirty.ts';
import { countBefore, messagesBefore } from './keep-messages.ts';
import {
  addLocalDelete,
  expiredInCloud,
  forgetExpired,
  getLocalClear,
  isLocallyDeleted,
  listLocalDeletes,
  locallyCleared,
  locallyClearedMs,
  removeLocalDelete,
  undecidedDeletes,
} from './local-deletes.ts';
import { countPending, isPending, listPending, listSettled, nextPending } from './mail.ts';
import { messagePage, newestPlace } from './message-pages.ts';
import { getMessage, messageCount } from './messages.ts';
import { addNotice, listNotices } from './notices.ts';
import { acceptMessage, enqueue, listAsked, nextOutbox, updateOutbox, waitingCount } from './outbox.ts';
import { hiddenOnTheirWay, hideOutbox, settleAllHidden, showOutbox } from './outbox-hidden.ts';
import { findPinByHandle, getPin, listChanged } from './pins.ts';
import {
  clearedMessages,
  deletedHow,
  deletedIds,
  dueForGood,
  goneWithConversation,
  listRecentlyDeleted,
  recentlyDeletedSummary,
} from './recently-deleted.ts';
import { baseInventory, deleteForGood, getRecord, isGone, knownBases } from './records.ts';
import { rememberDelete, takeRememberedDelete } from './remembered-deletes.ts';
import { messageName, messageNames } from './rename.ts';
import { searchConversations, searchMessages } from './search.ts';
import { newestKnownMs, seenUpToMs } from './seen.ts';
import { shownBehind, shownIds } from './shown.ts';
import { BOB, bytes16, kit, ME, message, putConversation, putMessage, WITH_BOB } from './store.testkit.ts';
import { getZoneState, offerSlice, setZoneState } from './zone-state.ts';

/** Whole-table reads that are meant: the table is small, or all of it is the answer. */
const MEANT = [
  'FROM device', // as many rows as the account has devices
  'FROM local_delete LIMIT', // is there any at all
  'FROM remembered_delete LIMIT', // is there any at all
  'FROM pending_envelope WHERE send_id', // what waits to be opened; asked for once in a month
  'DISTINCT conversation FROM outbox', // what waits to be sent
  "SELECT guid, state FROM outbox WHERE kind = 'redelivery'", // what waits to be sent again
  'FROM notice', // those not put away, by their index
  'FROM pin p WHERE p.changed', // as many rows as people one has written with
  'count(*) AS n FROM message', // all of them are the answer; counted in the narrowest index
  'FROM local_delete l', // all of them are looked up
  'FROM local_delete WHERE expired', // all of a kind are the answer
  'FROM conversation c LEFT JOIN record', // all of them are the answer
  'FROM local_clear l', // as many rows as conversations were deleted here
  "SELECT guid FROM outbox WHERE kind = 'redelivery'", // what waits to be sent again
  'FROM message ORDER BY rid DESC LIMIT 1', // the end of the table itself
  'FROM message INDEXED BY message_deleted_in\n     WHERE deleted_ms IS NOT NULL GROUP BY', // all of them are the answer
  'min(accepted_ms) AS ms FROM pending_envelope', // what waits to be opened
  'FROM blob b LEFT JOIN attachment_draft', // what is to go up, by its index
  'UPDATE outbox SET uploads', // the same
  'FROM blob WHERE here = 0 AND failure IS NULL GROUP BY', // what is to come, by its index
  'AS bytes FROM blob\n     WHERE here = 0 AND failure IS NULL', // the same
  'FROM blob_loose', // what is about to be swept
  'FROM search_block', // one for thousands of messages
];

const deletedForAll = () =>
  setRegister(message(5), MessageField.DELETED, new Uint8Array(), 1n, BOB, deletedValue(1, BOB));

test('STO-9 every query of a conversation, a push, a pull or a search goes by an index', async () => {
  const k = await kit();
  const { store } = k;
  putConversation(store);
  for (let i = 1; i <= 5; i++) putMessage(store, i);
  const conversation = WITH_BOB();
  const id = bytes16(3);
  for (const direction of ['older', 'newer', 'around'] as const) {
    messagePage(store, { conversation, anchor: null, direction, limit: 3 });
    messagePage(store, { conversation, anchor: { ms: 1, id }, direction, limit: 3 });
  }
  enqueue(store, {
    sendId: bytes16(9),
    kind: 'message',
    conversation,
    guid: bytes16(9),
    body: id,
    createdMs: 1,
  });
  listConversations(store);
  getConversation(store, conversation);
  unreadConversations(store);
  getMessage(store, id);
  newestPlace(store, conversation);
  nextOutbox(store);
  shownBehind(store, conversation, null);
  shownIds(store, conversation, 10);
  newestKnownMs(store);
  seenUpToMs(store, conversation);
  hideOutbox(store, bytes16(9), 1, false);
  hiddenOnTheirWay(store);
  showOutbox(store, bytes16(9));
  settleAllHidden(store);
  updateOutbox(store, bytes16(9), { state: 'sending' });
  listAsked(store);
  waitingCount(store);
  isPending(store, id);
  acceptMessage(store, bytes16(9), bytes16(9), message(9, { sender: ME }), true);
  searchMessages(store, 'message', 3);
  rememberDelete(store, deletedForAll());
  takeRememberedDelete(store, deletedForAll());
  addLocalDelete(store, id, 5);
  removeLocalDelete(store, id);
  listRecentlyDeleted(store, 10);
  for (const page of deletedIds(store, null, 10)) expect(page.length).toBeGreaterThan(0);
  getLocalClear(store, conversation);
  recentlyDeletedSummary(store);
  dueForGood(store, 10, 10);
  clearedMessages(store, conversation, 10);
  deletedHow(store, id);
  goneWithConversation(store, id);
  expiredInCloud(store);
  isLocallyDeleted(store, id);
  forgetExpired(store);
  listLocalDeletes(store);
  messagesBefore(store, 10, 10, true);
  messagesBefore(store, 10, 10, false);
  countBefore(store, 10);
  dirtyBatch(store, 'messages', 10, 0);
  dirtyWithoutRoom(store, 'messages', 10, 0);
  getDirty(store, 'messages', id);
  clean(store, 'messages', id, 1);
  forgetMachineDeletes(store);
  getRecord(store, 'messages', id);
  isGone(store, 'messages', id);
  baseInventory(store, 'messages', new Uint8Array(0), 10);
  heldTombstones(store, 'messages', new Uint8Array(32), 10);
  unreadable(store, 'messages', 10);
  anythingHere(store);
  localSlice(store, 0, 10);
  contentOf(store, 1);
  newMessages(store);
  localConversations(store);
  goesWithConversation(store, 1, new Map());
  heldMessages(store, new Uint8Array(32));
  messagesToUpload(store);
  deleteForGood(store, 'messages', bytes16(4), { push: true, byPerson: true, nowMs: 1 });
  offerSlice(store, 'messages', 'all', 0, 10);
  messageNames(store, 0, 10);
  messageName(store, 1);
  setZoneState(store, 'messages', { head: 1 });
  getZoneState(store, 'messages');
  addNotice(store, 'a', 'deviceAdded', 1);
  listNotices(store);
  listPending(store, 'identityChanged');
  listSettled(store, 'identityChanged');
  nextPending(store, 1);
  countPending(store, 1);
  getPin(store, BOB);
  findPinByHandle(store, 'b');
  listChanged(store);
  listDevices(store);
  messageCount(store);
  dirtyCount(store, 'messages');
  nextDirtyMs(store, 'messages', 1);
  undecidedDeletes(store, new Uint8Array(32));
  locallyCleared(store);
  locallyClearedMs(store, 1);
  moved(store, { rid: 1 }, { conflict: true, gone: false }, () => {});
  searchConversations(store, 'b', 3);
  knownBases(store, 'messages', [id]);
  nextToSend(store, 1);
  nextToGet(store, 'all', 1);
  blobCounts(store, 1);
  notHere(store);
  recountUploads(store, new Uint8Array(32));
  restartUploads(store, bytes16(9));

  const wrong: string[] = [];
  let looked = 0;
  for (const sql of store.prepared) {
    looked += 1;
    if (MEANT.some((part) => sql.includes(part))) continue;
    const nulls = Array.from(sql.matchAll(/\?/g), () => null);
    const plan = store.db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...nulls) as { detail: string }[];
    for (const { detail } of plan) {
      const scans =
        detail.startsWith('SCAN') &&
        !detail.includes('VIRTUAL TABLE INDEX') &&
        !/USING (COVERING )?INDEX (conversation_|outbox_ready|outbox_deleted)/.test(detail);
      if (scans || detail.includes('TEMP B-TREE')) wrong.push(`${detail}: ${sql}`);
    }
    expect(sql).not.toMatch(/SELECT \*/);
  }
  expect(looked).toBeGreaterThan(40);
  // From the few conversations that were deleted here to their messages, never through all messages.
  const cleared = [...store.prepared].find((sql) => sql.includes('FROM local_clear l')) ?? '';
  const steps = (store.db.prepare(`EXPLAIN QUERY PLAN ${cleared}`).all() as { detail: string }[]).map(
    ({ detail }) => detail.replace(/ \(.*/, ''),
  );
  expect(steps).toEqual([
    'SCAN l',
    'SEARCH c USING INDEX sqlite_autoindex_conversation_1',
    'SEARCH m USING COVERING INDEX message_shown',
  ]);
  // From a file that is to go up to what is to be sent with it, not through the outbox.
  const toSend = [...store.prepared].filter((sql) => sql.includes('FROM blob b LEFT JOIN'));
  const looks = toSend.flatMap(
    (sql) =>
      store.db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...Array.from(sql.matchAll(/\?/g), () => null)) as {
        detail: string;
      }[],
  );
  expect([toSend.length, looks.map(({ detail }) => detail).filter((one) => /^SCAN [^b(]/.test(one))]).toEqual(
    [2, []],
  );
  expect(wrong).toEqual([]);
  k.close();
});
