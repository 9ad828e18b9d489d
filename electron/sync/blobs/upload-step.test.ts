/** An upload's step by itself, without a cloud: what it takes, when it ends, and what becomes of what is refused. */
import { afterEach, expect, test } from 'vitest';
import { sealedBlobLength } from '../../../shared/crypto/blobs.ts';
import { updateBlob } from '../../store/blobs.ts';
import { bytes16, type Kit, kit, ME, putConversation, putMessage } from '../../store/store.testkit.ts';
import { PIECE, uploadStep } from './upload-step.ts';

let k: Kit;
afterEach(() => k.close());

const SIZE = 3 * PIECE;
const sealed = sealedBlobLength(SIZE);
const blobId = new Uint8Array(32).fill(3);
const file = {
  blobId,
  key: new Uint8Array(32),
  suite: 1,
  size: SIZE,
  name: 'a.txt',
  mediaType: 'text/plain',
  width: 0,
  height: 0,
  durationMs: 0,
  thumbnail: new Uint8Array(),
};

/** A message that has its record, whose file the cloud has not. */
async function scene() {
  k = await kit();
  const { store } = k;
  putConversation(store);
  putMessage(store, 1, { sender: ME, attachments: [file] });
  updateBlob(store, blobId, { here: true, sending: true });
  const offsets: number[] = [];
  const cloud = {
    statBlobs: () => Promise.resolve({ states: [{ received: 0n }] }),
    putBlob: ({ offset, bytes }: { offset: bigint; bytes: Uint8Array }) => {
      offsets.push(Number(offset));
      return Promise.resolve({ state: { received: offset + BigInt(bytes.length) } });
    },
  };
  const ctx = {
    store,
    clock: { now: () => 5 },
    signal: () => {},
    timers: { breathe: () => Promise.resolve() },
    cloud: { blobs: cloud },
    files: {
      length: () => sealed,
      read: (_: Uint8Array, offset: number, length: number) =>
        new Uint8Array(Math.min(length, sealed - offset)),
    },
  };
  const step = (records: boolean) => uploadStep(ctx as never, Number.MAX_SAFE_INTEGER, records);
  return { store, cloud, offsets, step, ctx, id: bytes16(1) };
}

test('ATT-19 SWI-4 SWI-5 of a file that only a record lacks a step takes one piece, so that a person’s word ends it, and none with the switch off', async () => {
  const { offsets, step } = await scene();
  await step(false);
  expect(offsets).toEqual([]);
  await step(true);
  expect(offsets).toEqual([0]);
  await step(true);
  expect(offsets).toEqual([0, PIECE]);
});
