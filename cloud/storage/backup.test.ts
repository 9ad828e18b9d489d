/** Backups and damage, with the real command line on real files. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Zone } from '../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import { type Cloud, createCloud } from '../app.ts';
import { clientsOf, codeOf } from '../testing/clients.ts';
import { random, signIn, signUp, type TestDevice } from '../testing/person.ts';
import { BackupError, backUp, unpackBackup } from './backup.ts';
import { databaseFile } from './database.ts';
import { DatabaseDamagedError } from './integrity.ts';
import { openStorage } from './open.ts';
import { secretFile } from './secret.ts';

let dir: string;
let dataDir: string;
let open: Cloud[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'lockstep-backup-'));
  dataDir = join(dir, 'data');
});
afterEach(async () => {
  for (const cloud of open.splice(0)) await cloud.close();
  open = [];
  rmSync(dir, { recursive: true, force: true });
});

const start = async (at = dataDir, restored = false, check: 'quick' | 'full' = 'quick') => {
  const cloud = await createCloud({ dataDir: at, registration: 'open', restored, check });
  open.push(cloud);
  return cloud;
};
const command = async (...args: string[]) => {
  const main = fileURLToPath(new URL('../main.ts', import.meta.url));
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  child.stdout.on('data', (chunk) => (out += String(chunk)));
  child.stderr.on('data', (chunk) => (out += String(chunk)));
  const [code] = await once(child, 'close');
  return { code: code as number, out };
};
const push = (who: Pick<TestDevice, 'zone'>, ct: Uint8Array) =>
  who.zone.push({
    zone: Zone.MESSAGES,
    generation: 1,
    operations: [{ op: { case: 'put', value: { id: random(16), ct, epoch: 1 } } }],
  });
const contents = (of: string) =>
  Object.fromEntries(readdirSync(of).map((name) => [name, readFileSync(join(of, name)).toString('base64')]));

test('ERR-10 a running cloud is backed up by the command, and the backup is put back with --restored', async () => {
  const cloud = await start();
  const anna = await signUp(cloud, 'anna@example.org');
  const ct = random(5_000);
  await push(anna, ct);
  const before = await anna.zone.openZone({ zone: Zone.MESSAGES });
  const file = join(dir, 'backup.db');
  const made = await command('--data', dataDir, '--backup', file);
  expect(made).toEqual({ code: 0, out: `Backup written: ${file} (${statSync(file).size} bytes)\n` });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(dir).sort()).toEqual(['backup.db', 'data']);
  // It went on meanwhile, and what came after is not in the backup.
  await push(anna, random(100));
  await cloud.close();

  const again = join(dir, 'again');
  mkdirSync(again);
  copyFileSync(file, databaseFile(again));
  chmodSync(databaseFile(again), 0o644);
  await expect(start(again)).rejects.toThrow(/is a backup. Start once with --restored/);
  expect(readdirSync(again)).toEqual(['cloud.db']);
  const restored = await start(again, true, 'full');
  expect(readFileSync(secretFile(again), 'utf8')).toBe(readFileSync(secretFile(dataDir), 'utf8'));
  for (const part of [databaseFile(again), secretFile(again)]) expect(statSync(part).mode & 0o077).toBe(0);
  expect(readFileSync(databaseFile(again)).includes('opaqueSetup')).toBe(false);
  const { zone } = clientsOf(restored, anna.token);
  expect((await zone.openZone({ zone: Zone.MESSAGES })).state).toMatchObject({ records: 1n, head: 1n });
  expect(await codeOf(zone.changes({ zone: Zone.MESSAGES, token: before.token }))).toBe(
    'INCARNATION_CHANGED',
  );
  expect(await signIn(restored, 'anna@example.org', anna.person.password)).toBeDefined();
  await restored.close();
  // From now on it is a cloud like any other.
  await start(again);
});

test('ERR-10 a backup of a stopped cloud, of one that is written to, and of one that was killed', async () => {
  const cloud = await start();
  const anna = await signUp(cloud, 'anna@example.org');
  let going = true;
  const writing = (async () => {
    let count = 0;
    for (; going; count++) {
      await push(anna, random(2_000));
      // Calls within one process never come back to the event loop by themselves.
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    return count;
  })();
  await new Promise((resolve) => setTimeout(resolve, 50));
  const busy = await command('--data', dataDir, '--backup', join(dir, 'busy.db'));
  going = false;
  expect(busy.code).toBe(0);
  const written = await writing;
  expect(written).toBeGreaterThan(1);
  // As a kill would leave it: the database with its log.
  const killed = join(dir, 'killed');
  mkdirSync(killed);
  for (const name of readdirSync(dataDir)) copyFileSync(join(dataDir, name), join(killed, name));
  await backUp(killed, join(dir, 'killed.db'), 1);
  await cloud.close();
  await backUp(dataDir, join(dir, 'stopped.db'), 1);
  for (const [name, least, most] of [
    ['busy.db', 0, written],
    ['killed.db', written, written],
    ['stopped.db', written, written],
  ] as const) {
    const at = join(dir, `of-${name}`);
    mkdirSync(at);
    copyFileSync(join(dir, name), databaseFile(at));
    const { zone } = clientsOf(await start(at, true, 'full'), anna.token);
    const records = Number((await zone.openZone({ zone: Zone.MESSAGES })).state?.records);
    expect(records).toBeGreaterThanOrEqual(least);
    expect(records).toBeLessThanOrEqual(most);
  }
});

test('ERR-10 a backup replaces nothing, and what cannot be one leaves nothing', async () => {
  await signUp(await start(), 'anna@example.org');
  const file = join(dir, 'backup.db');
  writeFileSync(file, 'something of mine');
  const refused = await command('--data', dataDir, '--backup', file);
  expect(refused.code).toBe(1);
  expect(refused.out).toMatch(/^The backup was not made: .*is there already/);
  expect(readFileSync(file, 'utf8')).toBe('something of mine');
  await expect(backUp(dataDir, join(dir, 'no', 'such', 'folder'), 1)).rejects.toThrow(BackupError);
  await expect(backUp(join(dir, 'empty'), join(dir, 'b.db'), 1)).rejects.toThrow(/no cloud in/);
  expect(readdirSync(dir).sort()).toEqual(['backup.db', 'data']);
});

test('ERR-10 a backup does not start beside the log of another database or another secret', async () => {
  const cloud = await start();
  await signUp(cloud, 'anna@example.org');
  const file = join(dir, 'backup.db');
  await backUp(dataDir, file, 1);
  const other = join(dir, 'other');
  const second = await start(other);
  await signUp(second, 'bob@example.org');
  // Killed: its log stays behind.
  const left = join(dir, 'left');
  mkdirSync(left);
  for (const name of readdirSync(other)) copyFileSync(join(other, name), join(left, name));
  copyFileSync(file, databaseFile(left));
  const before = contents(left);
  await expect(start(left, true)).rejects.toThrow(/log of another database/);
  expect(contents(left)).toEqual(before);
  for (const rest of ['-wal', '-shm']) rmSync(`${databaseFile(left)}${rest}`);
  await expect(start(left, true)).rejects.toThrow(/another secret/);
  expect(readFileSync(secretFile(left), 'utf8')).toBe(readFileSync(secretFile(other), 'utf8'));
  renameSync(secretFile(left), join(dir, 'moved'));
  const restored = await start(left, true);
  expect(await codeOf(signUp(restored, 'anna@example.org'))).toBe('HANDLE_TAKEN');
  await signUp(restored, 'bob@example.org');
});

const filled = async () => {
  const cloud = await start();
  const anna = await signUp(cloud, 'anna@example.org');
  for (let i = 0; i < 60; i++) await push(anna, random(3_000));
  await cloud.close();
};

test('ERR-9 a damaged database is said, with an exit code of its own, and every file stays as it was', async () => {
  await filled();
  const good = readFileSync(databaseFile(dataDir));
  const scrambled = Buffer.from(good);
  for (let at = 4_096; at < good.length; at += 3 * 4_096) scrambled.set(random(64), at);
  const damages: { [what: string]: Buffer } = {
    scrambled,
    cut: good.subarray(0, 4_096 * 7),
    'no database': Buffer.from('This was a database once. '.repeat(400)),
    empty: Buffer.alloc(0),
  };
  for (const [what, bytes] of Object.entries(damages)) {
    writeFileSync(databaseFile(dataDir), bytes);
    const before = contents(dataDir);
    const ended = await command('--data', dataDir, '--port', '0');
    expect([what, ended.code]).toEqual([what, 3]);
    expect(ended.out).toMatch(
      /^The cloud cannot start: The database .*(damaged|empty).* Nothing was changed. Put a backup/,
    );
    expect(ended.out.split('\n').length).toBe(2);
    const after = contents(dataDir);
    for (const [name, content] of Object.entries(before))
      expect([what, name, after[name] === content]).toEqual([what, name, true]);
    if (what !== 'empty') await expect(backUp(dataDir, join(dir, `${what}.db`), 1)).rejects.toThrow();
    expect(existsSync(join(dir, `${what}.db`))).toBe(false);
  }
  rmSync(databaseFile(dataDir));
  await expect(start()).rejects.toThrow(DatabaseDamagedError);
  writeFileSync(databaseFile(dataDir), good);
  await start();
});

test('ERR-9 a damaged backup is said before it is unpacked, and the folder stays as it was', async () => {
  await filled();
  const file = join(dir, 'backup.db');
  await backUp(dataDir, file, 1);
  const good = readFileSync(file);
  const scrambled = Buffer.from(good);
  for (let at = 40 * 4_096; at < good.length - 5 * 4_096; at += 7 * 4_096) scrambled.set(random(64), at);
  for (const [what, bytes] of Object.entries({ scrambled, cut: good.subarray(0, good.length - 3 * 4_096) })) {
    const at = join(dir, what);
    mkdirSync(at);
    writeFileSync(databaseFile(at), bytes, { mode: 0o644 });
    const ended = await command('--data', at, '--port', '0', '--restored');
    expect([what, ended.code]).toEqual([what, 3]);
    expect(ended.out).toMatch(
      /^The cloud cannot start: The database .* is damaged .* Nothing was changed. Put a backup/,
    );
    expect(readdirSync(at)).toEqual(['cloud.db']);
    expect(readFileSync(databaseFile(at)).equals(bytes)).toBe(true);
    expect(statSync(databaseFile(at)).mode & 0o777).toBe(0o644);
    // A whole one in its place starts: nothing of the damaged one is in its way.
    writeFileSync(databaseFile(at), good);
    expect(await codeOf(signUp(await start(at, true), 'anna@example.org'))).toBe('HANDLE_TAKEN');
  }
});

test('ERR-22 a backup whose unpacking was cut short while it was written is put back by doing it again', async () => {
  await filled();
  const file = join(dir, 'backup.db');
  await backUp(dataDir, file, 1);
  const at = join(dir, 'again');
  mkdirSync(at);
  // As a kill would leave it: the pages are in the file already, and the journal, which takes them back, lies beside it.
  const { default: Sqlite } = await import('better-sqlite3');
  const sqlite = new Sqlite(file);
  sqlite.pragma('cache_size = 1');
  sqlite.exec('BEGIN; DROP TABLE backup; PRAGMA application_id = 0; UPDATE record SET epoch = epoch + 1');
  copyFileSync(file, databaseFile(at));
  copyFileSync(`${file}-journal`, `${databaseFile(at)}-journal`);
  sqlite.exec('ROLLBACK');
  sqlite.close();
  copyFileSync(secretFile(dataDir), secretFile(at));
  expect(readFileSync(databaseFile(at)).equals(readFileSync(file))).toBe(false);
  const restored = await start(at, true, 'full');
  expect(await codeOf(signUp(restored, 'anna@example.org'))).toBe('HANDLE_TAKEN');
  await restored.close();
  await start(at);
});

test.each(['a backup', 'a plain copy'])(
  'ERR-22 %s that was put back by a start that did not come to its end starts with --restored alone',
  async (what) => {
    await filled();
    const file = join(dir, 'put-back.db');
    if (what === 'a backup') await backUp(dataDir, file, 1);
    else copyFileSync(databaseFile(dataDir), file);
    const at = join(dir, 'again');
    mkdirSync(at);
    copyFileSync(file, databaseFile(at));
    copyFileSync(secretFile(dataDir), secretFile(at));
    // Ended before the new incarnations: behind the unpacking, and with the database open.
    if (what === 'a backup') await unpackBackup(at);
    else (await openStorage(at, { restored: true })).db.close();
    const before = contents(at);
    await expect(start(at)).rejects.toThrow(/was put back, .* Start once with --restored again/);
    expect(contents(at)['cloud.db']).toBe(before['cloud.db']);
    const killed = join(dir, 'killed');
    const restored = await start(at, true);
    // Killed at once: that it was renewed stands in the log alone.
    mkdirSync(killed);
    for (const name of readdirSync(at)) copyFileSync(join(at, name), join(killed, name));
    await start(killed);
    await restored.close();
    await start(at);
  },
);

test('ERR-9 the full check finds what the quick one does not look for', async () => {
  await filled();
  const { default: Sqlite } = await import('better-sqlite3');
  const sqlite = new Sqlite(databaseFile(dataDir));
  sqlite.pragma('foreign_keys = OFF');
  sqlite.exec('DELETE FROM zone WHERE kind = 2');
  sqlite.close();
  await expect(start(dataDir, false, 'full')).rejects.toThrow(/refer to rows that are not there/);
  truncateSync(databaseFile(dataDir), statSync(databaseFile(dataDir)).size - 4_096);
  await expect(start()).rejects.toThrow(DatabaseDamagedError);
});
