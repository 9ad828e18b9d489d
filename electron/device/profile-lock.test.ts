import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockProfile, ProfileInUse } from './profile-lock.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'lockstep-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('HOST-8 a second start says who has the profile and where', () => {
  const first = lockProfile(folder);
  first.note('http://127.0.0.1:1/?token=x');
  expect(() => lockProfile(folder)).toThrow(ProfileInUse);
  expect(() => lockProfile(folder)).toThrow(`process ${process.pid}, at http://127.0.0.1:1/?token=x`);
  first.release();
  lockProfile(folder).release();
});

const module = fileURLToPath(new URL('./profile-lock.ts', import.meta.url));
const IMPORT = `const { lockProfile } = await import(${JSON.stringify(module)});`;

test('HOST-8 the operating system frees the lock of a process that was killed', async () => {
  const script = `${IMPORT} lockProfile(process.argv[1]); console.log('held'); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  expect(() => lockProfile(folder)).toThrow(`process ${child.pid}`);
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
  lockProfile(folder).release();
});

// Windows has no such limit.
if (process.platform !== 'win32')
  test('HOST-8 DMG-10 with no room on the disk to say where it is, a start has the profile all the same', () => {
    const script = `${IMPORT}
      const lock = lockProfile(process.argv[1]);
      lock.note('http://127.0.0.1:1/?token=x');
      try {
        lockProfile(process.argv[1]);
      } catch (error) {
        console.log(error.name, error.running);
      }
      lock.release();`;
    // No file of that process may grow.
    const limited = ['-c', `trap '' XFSZ; ulimit -f 0; exec "$@"`, 'sh'];
    const node = [process.execPath, '--input-type=module', '-e', script, folder];
    const { stdout, stderr } = spawnSync('sh', [...limited, ...node], { encoding: 'utf8' });
    expect(stdout || stderr).toBe('ProfileInUse null\n');
    lockProfile(folder).release();
  });
