import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { type BrowserAppOptions, startBrowserApp } from './browser-app.ts';
import { ArgumentError, parseBrowserArgs } from './browser-args.ts';
import { CODE_CACHE, rememberCompiled } from './compile-cache.ts';

const folders: string[] = [];
const stops: (() => Promise<void>)[] = [];
const newFolder = (): string => {
  const folder = mkdtempSync(path.join(tmpdir(), 'lockstep-app-'));
  folders.push(folder);
  return folder;
};
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

async function start(
  args: string[] = [],
  env: Record<string, string> = {},
  more: Partial<BrowserAppOptions> = {},
) {
  const rendererDir = newFolder();
  writeFileSync(path.join(rendererDir, 'index.html'), '<!doctype html><title>Lockstep</title>');
  const app = await startBrowserApp({
    args: parseBrowserArgs(['--profile', newFolder(), '--no-open', ...args]),
    env: { LOCKSTEP_CONDITIONS: 'none', ...env },
    rendererDir,
    appVersion: '0.0.0-test',
    cloudHere: null,
    log: () => {},
    ...more,
  });
  stops.push(() => app.stop());
  const { origin, port } = new URL(app.address);
  const entered = await fetch(app.address);
  const cookie = (entered.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  return { app, origin, port: Number(port), entered, cookie };
}

/** As no browser would write it: the path and headers just as given. */
function raw(port: number, lines: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () =>
      socket.write(`${lines.join('\r\n')}\r\nConnection: close\r\n\r\n`),
    );
    let text = '';
    socket.setEncoding('utf8');
    socket.on('data', (data: string) => {
      text += data;
    });
    socket.on('end', () => resolve(text));
    socket.on('error', reject);
  });
}

test('HOST-2 over a real connection: the token, the cookie, the page, the local API', async () => {
  const { origin, entered, cookie } = await start();
  expect(entered.status).toBe(200);
  const page = await fetch(origin, { headers: { cookie } });
  expect(await page.text()).toContain('<title>Lockstep</title>');
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
  const state = await fetch(`${origin}/rpc/session.state`, { headers: { cookie } });
  expect(await state.json()).toMatchObject({ result: { data: { kind: 'signedOut' } } });
});

/** In a folder of the test's own, and told instead of shown. */
function opening() {
  const folder = newFolder();
  const given: string[] = [];
  return {
    folder,
    given,
    options: { opening: { folder, open: async (url: string) => void given.push(url) } },
  };
}

test('HOST-28 the program that opens the browser is given a file for this person alone, not the token; the file goes once it has served', async () => {
  const { folder, given, options } = opening();
  const { app } = await start([], {}, options);
  await app.openWindow();
  const [name = ''] = readdirSync(folder);
  const file = path.join(folder, name);
  expect(given.map((url) => fileURLToPath(url))).toEqual([file]);
  expect(given.join()).not.toContain(new URL(app.address).searchParams.get('token'));
  expect(readFileSync(file, 'utf8')).toContain(`location.replace('${app.address}')`);
  if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
  expect((await fetch(app.address, { headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(200);
  expect(readdirSync(folder)).toEqual([]);
});

test('HOST-28 a file that nobody opened goes when the app ends; where none can be written, no window is opened and the app serves', async () => {
  const { folder, given, options } = opening();
  const { app } = await start([], {}, options);
  await app.openWindow();
  expect(readdirSync(folder)).toHaveLength(1);
  await app.stop();
  expect(readdirSync(folder)).toEqual([]);
  rmSync(folder, { recursive: true });
  const lines: string[] = [];
  const other = await start([], {}, { ...options, log: (line) => lines.push(line) });
  await other.app.openWindow();
  expect(given).toHaveLength(1);
  expect(lines.join()).toContain('No window is opened');
  expect((await fetch(other.app.address)).status).toBe(200);
});

test('HOST-3 HOST-4 HOST-5 over a real connection: foreign Host, foreign Origin, no token', async () => {
  const { port, origin, cookie } = await start();
  const get = (headers: string[]) => raw(port, ['GET /rpc/session.state HTTP/1.1', ...headers]);
  const own = `Host: 127.0.0.1:${port}`;
  expect(await get([own, `Cookie: ${cookie}`])).toMatch(/^HTTP\/1\.1 200/);
  expect(await get([`Host: evil.example:${port}`, `Cookie: ${cookie}`])).toMatch(/^HTTP\/1\.1 403/);
  expect(await get([`Host: localhost:${port}`, `Cookie: ${cookie}`])).toMatch(/^HTTP\/1\.1 403/);
  expect(await get([own, `Cookie: ${cookie}`, 'Origin: https://evil.example'])).toMatch(/^HTTP\/1\.1 403/);
  expect(await get([own, `Cookie: ${cookie}`, 'Sec-Fetch-Site: cross-site'])).toMatch(/^HTTP\/1\.1 403/);
  expect(await get([own])).toMatch(/^HTTP\/1\.1 401/);
  expect((await fetch(`${origin}/rpc/session.state`)).status).toBe(401);
  expect(await get([])).toMatch(/^HTTP\/1\.1 400/);
});

test.each([
  '/../../../../../../etc/passwd',
  '/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd',
  '/..%2f..%2f..%2f..%2f..%2fetc%2fpasswd',
  '/assets/..%5c..%5c..%5cetc%5cpasswd',
  '/%252e%252e%252f%252e%252e%252fetc%252fpasswd',
  '//etc/passwd',
  'file:///etc/passwd',
])('HOST-6 over a real connection: %s leads nowhere', async (target) => {
  const { port, cookie } = await start();
  const answer = await raw(port, [`GET ${target} HTTP/1.1`, `Host: 127.0.0.1:${port}`, `Cookie: ${cookie}`]);
  expect(answer).toMatch(/^HTTP\/1\.1 (404|400|403)/);
  expect(answer).not.toContain('root:');
});

test('HOST-1 nothing listens on the other addresses of this machine', async () => {
  const { port } = await start();
  const others = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address);
  for (const address of [...others, '127.0.0.2', '::1']) {
    const reached = await new Promise<boolean>((resolve) => {
      const socket = connect({ port, host: address, timeout: 1000 });
      socket.on('connect', () => resolve(true));
      socket.on('error', () => resolve(false));
      socket.on('timeout', () => resolve(false));
    });
    expect({ address, reached }).toEqual({ address, reached: false });
  }
});

test('API-3 over a real connection: a browser that leaves ends its event stream', async () => {
  const { app, origin, cookie } = await start();
  const leave = new AbortController();
  const response = await fetch(`${origin}/rpc/events.subscribe`, {
    headers: { cookie },
    signal: leave.signal,
  });
  await response.body?.getReader().read();
  expect(app.device.streams).toBe(1);
  leave.abort();
  await expect.poll(() => app.device.streams, { timeout: 3000 }).toBe(0);
});

test('HOST-16 a port that is taken is said so', async () => {
  const { port } = await start();
  await expect(start(['--port', String(port)])).rejects.toThrow(`Port ${port} is in use`);
});

test('HOST-11 a passphrase file that is missing or empty is said so', async () => {
  const empty = path.join(newFolder(), 'empty');
  writeFileSync(empty, '\n');
  await expect(start(['--passphrase-file', `${empty}-not`])).rejects.toThrow('cannot be read');
  await expect(start(['--passphrase-file', empty])).rejects.toThrow('is empty');
});

test('HOST-22 LOCKSTEP_CONDITIONS with another word is refused before anything is opened, and says what it wants', async () => {
  const wrong = start([], { LOCKSTEP_CONDITIONS: 'mains' });
  await expect(wrong).rejects.toThrow(ArgumentError);
  await expect(wrong).rejects.toThrow('not "mains"');
});

test('HOST-25 a folder for compiled code that cannot be written stops nothing', () => {
  const stuck = newFolder();
  writeFileSync(path.join(stuck, CODE_CACHE), 'not a folder');
  const before = process.env['NODE_COMPILE_CACHE'];
  rememberCompiled(stuck);
  rememberCompiled(path.join(stuck, 'no such profile'));
  expect(process.env['NODE_COMPILE_CACHE']).toBe(before);
  expect(readdirSync(stuck)).toEqual([CODE_CACHE]);
});
