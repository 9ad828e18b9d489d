/** A download's step by itself, with a folder and without a cloud: what is on the disk counts, not what was written there once. */
import { readdirSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { BLOB_CHUNK, blobIdOf, chunkHash } from '../../../shared/crypto/blobs.ts';
import { systemRandom } from '../../../shared/crypto/random.ts';
import { blobFiles } from '../../store/blob-files.ts';
import { blobCounts, getBlob } from '../../store/blobs.ts';
import { type Kit, kit } from '../../store/store.testkit.ts';
import { downloadStep } from './download-step.ts';
import { PIECE } from './transfer.ts';

let k: Kit;
afterEach(() => k.close());

/** A file of three pieces and a bit, that is to be fetched. `happens` before each answer. */
async function scene(happens: (gets: number, part: string) => void) {
  k = await kit();
  const { store, folder } = k;
  const bytes = new Uint8Array(3 * PIECE + 77).map((_, i) => (i * 7 + (i >> 10)) & 255);
  const hashes: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += BLOB_CHUNK)
    hashes.push(chunkHash(bytes.subarray(at, at + BLOB_CHUNK)));
  const id = blobIdOf(bytes.length, hashes);
  store.run('INSERT INTO blob (id, sealed, want) VALUES (?, ?, 1)', id, bytes.length);
  const home = join(folder, 'attachments');
  const part = () => join(home, readdirSync(home).find((one) => one.endsWith('.part')) ?? 'none.part');
  const offsets: number[] = [];
  const files = blobFiles(home);
  const ctx = {
    store,
    files,
    clock: { now: () => 5 },
    random: systemRandom,
    signal: () => {},
    timers: { breathe: () => Promise.resolve() },
    cloud: {
      blobs: {
        getBlob: ({ offset, length }: { offset: bigint; length: number }) => {
          offsets.push(Number(offset) / PIECE);
          if (offsets.length > 1) happens(offsets.length, part());
          const from = Number(offset);
          return Promise.resolve({ size: BigInt(bytes.length), bytes: bytes.subarray(from, from + length) });
        },
      },
    },
  };
  const step = async () => {
    for (
      let steps = 0;
      steps < 9 && blobCounts(store, 1).allAt <= 5 && blobCounts(store, 1).all > 0;
      steps += 1
    )
      await downloadStep(ctx as never, 'alone');
  };
  return { store, files, offsets, step, id };
}

test('ATT-22 a part that is taken away, between two pieces or while one is asked for, begins with what is there', async () => {
  for (const [happens, expected] of [
    // While the second piece is on its way: there is nowhere to write it to.
    [(gets: number, part: string) => gets === 2 && rmSync(part), [0, 1, 0, 1, 2, 3]],
    // Cut off: the third would be written behind a hole.
    [(gets: number, part: string) => gets === 3 && truncateSync(part, PIECE), [0, 1, 2, 1, 2, 3]],
    // While the last is on its way.
    [(gets: number, part: string) => gets === 4 && rmSync(part), [0, 1, 2, 3, 0, 1, 2, 3]],
  ] as const) {
    const { store, files, offsets, step, id } = await scene(happens);
    await step();
    expect(offsets).toEqual(expected);
    expect([getBlob(store, id)?.here, files.length(id)]).toEqual([true, 3 * PIECE + 77]);
    k.close();
  }
  k = await kit();
});

test('ATT-22 a part that is taken away each time does not make the cloud give it without an end', async () => {
  const { store, offsets, step, id } = await scene((_, part) => rmSync(part, { force: true }));
  await step();
  expect(offsets.length).toBeLessThan(6);
  expect([getBlob(store, id)?.here, blobCounts(store, 1).allAt > 10_000]).toEqual([false, true]);
});

test('ATT-22 SYN-12 a folder that cannot be written is no word of the cloud: its files come later', async () => {
  const { store, files, step } = await scene(() => {});
  files.writePart = () => {
    throw Object.assign(new Error('EACCES: permission denied, open'), { code: 'EACCES', syscall: 'open' });
  };
  await expect(step()).rejects.toThrow('EACCES');
  expect(blobCounts(store, 1).aloneAt).toBeGreaterThan(10_000);
});
