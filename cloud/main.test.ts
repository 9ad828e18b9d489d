/** The command line as an operator meets it: one process, one port, real signals. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sealedBlobLength } from '../shared/crypto/blobs.ts';
import { Zone } from '../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import type { Cloud } from './app.ts';
import { databaseFile } from './storage/database.ts';
import { secretFile } from './storage/secret.ts';
import { makeBlob, putAll } from './testing/blobs.ts';
import { codeOf, ORIGIN } from './testing/clients.ts';
import { random, signUp } from './testing/person.ts';

let dataDir: string;
const started: ChildProcess[] = [];
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'lockstep-cloud-'));
});
afterEach(() => {
  for (const child of started.splice(0)) if (child.exitCode === null) child.kill('SIGKILL');
  rmSync(dataDir, { recursive: true, force: true });
});

const run = (...args: string[]) => {
  const main = fileURLToPath(new URL('./main.ts', import.meta.url));
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  started.push(child);
  const output = { out: '', err: '' };
  child.stdout.on('data', (chunk) => (output.out += String(chunk)));
  child.stderr.on('data', (chunk) => (output.err += String(chunk)));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return { child, output, ended };
};

/** A running cloud as `cloud.fetch`, over its port. */
const serve = async (...args: string[]) => {
  const running = run('--data', dataDir, '--port', '0', ...args);
  const ready = new Promise<string>((resolve, reject) => {
    running.child.stdout?.on('data', () => {
      const url = /^Cloud ready: (http:\/\/\S+)\n$/.exec(running.output.out)?.[1];
      if (url !== undefined) resolve(url);
    });
    running.ended.then(() => reject(new Error(`the cloud ended: ${running.output.err}`)), reject);
  });
  const url = await ready;
  const cloud = {
    fetch: async (request: Request) =>
      fetch(new Request(request.url.replace(ORIGIN, url), request as RequestInit & { duplex: 'half' })),
  } as unknown as Cloud;
  return { ...running, url, cloud };
};

test('EVT-6 SIGTERM ends the streams, then the process, and nothing that was answered is lost', async () => {
  const first = await serve();
  expect(first.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(await (await fetch(`${first.url}/healthz`)).text()).toBe('ok');
  const anna = await signUp(first.cloud, 'anna@example.org');
  const stream = anna.event.watch({})[Symbol.asyncIterator]();
  for (let i = 0; i < 4; i++) expect((await stream.next()).done).toBe(false);
  const operations = [{ op: { case: 'put' as const, value: { id: random(16), ct: random(20), epoch: 1 } } }];
  await anna.zone.push({ zone: 2, generation: 1, operations });
  expect((await stream.next()).value?.poke.case).toBe('zone');

  first.child.kill('SIGTERM');
  expect((await stream.next()).done).toBe(true);
  expect(await first.ended).toBe(0);

  const second = await serve();
  const fetchOfFirst = first.cloud as { fetch: unknown };
  fetchOfFirst.fetch = second.cloud.fetch;
  const state = (await anna.zone.openZone({ zone: 2 })).state;
  expect(state?.head).toBe(1n);
  second.child.kill('SIGINT');
  expect(await second.ended).toBe(0);
  for (const line of (first.output.err + second.output.err).trim().split('\n')) JSON.parse(line);
  expect(first.output.err).not.toContain('anna');
});

test('ZON-1 kill -9 loses nothing that was answered', async () => {
  const first = await serve();
  const anna = await signUp(first.cloud, 'anna@example.org');
  for (let i = 0; i < 20; i++) {
    const operations = [
      { op: { case: 'put' as const, value: { id: random(16), ct: random(20), epoch: 1 } } },
    ];
    await anna.zone.push({ zone: 2, generation: 1, operations });
  }
  first.child.kill('SIGKILL');
  await first.ended;
  const second = await serve();
  (first.cloud as { fetch: unknown }).fetch = second.cloud.fetch;
  expect((await anna.zone.openZone({ zone: 2 })).state?.head).toBe(20n);
  second.child.kill('SIGTERM');
  expect(await second.ended).toBe(0);
});

test('ACC-14 --invite prints a code that a running cloud takes, once', async () => {
  const running = await serve('--registration', 'invitation');
  const invitation = run('--data', dataDir, '--invite');
  expect(await invitation.ended).toBe(0);
  const code = invitation.output.out.trim();
  expect(code).toMatch(/^([a-z2-9]{5}-){3}[a-z2-9]{5}$/);
  await signUp(running.cloud, 'anna@example.org', { invitation: code });
  expect(await codeOf(signUp(running.cloud, 'bob@example.org', { invitation: code }))).toBe(
    'INVITATION_INVALID',
  );
});

test('MBX-8 --restored: zones say so, and a device that read further than the backup skips nothing', async () => {
  const send = (from: typeof anna, to: typeof anna) =>
    from.mailbox.send({
      sendId: random(16),
      content: random(50),
      recipients: [{ accountId: to.person.accountId, epoch: 1, suite: 1, sealedKey: random(80) }],
    });
  const first = await serve();
  const anna = await signUp(first.cloud, 'anna@example.org');
  const bob = await signUp(first.cloud, 'bob@example.org');
  await send(anna, bob);
  first.child.kill('SIGTERM');
  await first.ended;
  const backup = join(dataDir, 'backup');
  cpSync(databaseFile(dataDir), backup);

  const second = await serve();
  (first.cloud as { fetch: unknown }).fetch = second.cloud.fetch;
  await send(anna, bob);
  await send(anna, bob);
  const read = Number((await bob.mailbox.receive({})).head);
  const { token } = await bob.zone.openZone({ zone: 2 });
  second.child.kill('SIGTERM');
  await second.ended;
  for (const file of ['', '-wal', '-shm']) rmSync(`${databaseFile(dataDir)}${file}`, { force: true });
  cpSync(backup, databaseFile(dataDir));

  const restored = await serve('--restored');
  (first.cloud as { fetch: unknown }).fetch = restored.cloud.fetch;
  expect(await codeOf(bob.zone.changes({ zone: 2, token }))).toBe('INCARNATION_CHANGED');
  await send(anna, bob);
  const { envelopes } = await bob.mailbox.receive({ after: BigInt(read) });
  expect(envelopes.length).toBe(1);
});

test('ACC-13 its files are for its owner alone, and a damaged secret is said in words', async () => {
  const running = await serve();
  for (const file of [databaseFile(dataDir), `${databaseFile(dataDir)}-wal`, secretFile(dataDir)]) {
    expect(statSync(file).mode & 0o077).toBe(0);
  }
  running.child.kill('SIGTERM');
  await running.ended;
  writeFileSync(secretFile(dataDir), 'scrambled');
  const damaged = run('--data', dataDir, '--port', '0');
  expect(await damaged.ended).toBe(1);
  expect(damaged.output.err).toMatch(/^The cloud cannot start: .*secret.*Restore it from a backup/);
  expect(damaged.output.err).not.toContain('at ');
});

test('wrong arguments are explained', async () => {
  for (const args of [
    [],
    ['--data', dataDir, '--port', '99999'],
    ['--data', dataDir, '--registration', 'maybe'],
    ['--what'],
  ]) {
    const wrong = run(...args);
    expect(await wrong.ended).toBe(2);
    expect(wrong.output.err).toContain('Usage: npm run cloud');
  }
});

test('BLB-17 --max-file says how large a file may be, in MiB', async () => {
  const { cloud, child, ended } = await serve('--max-file', '0.25');
  const anna = await signUp(cloud, 'anna@example.org');
  const { state } = await anna.zone.openZone({ zone: Zone.MESSAGES });
  expect(state?.largestBlobBytes).toBe(BigInt(sealedBlobLength(256 * 1024)));
  await putAll(anna, makeBlob(random(256 * 1024)));
  expect(await codeOf(putAll(anna, makeBlob(random(300_000))))).toBe('TOO_LARGE');
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
  for (const wrong of ['0', 'many', '2000']) {
    const refused = run('--data', dataDir, '--max-file', wrong);
    expect([wrong, await refused.ended]).toEqual([wrong, 2]);
    expect(refused.output.err).toContain('--max-file takes a number of MiB');
  }
});

test('ERR-25 a database that another program holds is said, with what to do', async () => {
  const first = await serve();
  first.child.kill('SIGTERM');
  await first.ended;
  const held = new Sqlite(databaseFile(dataDir));
  held.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  const second = run('--data', dataDir, '--port', '0', '--check', 'none');
  expect(await second.ended).toBe(1);
  held.close();
  expect(second.output.err).toContain('The cloud cannot start: another program holds the database');
});
