import {
  fstatSync,
  fsyncSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createOnce } from './create-once.ts';

vi.mock('node:fs', { spy: true });

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-create-once-'));
  file = join(folder, 'a key');
});
afterEach(() => {
  vi.mocked(fsyncSync).mockReset();
  rmSync(folder, { recursive: true, force: true });
});

test('HOST-9 ACC-13 a file that is made once is whole, on the disk with its name, and for its owner alone', () => {
  const synced = new Set<number>();
  vi.mocked(fsyncSync).mockImplementation((handle) => void synced.add(fstatSync(handle).ino));
  createOnce(file, 'a secret\n');
  expect(readFileSync(file, 'utf8')).toBe('a secret\n');
  expect(readdirSync(folder)).toEqual(['a key']);
  if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(synced.has(statSync(file).ino)).toBe(true);
  // Windows has no such thing for folders.
  expect(synced.has(statSync(folder).ino)).toBe(process.platform !== 'win32');
});

test('HOST-9 ACC-13 one that is there stays as it is, and what fails leaves nothing', () => {
  writeFileSync(file, 'the one');
  expect(() => createOnce(file, 'another')).toThrow('EEXIST');
  expect([readFileSync(file, 'utf8'), readdirSync(folder)]).toEqual(['the one', ['a key']]);
  rmSync(file);
  vi.mocked(fsyncSync).mockImplementationOnce(() => {
    throw Object.assign(new Error('ENOSPC: fsync'), { code: 'ENOSPC' });
  });
  expect(() => createOnce(file, 'a secret')).toThrow('ENOSPC');
  expect(readdirSync(folder)).toEqual([]);
});
