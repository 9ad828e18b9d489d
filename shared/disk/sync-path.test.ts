import { fsyncSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { syncPath } from './sync-path.ts';

vi.mock('node:fs', { spy: true });

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-sync-path-'));
  file = join(folder, 'a file');
  writeFileSync(file, 'content');
});
afterEach(() => {
  vi.mocked(fsyncSync).mockReset();
  rmSync(folder, { recursive: true, force: true });
});

const says = (code: string): void =>
  void vi.mocked(fsyncSync).mockImplementationOnce(() => {
    throw Object.assign(new Error(`${code}: fsync`), { code, syscall: 'fsync' });
  });

test('ATT-22 ERR-10 HOST-9 a file and a folder are written to the disk', () => {
  syncPath(file);
  expect(fsyncSync).toHaveBeenCalledTimes(1);
  syncPath(folder);
  expect(fsyncSync).toHaveBeenCalledTimes(process.platform === 'win32' ? 1 : 2);
  expect(() => syncPath(join(folder, 'none'))).toThrow('ENOENT');
});

test('ATT-22 ERR-10 HOST-9 what did not come to the disk is said, of a file and of a folder', () => {
  for (const code of ['EIO', 'ENOSPC', 'EDQUOT'])
    for (const path of process.platform === 'win32' ? [file] : [file, folder]) {
      says(code);
      expect(() => syncPath(path), `${code} ${path}`).toThrow(code);
    }
  says('EINVAL');
  expect(() => syncPath(file)).toThrow('EINVAL');
});

test('ATT-22 ERR-10 HOST-9 a file system that cannot write folders by themselves, as some shares are, is left to do it', () => {
  for (const code of ['EINVAL', 'ENOTSUP', 'ENOSYS', 'EPERM']) {
    says(code);
    expect(() => syncPath(folder), code).not.toThrow();
    vi.mocked(fsyncSync).mockReset();
  }
});
