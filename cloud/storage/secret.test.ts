import { fstatSync, fsyncSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { makeSecret, secretFile } from './secret.ts';

vi.mock('node:fs', { spy: true });

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'lockstep-secret-'));
});
afterEach(() => {
  vi.mocked(fsyncSync).mockReset();
  rmSync(dir, { recursive: true, force: true });
});

test('ACC-13 the secret is on the disk, with its name, before anybody is registered with it', async () => {
  const synced = new Set<number>();
  vi.mocked(fsyncSync).mockImplementation((file) => void synced.add(fstatSync(file).ino));
  const { opaqueSetup } = await makeSecret(dir);
  expect(synced.has(statSync(secretFile(dir)).ino)).toBe(true);
  // Windows has no such thing for folders.
  expect(synced.has(statSync(dir).ino)).toBe(process.platform !== 'win32');
  // Another start at the same time made one already: that one it is.
  expect((await makeSecret(dir)).opaqueSetup).toBe(opaqueSetup);
});
