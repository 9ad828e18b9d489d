/** A backup where folders cannot be written to the disk by themselves, as on some shares. */
import { fstatSync, fsyncSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createCloud } from '../app.ts';
import { backUp } from './backup.ts';

vi.mock('node:fs', { spy: true });

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'lockstep-share-'));
});
afterEach(() => {
  vi.mocked(fsyncSync).mockReset();
  rmSync(dir, { recursive: true, force: true });
});

test('ERR-10 a backup that is whole and has its name is not said to have failed', async () => {
  const cloud = await createCloud({ dataDir: join(dir, 'data'), registration: 'open' });
  await cloud.close();
  vi.mocked(fsyncSync).mockImplementation((file) => {
    if (fstatSync(file).isDirectory()) throw Object.assign(new Error('EINVAL: fsync'), { code: 'EINVAL' });
  });
  expect(await backUp(join(dir, 'data'), join(dir, 'backup.db'), 1)).toBeGreaterThan(0);
});
