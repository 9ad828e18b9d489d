/** Files that nothing names any more, in a folder in which the system does not let everything be done. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { toHex } from '../../../shared/crypto/bytes.ts';
import { blobFiles } from '../../store/blob-files.ts';
import { getBlob, loosen } from '../../store/blobs.ts';
import { type Kit, kit } from '../../store/store.testkit.ts';
import { counts } from '../run/remembered.ts';
import { SIZES } from '../sizes.ts';
import { lookThroughFolder, sweepStep, tryFilesAgain } from './sweep.ts';

let k: Kit;
afterEach(() => k.close());

const blobOf = (n: number) => new Uint8Array(32).fill(n);
const denied = (syscall: string) =>
  Object.assign(new Error(`EPERM: not permitted, ${syscall}`), { code: 'EPERM', syscall });

async function scene(...loose: number[]) {
  k = await kit();
  const { store, folder } = k;
  const home = join(folder, 'attachments');
  mkdirSync(home);
  const files = blobFiles(home);
  const held = new Set<number>();
  const { remove } = files;
  files.remove = (id) => {
    if (held.has(id[0] ?? 0)) throw denied('unlink');
    remove(id);
  };
  const add = (n: number) => {
    writeFileSync(join(home, toHex(blobOf(n))), 'bytes');
    store.run('INSERT INTO blob (id, sealed, here) VALUES (?, 5, 1)', blobOf(n));
    loosen(store, blobOf(n));
  };
  for (const n of loose) add(n);
  const ctx = { store, files, clock: { now: () => 5 }, signal: () => {}, sizes: SIZES };
  return {
    ...{ store, files, ctx, held, add },
    there: (n: number) => existsSync(join(home, toHex(blobOf(n)))),
    sweep: () => sweepStep(ctx as never),
    toDo: () => counts(store, 5).blobs.loose,
  };
}

test('ATT-25 a file that cannot be deleted holds up no other, and is tried again behind them and by Sync Now', async () => {
  const { ctx, held, add, there, sweep, toDo } = await scene(1, 2, 3);
  held.add(1);
  expect(toDo()).toBe(3);
  await expect(sweep()).rejects.toThrow('EPERM');
  expect([[1, 2, 3].map(there), toDo()]).toEqual([[true, false, false], 0]);
  add(4);
  expect(toDo()).toBe(1);
  await expect(sweep()).rejects.toThrow('EPERM');
  expect([[1, 4].map(there), toDo()]).toEqual([[true, false], 0]);
  tryFilesAgain(ctx, false);
  expect(toDo()).toBe(1);
  held.clear();
  await sweep();
  expect([there(1), toDo()]).toEqual([false, 0]);
});

test('ATT-25 a folder that cannot be read at a start is not taken for empty, and the app starts', async () => {
  const { store, files, ctx, held, there } = await scene(1);
  const { list } = files;
  files.list = () => {
    throw denied('scandir');
  };
  lookThroughFolder(ctx as never);
  expect(getBlob(store, blobOf(1))?.here).toBe(true);
  files.list = list;
  // Nobody knows of it, and it cannot be deleted.
  store.run('DELETE FROM blob');
  held.add(1);
  lookThroughFolder(ctx as never);
  expect(there(1)).toBe(true);
  held.clear();
  lookThroughFolder(ctx as never);
  expect(there(1)).toBe(false);
});
