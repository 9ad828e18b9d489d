import { spawn } from 'node:child_process';
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

test('HOST-8 the operating system frees the lock of a process that was killed', async () => {
  const module = fileURLToPath(new URL('./profile-lock.ts', import.meta.url));
  const script = `const { lockProfile } = await import(${JSON.stringify(module)}); lockProfile(process.argv[1]); console.log('held'); setInterval(() => {}, 1000);`;
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
