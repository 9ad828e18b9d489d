import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRendererFiles, SECURITY_HEADERS } from './renderer-files.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'lockstep-files-'));
  const built = path.join(folder, 'renderer');
  mkdirSync(path.join(built, 'assets'), { recursive: true });
  writeFileSync(path.join(folder, 'secret.txt'), 'secret');
  writeFileSync(path.join(built, 'index.html'), '<!doctype html>');
  writeFileSync(path.join(built, 'assets', 'index-abc123.js'), 'export {}');
  writeFileSync(path.join(built, 'assets', 'index-abc123.js.map'), '{}');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Raw: as a client would write the path, not as `URL` would tidy it. */
function ask(target: string, init: RequestInit = {}) {
  const request = new Request('http://127.0.0.1/', init);
  return createRendererFiles(path.join(folder, 'renderer'))(
    new Proxy(request, {
      get: (it, name) => (name === 'url' ? `http://127.0.0.1${target}` : Reflect.get(it, name, it)),
    }),
  );
}

test('HOST-6 the page is at / alone; unknown paths are 404', async () => {
  expect(await ask('/').text()).toBe('<!doctype html>');
  expect(ask('/').headers.get('cache-control')).toBe('no-cache');
  for (const target of [
    '/settings',
    '/index',
    '/assets',
    '/assets/',
    '/assets/index-abc123.js.map',
    '/%',
    '//',
  ]) {
    expect(ask(target).status).toBe(404);
  }
});

test.each([
  '/../secret.txt',
  '/assets/../../secret.txt',
  '/%2e%2e/secret.txt',
  '/%2e%2e%2fsecret.txt',
  '/..%2fsecret.txt',
  '/..%5csecret.txt',
  '/..\\secret.txt',
  '/assets/..%252f..%252fsecret.txt',
  '/%2e%2e%2f%2e%2e%2f%2e%2e%2fetc/passwd',
  '/assets/%00/../../secret.txt',
  '//etc/passwd',
])('HOST-6 %s leads nowhere', async (target) => {
  const response = ask(target);
  expect(response.status).toBe(404);
  expect(await response.text()).not.toContain('secret');
});

test('HOST-6 named by content: kept for a year; the page: asked again, cheaply', async () => {
  const asset = ask('/assets/index-abc123.js');
  expect(asset.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  const etag = ask('/').headers.get('etag') ?? '';
  expect(ask('/', { headers: { 'if-none-match': etag } }).status).toBe(304);
});

test('HOST-6 only reading; and a folder without a build says what to run', async () => {
  expect(ask('/', { method: 'POST' }).status).toBe(405);
  const none = createRendererFiles(path.join(folder, 'nothing'))(new Request('http://127.0.0.1/'));
  expect(none.status).toBe(503);
  expect(await none.text()).toContain('npm start');
});

test('HOST-6 a folder that a link leads out to is not served', () => {
  symlinkSync(folder, path.join(folder, 'renderer', 'out'));
  expect(ask('/out/secret.txt').status).toBe(404);
});

test('HOST-7 the policy lets a page load and run nothing but what was built', () => {
  const policy = SECURITY_HEADERS['content-security-policy'] ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).toContain("base-uri 'none'");
  expect(policy).not.toMatch(/unsafe-|\*|https?:/);
  expect(SECURITY_HEADERS).toMatchObject({
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  });
});
