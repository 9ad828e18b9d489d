/** What the system says of the folder of attachments while a file gets its name there. */
import { existsSync, fstatSync, fsyncSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { blobFiles, blobPath, isFileError, STAGING } from './blob-files.ts';

vi.mock('node:fs', { spy: true });

let folder: string;
const id = new Uint8Array(32).fill(7);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-blob-files-'));
  mkdirSync(join(folder, STAGING));
  writeFileSync(join(folder, STAGING, 'ab'), 'sealed');
});
afterEach(() => {
  vi.mocked(fsyncSync).mockReset();
  rmSync(folder, { recursive: true, force: true });
});

/** Said of folders alone. */
const says = (code: string): void =>
  void vi.mocked(fsyncSync).mockImplementation((file) => {
    if (fstatSync(file).isDirectory())
      throw Object.assign(new Error(`${code}: fsync`), { code, syscall: 'fsync' });
  });

test('ATT-5 a file whose name did not come to the disk is not taken to be there: attaching it fails, a download waits', () => {
  const files = blobFiles(folder);
  const said = (work: () => void): unknown => {
    try {
      work();
      return null;
    } catch (error) {
      return error;
    }
  };
  // Windows does it by itself and says nothing.
  const isFailure = process.platform !== 'win32';
  says('EIO');
  expect(isFileError(said(() => files.adopt('ab', id)))).toBe(isFailure);
  rmSync(blobPath(folder, id), { force: true });
  files.writePart(id, 0, Buffer.from('sealed'));
  expect(isFileError(said(() => files.finishPart(id)))).toBe(isFailure);
});

test('ATT-1 on a share that cannot write folders by themselves files get their names', () => {
  const files = blobFiles(folder);
  says('EINVAL');
  files.adopt('ab', id);
  expect(existsSync(blobPath(folder, id))).toBe(true);
});
