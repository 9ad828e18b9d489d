import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { missingEntries } from './complete-lock.mjs';
import { withLock } from './lock.mjs';
import { root } from './node24.mjs';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-setup-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('DOC-3 the lock file lists every platform, so that npm ci takes it anywhere', () => {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  expect(Object.keys(missingEntries(lock)), 'run: node build/complete-lock.mjs').toEqual([]);
});

test('DOC-3 a missing platform is completed from its name', () => {
  const packages = {
    '': {},
    'node_modules/a': {
      dev: true,
      optionalDependencies: { '@a/linux-x64-musl': '1.2.3', '@a/darwin-arm64': '1.2.3', b: '^1.0.0' },
    },
    'node_modules/@a/darwin-arm64': { version: '1.2.3' },
  };
  expect(missingEntries({ packages })).toEqual({
    'node_modules/@a/linux-x64-musl': {
      version: '1.2.3',
      cpu: ['x64'],
      dev: true,
      optional: true,
      os: ['linux'],
      libc: ['musl'],
    },
  });
});

test('DOC-3 every package is pinned exactly', () => {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const loose = Object.entries<string>({ ...dependencies, ...devDependencies }).filter(
    ([, version]) => !/^(npm:[\w@/-]+@)?\d+\.\d+\.\d+$/.test(version),
  );
  expect(loose).toEqual([]);
});

test('one at a time: whoever comes second waits', async () => {
  const lock = join(folder, 'a.lock');
  const order: string[] = [];
  let letGo = () => {};
  const first = withLock(lock, async () => {
    order.push('first begins');
    await new Promise<void>((resolve) => {
      letGo = resolve;
    });
    order.push('first ends');
  });
  let waited = false;
  const second = withLock(
    lock,
    () => void order.push('second'),
    () => {
      waited = true;
      letGo();
    },
  );
  await Promise.all([first, second]);
  expect(waited).toBe(true);
  expect(order).toEqual(['first begins', 'first ends', 'second']);
});

test('the lock of a process that died is taken over', async () => {
  const lock = join(folder, 'a.lock');
  const gone = spawn(process.execPath, ['-e', '']);
  await new Promise((resolve) => gone.once('close', resolve));
  writeFileSync(lock, String(gone.pid));
  let done = false;
  await withLock(lock, () => {
    done = true;
  });
  expect(done).toBe(true);
});

test('a program run through with-node24 gets its arguments, and its exit code comes back', () => {
  const program = join(folder, 'program.ts');
  writeFileSync(
    program,
    'const code: number = process.argv.length; console.log(process.argv.slice(2).join("+")); process.exit(code);',
  );
  const run = () =>
    execFileSync(process.execPath, [join(root, 'build/with-node24.mjs'), program, 'a', '--b c'], {
      encoding: 'utf8',
    });
  expect(run).toThrow(expect.objectContaining({ status: 4, stdout: 'a+--b c\n' }));
});
