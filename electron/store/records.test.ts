import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { recordHash } from '../../shared/crypto/zone-digest.ts';
import { setRegister } from '../../shared/model/payload.ts';
import { encodePayload } from '../../shared/model/payload-codec.ts';
import { newReading } from '../../shared/model/reading.ts';
import { clearedValue, deletedValue } from '../../shared/model/values.ts';
import { raiseWatermark } from '../../shared/model/watermarks.ts';
import {
  ConversationField,
  MessageField,
  ReadingField,
} from '../../shared/proto/gen/lockstep/record/v1/record_pb.js';
import { getConversation, listConversations } from './conversations.ts';
import { clean, dirtyBatch, dirtyCount } from './dirty.ts';
import { messagePage } from './message-pages.ts';
import { getMessage } from './messages.ts';
import { openStore } from './open.ts';
import { acceptMessage, enqueue, getOutbox, nextOutbox, updateOutbox } from './outbox.ts';
import { applyPulled } from './pulled.ts';
import { KEPT_MS, listRecentlyDeleted, recentlyDeletedSummary } from './recently-deleted.ts';
import {
  deleteForGood,
  getPayload,
  getRecord,
  isGone,
  putMerged,
  setBase,
  tombstoneBase,
} from './records.ts';
import {
  bytes16,
  CONVERSATION_RECORD,
  KEY,
  type Kit,
  kit,
  ME,
  message,
  putConversation,
  putMessage,
  READING_RECORD,
  WITH_BOB,
} from './store.testkit.ts';
import { recountDigest, zoneDigest } from './zone-state.ts';

const NONE = new Uint8Array(0);
let k: Kit;
beforeEach(async () => {
  k = await kit();
  putConversation(k.store);
});
afterEach(() => k.close());

const texts = (limit = 100): string[] =>
  messagePage(k.store, { conversation: WITH_BOB(), anchor: null, direction: 'older', limit }).messages.map(
    (one) => one.text,
  );

test('STO-10 a change during a push stays dirty', () => {
  const id = putMessage(k.store, 1);
  const [sent] = dirtyBatch(k.store, 'messages', 10, 0);
  const payload = setRegister(
    getPayload(k.store, 'messages', id)!,
    MessageField.DELETED,
    NONE,
    5n,
    bytes16(1),
    deletedValue(5, bytes16(1)),
  );
  putMerged(k.store, 'messages', id, payload, { dirty: true });
  expect(clean(k.store, 'messages', id, sent!.change)).toBe(false);
  const [again] = dirtyBatch(k.store, 'messages', 10, 0);
  expect(again!.change).toBeGreaterThan(sent!.change);
  expect(clean(k.store, 'messages', id, again!.change)).toBe(true);
  expect(dirtyCount(k.store, 'messages')).toBe(0);
});

test('STO-10 what must wait is not offered before its time', () => {
  putMerged(k.store, 'messages', bytes16(1), message(1), { dirty: true, notBeforeMs: 500 });
  expect(dirtyBatch(k.store, 'messages', 10, 499)).toHaveLength(0);
  expect(dirtyBatch(k.store, 'messages', 10, 500)).toHaveLength(1);
});

test('STO-11 pulling merges; only what the cloud lacks stays dirty', () => {
  const id = putMessage(k.store, 1);
  const hash = recordHash(bytes16(1));
  const pulled = { id, rev: 1, epoch: 1, hint: 1, hash, bytes: encodePayload(message(1)) };
  expect(applyPulled(k.store, 'messages', [pulled], 0).stillDirty).toBe(0);
  expect(dirtyCount(k.store, 'messages')).toBe(0);
  const mine = setRegister(
    message(1),
    MessageField.DELETED,
    NONE,
    5n,
    bytes16(1),
    deletedValue(5, bytes16(1)),
  );
  putMerged(k.store, 'messages', id, mine, { dirty: true });
  expect(applyPulled(k.store, 'messages', [{ ...pulled, rev: 2 }], 0).stillDirty).toBe(1);
  expect(getRecord(k.store, 'messages', id)!.base.rev).toBe(2);
  expect(listRecentlyDeleted(k.store, 10)).toHaveLength(1);
  expect(recentlyDeletedSummary(k.store)).toEqual({ messages: 1, firstGoesMs: 5 + KEPT_MS });
});

test('STO-12 a tombstone is for good: content, projection and words go, nothing brings it back', () => {
  const id = putMessage(k.store, 1);
  applyPulled(k.store, 'messages', [{ id, rev: 2, epoch: 1, proof: bytes16(3), gone: true }], 9);
  expect([isGone(k.store, 'messages', id), texts()]).toEqual([true, []]);
  expect(putMerged(k.store, 'messages', id, message(1), { dirty: true }).gone).toBe(true);
  const back = { id, rev: 3, epoch: 1, hint: 1, hash: recordHash(id), bytes: encodePayload(message(1)) };
  applyPulled(k.store, 'messages', [back], 9);
  expect(texts()).toEqual([]);
  // The cloud holds it alive: it is told again.
  expect(dirtyBatch(k.store, 'messages', 10, 0).map((one) => one.op)).toEqual(['delete']);
});

test('STO-13 the kept digest is that of the records, whatever happens', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 0, max: 3 }))),
      (steps) => {
        let rev = Number(k.store.get<{ r: number | null }>('SELECT max(rev) AS r FROM record')!.r ?? 0);
        for (const [n, what] of steps) {
          const id = bytes16(n);
          rev += 1;
          const hash = recordHash(bytes16(rev));
          if (what === 0) putMessage(k.store, n);
          else if (what === 1)
            applyPulled(
              k.store,
              'messages',
              [{ id, rev, epoch: 1, hint: 1, hash, bytes: encodePayload(message(n)) }],
              0,
            );
          else if (what === 2 && n === 6)
            applyPulled(k.store, 'messages', [{ id, rev, epoch: 1, proof: hash, gone: true }], 0);
          else if (what === 3 && n === 5) {
            deleteForGood(k.store, 'messages', id, { push: true, byPerson: true, nowMs: 1 });
            setBase(k.store, 'messages', id, tombstoneBase(rev, 1));
          }
        }
        const kept = zoneDigest(k.store, 'messages');
        const reader = openStore({ path: k.path, key: KEY, readonly: true });
        expect(zoneDigest(reader, 'messages')).toEqual(kept);
        reader.close();
        expect(recountDigest(k.store, 'messages')).toEqual(kept);
      },
    ),
    { numRuns: 30 },
  );
});

type Step = {
  n: number;
  what: 'put' | 'mine' | 'delete' | 'recover' | 'gone' | 'read' | 'clear' | 'unclear';
};

test('STO-14 unread, newest and listed are those of counting anew', () => {
  let stamp = 10n;
  const step = fc.record({
    n: fc.integer({ min: 1, max: 40 }),
    what: fc.constantFrom<Step['what']>(
      'put',
      'put',
      'mine',
      'delete',
      'recover',
      'gone',
      'read',
      'clear',
      'unclear',
    ),
  });
  fc.assert(
    fc.property(fc.array(fc.array(step, { maxLength: 8 }), { maxLength: 6 }), (transactions) => {
      for (const steps of transactions) k.store.write(() => steps.forEach(run));
      check();
    }),
    { numRuns: 60 },
  );

  function run({ n, what }: Step): void {
    stamp += 1n;
    const id = bytes16(n);
    const device = bytes16(1);
    const upTo = { acceptedMs: 1_000_000 + n, guid: bytes16(n) };
    if (what === 'put') putMessage(k.store, n);
    else if (what === 'mine') putMessage(k.store, n + 100, { sender: ME, acceptedMs: 1_000_000 + n });
    else if (what === 'delete' || what === 'recover') {
      const now = getPayload(k.store, 'messages', id);
      const value = what === 'delete' ? deletedValue(5, device) : NONE;
      if (now)
        putMerged(
          k.store,
          'messages',
          id,
          setRegister(now, MessageField.DELETED, NONE, stamp, device, value),
          { dirty: true },
        );
    } else if (what === 'gone' && n > 35)
      deleteForGood(k.store, 'messages', id, { push: true, byPerson: true, nowMs: 1 });
    else if (what === 'read' && n < 20) {
      const reading = raiseWatermark(newReading(WITH_BOB()), ReadingField.READ_UP_TO, NONE, upTo);
      putMerged(k.store, 'messages', READING_RECORD, reading, { dirty: true });
    } else if (what === 'clear' || what === 'unclear') {
      const now = getPayload(k.store, 'messages', CONVERSATION_RECORD)!;
      const value = what === 'clear' ? clearedValue(upTo, 5, device) : NONE;
      putMerged(
        k.store,
        'messages',
        CONVERSATION_RECORD,
        setRegister(now, ConversationField.CLEARED_UP_TO, NONE, stamp, device, value),
        { dirty: true },
      );
    }
  }

  function check(): void {
    const kept = getConversation(k.store, WITH_BOB())!;
    const shown = messagePage(k.store, {
      conversation: WITH_BOB(),
      anchor: null,
      direction: 'older',
      limit: 500,
    }).messages;
    const read = kept.readUpTo;
    const unread = shown.filter(
      (one) =>
        !one.fromMe &&
        (read === null ||
          one.acceptedMs > read.ms ||
          (one.acceptedMs === read.ms && Buffer.compare(one.guid, read.guid) > 0)),
    );
    expect(kept.unread).toBe(unread.length);
    expect(kept.last?.id ?? null).toEqual(shown.at(-1)?.id ?? null);
    const listed = listConversations(k.store).length === 1;
    expect(listed).toBe(shown.length > 0 || kept.clearedUpTo === null);
  }
});

test('STO-15 pages go both ways and around, in the order (acceptedAt, guid), and miss none', () => {
  for (let i = 1; i <= 50; i++)
    putMessage(k.store, i, { acceptedMs: 1_000_000 + Math.floor(((i * 13) % 50) / 4) });
  const request = { conversation: WITH_BOB(), limit: 7 } as const;
  const newest = messagePage(k.store, { ...request, anchor: null, direction: 'older' });
  const all = [...newest.messages];
  let page = newest;
  while (page.hasOlder) {
    const first = all[0]!;
    page = messagePage(k.store, {
      ...request,
      anchor: { ms: first.acceptedMs, id: first.id },
      direction: 'older',
    });
    all.unshift(...page.messages);
  }
  expect(all).toHaveLength(50);
  const sorted = [...all].sort((a, b) => a.acceptedMs - b.acceptedMs || Buffer.compare(a.guid, b.guid));
  expect(all.map((one) => one.id)).toEqual(sorted.map((one) => one.id));
  const middle = all[20]!;
  const anchor = { ms: middle.acceptedMs, id: middle.id };
  const newer = messagePage(k.store, { ...request, anchor, direction: 'newer' });
  expect([newer.messages.map((one) => one.text), newer.hasOlder, newer.hasNewer]).toEqual([
    all.slice(21, 28).map((one) => one.text),
    true,
    true,
  ]);
  const around = messagePage(k.store, { ...request, anchor, direction: 'around' });
  expect(around.messages.map((one) => one.text)).toEqual(all.slice(17, 24).map((one) => one.text));
});

test('STO-16 a message is in the outbox or accepted, never both or neither, and waits behind what is accepted', () => {
  putMessage(k.store, 1);
  const sendId = bytes16(77);
  enqueue(k.store, {
    sendId,
    kind: 'message',
    conversation: WITH_BOB(),
    guid: bytes16(2),
    body: bytes16(1),
    text: 'mine',
    createdMs: 5,
  });
  expect(texts()).toEqual(['message 1', 'mine']);
  expect(getMessage(k.store, sendId)!.state).toBe('waiting');
  updateOutbox(k.store, sendId, { state: 'failed', failure: 'tooLarge' });
  expect([getMessage(k.store, sendId)!.state, nextOutbox(k.store)]).toEqual(['failed', undefined]);
  updateOutbox(k.store, sendId, { state: 'sending', failure: null });
  const accepted = message(2, { sender: ME, text: 'mine' });
  expect(() =>
    k.store.write(() => {
      acceptMessage(k.store, sendId, bytes16(2), accepted, true);
      throw new Error('power cut');
    }),
  ).toThrow('power cut');
  expect(getOutbox(k.store, sendId)).toBeDefined();
  acceptMessage(k.store, sendId, bytes16(2), accepted, true);
  expect([texts(), getOutbox(k.store, sendId)]).toEqual([['message 1', 'mine'], undefined]);
  expect(listConversations(k.store)[0]!.last!.state).toBe('sent');
  // All at once, or one by one: the same.
  expect(listConversations(k.store)).toEqual([getConversation(k.store, WITH_BOB())]);
});

test('STO-17 a cleared conversation leaves the list, is in Recently Deleted whole, and comes back whole', () => {
  for (let i = 1; i <= 5; i++) putMessage(k.store, i);
  const now = getPayload(k.store, 'messages', CONVERSATION_RECORD)!;
  const upTo = { acceptedMs: 1_000_005, guid: bytes16(5) };
  const cleared = setRegister(
    now,
    ConversationField.CLEARED_UP_TO,
    NONE,
    5n,
    bytes16(1),
    clearedValue(upTo, 7, bytes16(1)),
  );
  putMerged(k.store, 'messages', CONVERSATION_RECORD, cleared, { dirty: true });
  expect([texts(), listConversations(k.store)]).toEqual([[], []]);
  expect(listRecentlyDeleted(k.store, 10).map((one) => one.withConversation)).toEqual(Array(5).fill(true));
  expect(recentlyDeletedSummary(k.store)).toEqual({ messages: 5, firstGoesMs: 7 + KEPT_MS });
  putMessage(k.store, 6);
  expect([texts(), listConversations(k.store)[0]!.unread]).toEqual([['message 6'], 1]);
  expect(listConversations(k.store)).toEqual([getConversation(k.store, WITH_BOB())]);
  putMerged(
    k.store,
    'messages',
    CONVERSATION_RECORD,
    setRegister(cleared, ConversationField.CLEARED_UP_TO, NONE, 6n, bytes16(1), NONE),
    { dirty: true },
  );
  expect([texts().length, listRecentlyDeleted(k.store, 10)]).toEqual([6, []]);
  expect(recentlyDeletedSummary(k.store)).toEqual({ messages: 0, firstGoesMs: null });
});
