import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createBrowserHost, underPassphrase } from './browser-host.ts';
import { keyFile } from './key-file.ts';

const KEY = new Uint8Array(32).map((_, index) => index * 7);
const CHEAP = { ops: 1, memory: 8192 };
let folder: string;
const file = () => path.join(folder, 'database.key');

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'lockstep-key-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const plain = () => createBrowserHost({ passphrase: null, cloudHere: null }).keychain(folder);

test('HOST-9 the key file is this person alone to read, and gives back the key', async () => {
  expect(await plain().load()).toEqual({ kind: 'missing' });
  await plain().create(KEY);
  expect(statSync(file()).mode & 0o777).toBe(0o600);
  expect(await plain().load()).toEqual({ kind: 'found', key: KEY });
  expect(readdirSync(folder)).toEqual(['database.key']);
});

test('HOST-9 a key file that is there is never written over', async () => {
  await plain().create(KEY);
  const before = readFileSync(file());
  await expect(plain().create(new Uint8Array(32))).rejects.toThrow(/EEXIST/);
  writeFileSync(file(), 'damaged');
  await expect(plain().create(new Uint8Array(32))).rejects.toThrow(/EEXIST/);
  expect(readFileSync(file(), 'utf8')).toBe('damaged');
  expect(before.length).toBeGreaterThan(0);
  expect(readdirSync(folder)).toEqual(['database.key']);
});

test.each([
  ['no JSON', 'x'],
  ['an empty file', ''],
  ['a shorter key', JSON.stringify({ version: 1, sealing: 'file', box: { key: 'AAAA' } })],
  ['no key', JSON.stringify({ version: 1, sealing: 'file', box: {} })],
  ['a later version', JSON.stringify({ version: 2, sealing: 'file', box: { key: 'AAAA' } })],
  ['another keychain', JSON.stringify({ version: 1, sealing: 'safeStorage', box: { sealed: 'AAAA' } })],
])('HOST-10 a key file with %s is unreadable, and stays as it is', async (_what, text) => {
  writeFileSync(file(), text);
  expect(await plain().load()).toMatchObject({ kind: 'unreadable', reason: 'keyUnreadable' });
  expect(readFileSync(file(), 'utf8')).toBe(text);
});

test('HOST-10 a key file that cannot be read is unreadable, not missing', async () => {
  mkdirSync(file());
  expect(await plain().load()).toMatchObject({ kind: 'unreadable', reason: 'keyUnreadable' });
  await expect(plain().create(KEY)).rejects.toThrow();
});

test('HOST-11 under a passphrase the key comes out with it, and with no other', async () => {
  await keyFile(folder, underPassphrase('correct horse', CHEAP)).create(KEY);
  expect(readFileSync(file(), 'utf8')).not.toContain(Buffer.from(KEY).toString('base64'));
  expect(await keyFile(folder, underPassphrase('correct horse', CHEAP)).load()).toEqual({
    kind: 'found',
    key: KEY,
  });
  const wrong = await keyFile(folder, underPassphrase('correct house', CHEAP)).load();
  expect(wrong).toMatchObject({ kind: 'unreadable', reason: 'passphrase' });
});

test('HOST-11 starting with a passphrase where there was none, or without it, opens nothing and says what to do', async () => {
  await plain().create(KEY);
  const given = await keyFile(folder, underPassphrase('x', CHEAP)).load();
  expect(given).toMatchObject({
    kind: 'unreadable',
    reason: 'passphrase',
    detail: expect.stringContaining('without --passphrase-file'),
  });
  rmSync(file());
  await keyFile(folder, underPassphrase('x', CHEAP)).create(KEY);
  expect(await plain().load()).toMatchObject({
    reason: 'passphrase',
    detail: expect.stringContaining('--passphrase-file FILE'),
  });
});

test('HOST-11 limits that no Lockstep wrote are damage, not work', async () => {
  await keyFile(folder, underPassphrase('x', CHEAP)).create(KEY);
  const written = JSON.parse(readFileSync(file(), 'utf8'));
  written.box.memory = 2 ** 40;
  writeFileSync(file(), JSON.stringify(written));
  expect(await keyFile(folder, underPassphrase('x', CHEAP)).load()).toMatchObject({
    reason: 'keyUnreadable',
  });
  expect(existsSync(file())).toBe(true);
});
