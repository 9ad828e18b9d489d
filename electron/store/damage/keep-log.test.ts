/** The copy of a damaged log is the only one as soon as SQLite opens the database: it must outlive a power failure. */
import { fstatSync, fsyncSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { keepLog } from './set-aside.ts';

vi.mock('node:fs', { spy: true });

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-keep-log-'));
});
afterEach(() => {
  vi.mocked(fsyncSync).mockReset();
  rmSync(folder, { recursive: true, force: true });
});

test('DMG-5 DMG-16 a log that was kept is on the disk, with its name and that of its folder, before anybody writes over it', () => {
  const path = join(folder, 'messages.db');
  for (const suffix of ['-wal', '-shm']) writeFileSync(path + suffix, `what stood in ${suffix}`);
  const synced = new Set<number>();
  vi.mocked(fsyncSync).mockImplementation((file) => void synced.add(fstatSync(file).ino));
  const kept = join(folder, keepLog(path, 'logDamaged', 5));
  const files = ['messages.db-wal', 'messages.db-shm'].map((name) => join(kept, name));
  // Windows has no such thing for folders.
  const all = process.platform === 'win32' ? files : [...files, kept, folder];
  for (const one of all) expect([one, synced.has(statSync(one).ino)]).toEqual([one, true]);
});
