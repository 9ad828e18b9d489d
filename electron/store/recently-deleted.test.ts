import { afterEach, beforeEach, expect, test } from 'vitest';
import { newConversation } from '../../shared/model/conversation.ts';
import { encodeMessageBody, newMessage } from '../../shared/model/message.ts';
import { setRegister } from '../../shared/model/payload.ts';
import { clearedValue, deletedValue } from '../../shared/model/values.ts';
import { ConversationField, MessageField } from '../../shared/proto/gen/lockstep/record/v1/record_pb.js';
import { dirtyBatch, markDirty } from './dirty.ts';
import {
  deletedConversations,
  deletedHow,
  deletedIds,
  listRecentlyDeleted,
  recentlyDeletedSummary,
} from './recently-deleted.ts';
import { putMerged } from './records.ts';
import { bytes16, type Kit, kit, ME } from './store.testkit.ts';

let k: Kit;
beforeEach(async () => {
  k = await kit();
});
afterEach(() => k.close());

const NONE = new Uint8Array();
const DEVICE = bytes16(0xd0);

/** A group's conversation with messages 1 to `count`, those in `single` deleted by themselves at that time, cleared up to one of them. */
function conversation(
  n: number,
  count: number,
  single: Record<number, number>,
  cleared: { upTo: number; atMs: number } | null,
): void {
  const guid = bytes16(n);
  let payload = newConversation({ guid, kind: 'group', members: [ME] });
  if (cleared !== null) {
    const upTo = { acceptedMs: n * 1000 + cleared.upTo, guid: bytes16(n * 1000 + cleared.upTo) };
    const value = clearedValue(upTo, cleared.atMs, DEVICE);
    payload = setRegister(payload, ConversationField.CLEARED_UP_TO, NONE, 5n, DEVICE, value);
  }
  k.store.write(() => {
    putMerged(k.store, 'messages', bytes16(0xc000 + n), payload, { dirty: false });
    for (let i = 1; i <= count; i += 1) {
      const at = n * 1000 + i;
      const body = encodeMessageBody({
        guid: bytes16(at),
        conversation: guid,
        sender: ME,
        sentMs: at,
        service: 'lockstep',
        text: `${n}-${i}`,
        replyTo: null,
      });
      let message = newMessage(body, at);
      const deletedMs = single[i];
      if (deletedMs !== undefined)
        message = setRegister(
          message,
          MessageField.DELETED,
          NONE,
          5n,
          DEVICE,
          deletedValue(deletedMs, DEVICE),
        );
      putMerged(k.store, 'messages', bytes16(at), message, { dirty: false });
    }
  });
}

const texts = (limit: number, offset = 0): string[] =>
  listRecentlyDeleted(k.store, limit, offset).map(({ message }) => message.text);

test('API-26 Recently Deleted goes by conversation, the latest delete first, what went at once with its newest message first', () => {
  conversation(1, 3, { 2: 50 }, null);
  conversation(2, 6, { 1: 10, 5: 90, 6: 40 }, { upTo: 4, atMs: 60 });
  conversation(3, 2, {}, { upTo: 2, atMs: 70 });
  conversation(4, 2, {}, null);
  const all = ['2-5', '2-4', '2-3', '2-2', '2-6', '2-1', '3-2', '3-1', '1-2'];
  expect(texts(100)).toEqual(all);
  expect(deletedConversations(k.store).map((one) => [one.conversation, one.messages])).toEqual([
    [bytes16(2), 6],
    [bytes16(3), 2],
    [bytes16(1), 1],
  ]);
  expect(recentlyDeletedSummary(k.store).messages).toBe(9);
  // Any page of it is that part of the whole.
  for (let limit = 1; limit <= 10; limit += 1) {
    for (let offset = 0; offset <= 10; offset += 1) {
      expect(texts(limit, offset)).toEqual(all.slice(offset, offset + limit));
    }
  }
  const listed = listRecentlyDeleted(k.store, 100);
  expect(listed.map(({ withConversation }) => withConversation)).toEqual([
    false,
    true,
    true,
    true,
    false,
    false,
    true,
    true,
    false,
  ]);
  expect(listed.map(({ message }) => deletedHow(k.store, message.id))).not.toContain(null);
});

test('API-26 all ids are given, in pages, of one conversation or of all', () => {
  conversation(1, 25, Object.fromEntries(Array.from({ length: 9 }, (_, i) => [i + 16, 50 - (i % 3)])), {
    upTo: 12,
    atMs: 20,
  });
  conversation(2, 3, { 3: 1 }, null);
  const ids = (of: Uint8Array | null, page: number): string[] =>
    [...deletedIds(k.store, of, page)].flatMap((some) => {
      expect(some.length).toBeLessThanOrEqual(page);
      return some.map((id) => Buffer.from(id).toString('hex'));
    });
  const listed = listRecentlyDeleted(k.store, 100).map(({ message }) =>
    Buffer.from(message.id).toString('hex'),
  );
  expect(listed).toHaveLength(22);
  for (const page of [1, 4, 100]) expect(ids(null, page).sort()).toEqual([...listed].sort());
  expect(ids(bytes16(2), 3)).toEqual([Buffer.from(bytes16(2003)).toString('hex')]);
  expect(ids(bytes16(3), 3)).toEqual([]);
});

test('DEL-2 what was about to go for good by a clear mark waits no more when that mark has changed, whoever changed it', () => {
  conversation(1, 2, {}, { upTo: 2, atMs: 50 });
  const ids = [bytes16(1001), bytes16(1002)];
  const waiting = () => dirtyBatch(k.store, 'messages', 10, 0).map(({ id }) => id);
  const due = () => {
    for (const id of ids) markDirty(k.store, 'messages', id, 'delete', 0, 1);
  };
  const guid = bytes16(1);
  const marked = (stamp: bigint, value: Uint8Array) => {
    const payload = newConversation({ guid, kind: 'group', members: [ME] });
    const changed = setRegister(payload, ConversationField.CLEARED_UP_TO, NONE, stamp, DEVICE, value);
    putMerged(k.store, 'messages', bytes16(0xc001), changed, { dirty: false });
  };
  const upTo = { acceptedMs: 1002, guid: bytes16(1002) };
  due();
  // Something else of the conversation, or of another one, has changed.
  const pinned = newConversation({ guid, kind: 'group', members: [ME] });
  putMerged(
    k.store,
    'messages',
    bytes16(0xc001),
    setRegister(pinned, ConversationField.PINNED, NONE, 6n, DEVICE, Uint8Array.of(1)),
    { dirty: false },
  );
  conversation(2, 1, {}, { upTo: 1, atMs: 60 });
  expect(waiting()).toEqual(ids);
  // Recovered.
  marked(7n, NONE);
  expect(waiting()).toEqual([]);
  // Deleted, and deleted once more: its thirty days begin anew.
  marked(8n, clearedValue(upTo, 70, DEVICE));
  due();
  marked(9n, clearedValue(upTo, 80, DEVICE));
  expect(waiting()).toEqual([]);
  // What a person has deleted for good goes all the same.
  markDirty(k.store, 'messages', bytes16(1001), 'delete');
  marked(10n, NONE);
  expect(waiting()).toEqual([bytes16(1001)]);
});
