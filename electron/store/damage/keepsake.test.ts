/** The keepsake's file, where the disk has no room for it. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sodiumReady } from '../../../shared/crypto/sodium.ts';
import { KEY } from '../store.testkit.ts';
import { KEEPSAKE, type Keepsake, readKeepsake, writeKeepsake } from './keepsake.ts';

let folder: string;
beforeEach(async () => {
  await sodiumReady();
  folder = mkdtempSync(join(tmpdir(), 'lockstep-keepsake-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const keepsake = (name: string): Keepsake => ({
  format: 1,
  atMs: 1,
  schema: 80,
  pages: 1,
  counted: null,
  tables: { meta: [{ name }] },
  bare: [],
});
const module = (path: string): string => JSON.stringify(fileURLToPath(new URL(path, import.meta.url)));

/** By a process of which no file may grow beyond 16 blocks (8 KiB, or 16 in some shells): a write ends early there, as on a full disk. */
function writtenWithoutRoom(path: string, what: Keepsake): string {
  const script = `
    const { sodiumReady } = await import(${module('../../../shared/crypto/sodium.ts')});
    const { writeKeepsake } = await import(${module('./keepsake.ts')});
    await sodiumReady();
    try {
      writeKeepsake(${JSON.stringify(path)}, new Uint8Array(${JSON.stringify([...KEY])}), ${JSON.stringify(what)});
      console.log('written');
    } catch (error) {
      console.log(error.code);
    }`;
  const limited = `trap '' XFSZ; ulimit -f 16; exec "$@"`;
  const node = [process.execPath, '--input-type=module', '-e', script];
  const { stdout, stderr } = spawnSync('sh', ['-c', limited, 'sh', ...node], { encoding: 'utf8' });
  return stdout.trim() || stderr;
}

// Windows has no such limit.
if (process.platform !== 'win32')
  test('DMG-10 DMG-11 a keepsake for which there is no room is not written, and the one from before stays and opens', () => {
    const path = join(folder, 'messages.db');
    writeKeepsake(path, KEY, keepsake('from before'));
    expect(writtenWithoutRoom(path, keepsake('x'.repeat(40_000)))).toBe('EFBIG');
    expect(readKeepsake(path, KEY)).toEqual(keepsake('from before'));
    expect(readdirSync(folder)).toEqual([KEEPSAKE]);
    expect(writtenWithoutRoom(path, keepsake('smaller'))).toBe('written');
    expect(readKeepsake(path, KEY)).toEqual(keepsake('smaller'));
  });
