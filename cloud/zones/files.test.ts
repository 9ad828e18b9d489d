/** What a zone leaves in the cloud's files: deleted ciphertext, and what a restored or purged database tells its devices. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Zone } from '../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import { createCloud } from '../app.ts';
import type { Timers } from '../events/hub.ts';
import { databaseFile, openDatabase } from '../storage/database.ts';
import { renewIncarnations } from '../storage/restore.ts';
import { clientsOf, codeOf } from '../testing/clients.ts';
import { random, signUp } from '../testing/person.ts';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'lockstep-cloud-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const zone = Zone.MESSAGES;

/** The files of the folder that hold these bytes. */
const filesWith = (needle: Uint8Array): string[] =>
  readdirSync(dataDir).filter((name) => readFileSync(join(dataDir, name)).includes(Buffer.from(needle)));

test('ZON-6 deleted and replaced ciphertext leaves the database file and the write-ahead log', async () => {
  let due: (() => void)[] = [];
  const timers: Timers = { set: (work) => due.push(work), clear: () => undefined };
  const cloud = await createCloud({ dataDir, registration: 'open', timers });
  const anna = await signUp(cloud, 'anna@example.org');
  // Small ones share a page, large ones have pages of their own.
  const doomed = [40, 300, 5_000, 120_000].map((size) => ({ id: random(16), ct: random(size) }));
  const kept = { id: random(16), ct: random(300) };
  const replaced = { id: random(16), ct: random(30_000) };
  const put = ({ id, ct }: { id: Uint8Array; ct: Uint8Array }, baseRev = 0) => ({
    op: { case: 'put' as const, value: { id, ct, baseRev, epoch: 1, hint: 1 } },
  });
  await anna.zone.push({
    zone,
    generation: 1,
    operations: [...doomed, kept, replaced].map((record) => put(record)),
  });
  const marks = doomed.flatMap(({ ct }) => [ct.subarray(0, 24), ct.subarray(-24)]);
  for (const mark of marks) expect(filesWith(mark).length).toBeGreaterThan(0);

  due = [];
  const operations = doomed.map(({ id }) => ({
    op: { case: 'delete' as const, value: { id, epoch: 1, proof: random(41) } },
  }));
  const second = put({ id: replaced.id, ct: random(20) }, 1);
  const { results } = await anna.zone.push({ zone, generation: 1, operations: [...operations, second] });
  expect(results.every(({ result }) => result.case === 'ok')).toBe(true);
  expect(due.length).toBe(1);
  for (const work of due) work();

  for (const mark of [...marks, replaced.ct.subarray(0, 24), replaced.ct.subarray(-24)])
    expect(filesWith(mark)).toEqual([]);
  expect(filesWith(kept.ct)).toEqual(['cloud.db']);
  await cloud.close();
});

test('ZON-6 what a killed process left in the write-ahead log is gone after the next start', async () => {
  const never: Timers = { set: () => 0, clear: () => undefined };
  const killed = await createCloud({ dataDir, registration: 'open', timers: never });
  const anna = await signUp(killed, 'anna@example.org');
  const id = random(16);
  const ct = random(2_000);
  const push = (op: { case: 'put'; value: object } | { case: 'delete'; value: object }) =>
    anna.zone.push({ zone, generation: 1, operations: [{ op: op as never }] });
  await push({ case: 'put', value: { id, ct, epoch: 1 } });
  await push({ case: 'delete', value: { id, epoch: 1, proof: random(41) } });
  expect(filesWith(ct.subarray(0, 24))).toEqual(['cloud.db-wal']);
  const next = await createCloud({ dataDir, registration: 'open' });
  expect(filesWith(ct.subarray(0, 24))).toEqual([]);
  await next.close();
  await killed.close();
});

test('ZON-7 ZON-22 after a restore tokens and pushes say incarnation_changed, after a purge generation_changed', async () => {
  const first = await createCloud({ dataDir, registration: 'open' });
  const anna = await signUp(first, 'anna@example.org');
  const before = await anna.zone.openZone({ zone });
  await first.close();

  const db = openDatabase(dataDir);
  expect(renewIncarnations(db, random)).toBe(2);
  db.close();
  const restored = await createCloud({ dataDir, registration: 'open' });
  const { zone: client } = clientsOf(restored, anna.token);
  expect(await codeOf(client.changes({ zone, token: before.token }))).toBe('INCARNATION_CHANGED');
  expect(await codeOf(client.backfill({ zone, cursor: before.backfillCursor }))).toBe('INCARNATION_CHANGED');
  const after = await client.openZone({ zone });
  expect(after.state?.incarnation).not.toBe(before.state?.incarnation);
  expect(after.state?.generation).toBe(before.state?.generation);
  // What was meant for a version of before does not meet another of the same number: nothing of it is written.
  const value = { id: random(16), ct: random(20), baseRev: 0, epoch: 1, hint: 1 };
  const push = { zone, generation: 1, operations: [{ op: { case: 'put' as const, value } }] };
  const incarnation = before.state!.incarnation;
  expect(await codeOf(client.push({ ...push, incarnation }))).toBe('INCARNATION_CHANGED');
  expect((await client.openZone({ zone })).state?.records).toBe(0n);
  const pushed = await client.push({ ...push, incarnation: after.state!.incarnation });
  expect(pushed.results[0]?.result.case).toBe('ok');
  // An app of wire version 7 or older does not say it.
  const older = await client.push({
    ...push,
    operations: [{ op: { case: 'put', value: { ...value, id: random(16) } } }],
  });
  expect(older.results[0]?.result.case).toBe('ok');
  await client.changes({ zone, token: after.token });
  await restored.close();

  const again = openDatabase(dataDir);
  again.transaction((write) => write.run(again.sql.updateTable('zone').set({ generation: 2 })));
  again.close();
  const purged = await createCloud({ dataDir, registration: 'open' });
  const { zone: later } = clientsOf(purged, anna.token);
  expect(await codeOf(later.changes({ zone, token: after.token }))).toBe('GENERATION_CHANGED');
  expect(await codeOf(later.backfill({ zone, cursor: after.backfillCursor }))).toBe('GENERATION_CHANGED');
  await purged.close();
});

test('ZON-1 what was answered is there after the process is gone', async () => {
  const cloud = await createCloud({ dataDir, registration: 'open' });
  const anna = await signUp(cloud, 'anna@example.org');
  const id = random(16);
  const ct = random(50);
  await anna.zone.push({
    zone,
    generation: 1,
    operations: [{ op: { case: 'put', value: { id, ct, epoch: 1 } } }],
  });
  // Another connection sees it while the first is still open: it was committed before the answer.
  const db = openDatabase(dataDir);
  const row = db.read.first(db.sql.selectFrom('record').select(['ct', 'seq']).where('id', '=', id));
  expect(row?.seq).toBe(1);
  db.close();
  await cloud.close();
  expect(readdirSync(dataDir).sort()).toEqual(['cloud.db', 'cloud.secret.json']);
  expect(databaseFile(dataDir).endsWith('cloud.db')).toBe(true);
});
