/** Which files are to go up, and for what. */
import { afterEach, expect, test } from 'vitest';
import { addDraft, giveDrafts } from './attachments.ts';
import { blobCounts, nextToSend, recountUploads, restartUploads, updateBlob, waitingFor } from './blobs.ts';
import { acceptMessage, enqueue, getOutbox, nextOutbox, type OutboxKind, updateOutbox } from './outbox.ts';
import { hideOutbox } from './outbox-hidden.ts';
import {
  bytes16,
  type Kit,
  kit,
  ME,
  message,
  putConversation,
  putMessage,
  WITH_BOB,
} from './store.testkit.ts';

let k: Kit;
afterEach(() => k.close());

const blobOf = (n: number) => new Uint8Array(32).fill(n);
const file = (n: number) => ({
  blobId: blobOf(n),
  key: new Uint8Array(32),
  suite: 1,
  size: n * 1000,
  name: 'a.txt',
  mediaType: 'text/plain',
  width: 0,
  height: 0,
  durationMs: 0,
  thumbnail: new Uint8Array(),
});

/** A record with a file (1), a message in the outbox with one (2), and one that somebody did not get, with its record and a file (3). */
async function scene() {
  k = await kit();
  const { store } = k;
  putConversation(store);
  putMessage(store, 1, { sender: ME, attachments: [file(1)] });
  putMessage(store, 3, { sender: ME, attachments: [file(3)] });
  const queue = (n: number, kind: OutboxKind) =>
    enqueue(store, {
      sendId: bytes16(90 + n),
      kind,
      conversation: WITH_BOB(),
      guid: bytes16(n),
      body: new Uint8Array(1),
      createdMs: 1,
    });
  queue(2, 'message');
  queue(3, 'redelivery');
  addDraft(store, { ...file(2), id: bytes16(2), conversation: WITH_BOB(), sendId: null });
  giveDrafts(store, [bytes16(2)], bytes16(92));
  for (const n of [1, 2, 3]) updateBlob(store, blobOf(n), { sending: true, notBeforeMs: n * 10 });
  return store;
}

test('ATT-19 SWI-5 what is to be sent is told from what only a record lacks, and goes before it', async () => {
  const store = await scene();
  const next = (records: boolean, nowMs = 99) => {
    const one = nextToSend(store, nowMs, undefined, records);
    return one && [one.id[0], one.toBeSent];
  };
  const large = 2500;
  expect(blobCounts(store, large)).toMatchObject({
    up: { all: 2, small: 1, at: 20, smallAt: 20 },
    upForRecords: { all: 1, small: 1, at: 10, smallAt: 10 },
  });
  expect([next(true), next(false), next(true, 10), next(false, 10)]).toEqual([
    [2, true],
    [2, true],
    [1, false],
    undefined,
  ]);
  // Deleted before it was accepted: it goes nowhere any more.
  hideOutbox(store, bytes16(92), 5, false);
  expect([next(false), blobCounts(store, large).up.all]).toEqual([[3, true], 1]);
  updateBlob(store, blobOf(3), { sending: false });
  expect([next(false), next(true), blobCounts(store, large).up]).toEqual([
    undefined,
    [1, false],
    { all: 0, small: 0, at: 0, smallAt: 0 },
  ]);
});

test('ATT-19 a message that was accepted needs its file no more for being sent', async () => {
  const store = await scene();
  acceptMessage(store, bytes16(92), bytes16(2), message(2, { sender: ME, attachments: [file(2)] }), true);
  expect(blobCounts(store, 9999)).toMatchObject({ up: { all: 1 }, upForRecords: { all: 2 } });
});

test('ATT-12 what goes once more waits for its own files, holds up nothing, and does not hear of them once it has failed', async () => {
  const store = await scene();
  const uploads = (n: number) => getOutbox(store, bytes16(90 + n))?.uploads;
  const next = () => nextOutbox(store)?.sendId.at(-1);
  updateOutbox(store, bytes16(92), { state: 'failed' });
  enqueue(store, {
    sendId: bytes16(94),
    kind: 'message',
    conversation: WITH_BOB(),
    guid: bytes16(4),
    body: new Uint8Array(1),
    createdMs: 2,
  });
  expect(next()).toBe(93);
  recountUploads(store, blobOf(3));
  expect([uploads(3), next()]).toEqual([1, 94]);
  updateBlob(store, blobOf(3), { sending: false });
  recountUploads(store, blobOf(3));
  expect([uploads(3), next()]).toEqual([0, 93]);
  updateOutbox(store, bytes16(93), { state: 'failed', failure: 'mailboxFull', uploads: 1 });
  expect(waitingFor(store, blobOf(3))).toEqual([]);
  restartUploads(store, bytes16(93));
  expect(uploads(3)).toBe(0);
});
