/** The browser host as a person starts it: bundled, as a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { CODE_CACHE } from '../electron/host/compile-cache.ts';
import { buildHosts } from './hosts.ts';

// Seconds, and a minute where the machine has other things to do.
beforeAll(async () => {
  await buildHosts();
}, 180_000);

const folders: string[] = [];
const stops: (() => Promise<void>)[] = [];
const newFolder = (): string => {
  const folder = mkdtempSync(path.join(tmpdir(), 'lockstep-host-'));
  folders.push(folder);
  return folder;
};
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function run(args: string[]): {
  child: ChildProcess;
  out: () => string;
  err: () => string;
  ended: Promise<number | null>;
} {
  const script = fileURLToPath(new URL('../out/main/browser.js', import.meta.url));
  const child = spawn(process.execPath, [script, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: tmpdir(),
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  stops.push(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return { child, out: () => out, err: () => err, ended };
}

test.each(['SIGTERM', 'SIGINT'] as const)(
  'HOST-17 HOST-26 one line when it serves, and an orderly end on %s',
  async (signal) => {
    const profile = newFolder();
    const first = run([
      '--browser',
      '--profile',
      profile,
      '--port',
      '0',
      '--no-open',
      '--cloud',
      'http://127.0.0.1:9',
    ]);
    await expect.poll(first.out, { timeout: 20_000 }).toContain('\n');
    expect(first.out()).toMatch(/^Lockstep ready: http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{43}\n$/);
    const address = first.out().trim().replace('Lockstep ready: ', '');
    expect((await fetch(address)).status).toBe(200);

    const second = run(['--profile', profile, '--no-open']);
    expect(await second.ended).toBe(3);
    expect(second.err()).toContain(address);
    expect(second.out()).toBe('');

    first.child.kill(signal);
    expect(await first.ended).toBe(0);
    expect(first.out().split('\n')).toHaveLength(2);
  },
);

test('HOST-25 what the code was compiled to is kept in the profile, for this person alone, by the first start', async () => {
  const kept = newFolder();
  const host = run(['--profile', kept, '--no-open', '--cloud', 'http://127.0.0.1:9']);
  await expect.poll(host.out, { timeout: 20_000 }).toContain('Lockstep ready');
  host.child.kill('SIGTERM');
  expect(await host.ended).toBe(0);
  const cache = path.join(kept, CODE_CACHE);
  const files = readdirSync(cache, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  // Of the main thread and of the sync worker: what both are bundled to, in pieces.
  expect(files.length).toBeGreaterThan(20);
  if (process.platform !== 'win32') expect(statSync(cache).mode & 0o777).toBe(0o700);
});

test('HOST-16 a flag that is not known ends it at once, by name', async () => {
  const { ended, err, out } = run(['--profil', 'x']);
  expect(await ended).toBe(2);
  expect(err()).toContain('--profil');
  expect(err()).toContain('Usage:');
  expect(out()).toBe('');
});
