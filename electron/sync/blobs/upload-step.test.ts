/** An upload's step by itself, without a cloud: what it takes, when it ends, and what becomes of what is refused. */
import { create } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import { afterEach, expect, test } from 'vitest';
import { sealedBlobLength } from '../../../shared/crypto/blobs.ts';
import { toHex } from '../../../shared/crypto/bytes.ts';
import { ErrorCode, LockstepErrorSchema } from '../../../shared/proto/gen/lockstep/cloud/v1/errors_pb.js';
import { blobsToName } from '../../store/attachments.ts';
import { updateBlob } from '../../store/blobs.ts';
import { clean, getDirty } from '../../store/dirty.ts';
import { bytes16, type Kit, kit, ME, putConversation, putMessage } from '../../store/store.testkit.ts';
import { patchExtra } from '../../store/zone-state.ts';
import { counts } from '../run/remembered.ts';
import { SIZES } from '../sizes.ts';
import { blobsMissing } from './missing.ts';
import { lookThroughFolder, sweepStep } from './sweep.ts';
import { PIECE } from './transfer.ts';
import { uploadStep } from './upload-step.ts';

let k: Kit;
afterEach(() => k.close());

const refusal = (code: ErrorCode) =>
  new ConnectError('said', Code.Unknown, undefined, [
    { desc: LockstepErrorSchema, value: create(LockstepErrorSchema, { code }) },
  ]);
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
    sizes: SIZES,
    timers: { breathe: () => Promise.resolve() },
    cloud: { blobs: cloud },
    files: {
      list: () => [{ id: toHex(blobId), whole: true }],
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

test('ATT-18 a record goes without naming what the cloud refuses, which is not put again for it; named again when the cloud takes it, or tried by a start', async () => {
  const { store, cloud, ctx, step, id } = await scene();
  const says = (largestBlob: number) => patchExtra(store, 'messages', { largestBlob });
  const named = () => blobsToName(store, [file]).length;
  const waits = () => getDirty(store, 'messages', id)?.op;
  const pushed = () => clean(store, 'messages', id, getDirty(store, 'messages', id)?.change ?? 0);
  const offered = async () => {
    const { loose } = counts(store, 5).blobs;
    await sweepStep(ctx as never);
    return loose;
  };
  let code = ErrorCode.TOO_LARGE;
  cloud.putBlob = () => Promise.reject(refusal(code));
  // Its word is from before it took less: by that nothing is offered again.
  says(sealed);
  await step(true);
  expect([named(), counts(store, 5).blobs.upForRecords.all, waits()]).toEqual([0, 0, 'put']);
  pushed();
  expect([await offered(), named()]).toEqual([0, 0]);
  says(sealed - 1);
  expect([await offered(), named()]).toEqual([0, 0]);
  says(sealed);
  expect([await offered(), named(), waits()]).toEqual([1, 1, 'put']);
  // Refused otherwise, whatever it says: once in a run.
  code = ErrorCode.FORBIDDEN;
  store.write(() => blobsMissing(ctx as never, [blobId]));
  await step(true);
  pushed();
  expect([await offered(), named(), waits()]).toEqual([0, 0, undefined]);
  says(sealed - 1);
  lookThroughFolder(ctx as never);
  expect([named(), waits()]).toEqual([0, undefined]);
  says(sealed);
  lookThroughFolder(ctx as never);
  expect([named(), waits()]).toEqual([1, 'put']);
});

test('ATT-22 SYN-12 a file that cannot be read is no word of the cloud: it comes after the others', async () => {
  const { store, ctx, step } = await scene();
  ctx.files.read = () => {
    throw Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO', syscall: 'read' });
  };
  await expect(step(true)).rejects.toThrow('EIO');
  expect(counts(store, 5).blobs.upForRecords.at).toBeGreaterThan(10_000);
});
