/** What blobs leave in the cloud's files: nothing of a dead one, all of a live one, after kills, backups and on a full disk. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BLOB_CHUNK } from '../../shared/crypto/blobs.ts';
import { toHex } from '../../shared/crypto/bytes.ts';
import { type Cloud, type CloudOptions, createCloud } from '../app.ts';
import { backUp } from '../storage/backup.ts';
import { databaseFile } from '../storage/database.ts';
import {
  acknowledge,
  deleting,
  getAll,
  MIB,
  makeBlob,
  messages,
  naming,
  pieceOf,
  push,
  putAll,
  send,
  type TestBlob,
  used,
} from '../testing/blobs.ts';
import { type CloudChild, startChild } from '../testing/child.ts';
import { clientsOf, codeOf, errorOf } from '../testing/clients.ts';
import { random, signUp } from '../testing/person.ts';
import { manualTimers } from '../testing/timers.ts';

let dir: string;
let dataDir: string;
let time = manualTimers();
let open: Cloud[] = [];
let child: CloudChild | undefined;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'lockstep-blobs-'));
  dataDir = join(dir, 'data');
  time = manualTimers();
});
afterEach(async () => {
  for (const cloud of open.splice(0)) await cloud.close();
  await child?.kill();
  child = undefined;
  open = [];
  rmSync(dir, { recursive: true, force: true });
});

const start = async (options: Partial<CloudOptions> = {}) => {
  const cloud = await createCloud({ dataDir, registration: 'open', timers: time.timers, ...options });
  open.push(cloud);
  return cloud;
};
const film = (bytes = 2_500_000) => makeBlob(random(bytes));

/** How many chunks of the blob have left something in the data folder's files. */
const left = ({ sealed }: TestBlob): number => {
  const marks = Array.from({ length: Math.ceil(sealed.length / BLOB_CHUNK) }, (_, chunk) =>
    Buffer.from(sealed.slice(chunk * BLOB_CHUNK + 1_000, chunk * BLOB_CHUNK + 1_032)),
  ).filter((mark) => mark.length > 0);
  const files = readdirSync(dataDir).map((name) => readFileSync(join(dataDir, name)));
  return marks.filter((mark) => files.some((file) => file.includes(mark))).length;
};

test('BLB-19 a dead blob leaves the database file and the write-ahead log, a live one beside it stays', async () => {
  const anna = await signUp(await start(), 'anna@example.org');
  const [kept, dropped, deleted, spoilt] = [film(), film(), film(), film(1_500_000)];
  for (const blob of [kept, dropped, deleted]) await putAll(anna, blob);
  const id = random(16);
  await push(anna, naming([kept]), naming([deleted], { id }));
  await anna.blob.putBlob(pieceOf(spoilt, 0));
  const all = left(kept);
  expect([left(dropped), left(deleted), left(spoilt)]).toEqual([all, all, 16]);
  await anna.blob.dropUpload({ blobId: dropped.id });
  await push(anna, deleting(id));
  expect(await codeOf(anna.blob.putBlob({ ...pieceOf(spoilt, MIB), bytes: random(spoilt.size - MIB) }))).toBe(
    'MALFORMED',
  );
  time.run();
  expect([left(kept), left(dropped), left(deleted), left(spoilt)]).toEqual([all, 0, 0, 0]);
  expect(toHex(await getAll(anna, kept))).toBe(toHex(kept.sealed));
});

test('BLB-19 a large blob goes in slices, and a cloud that was stopped in between goes on at its next start', async () => {
  const first = await start();
  const anna = await signUp(first, 'anna@example.org');
  const large = film(5_500_000);
  await putAll(anna, large);
  const all = left(large);
  await anna.blob.dropUpload({ blobId: large.id });
  expect(await used(anna)).toBe(0);
  time.run(2);
  await first.close();
  const rest = left(large);
  expect([rest > 0, rest < all, left(large)]).toEqual([true, true, rest]);
  time = manualTimers();
  const again = clientsOf(await start(), anna.token);
  // Meanwhile the same file may come again.
  await putAll(again, large);
  time.run();
  expect(toHex(await getAll(again, large))).toBe(toHex(large.sealed));
  await again.blob.dropUpload({ blobId: large.id });
  time.run();
  expect(left(large)).toBe(0);
});

test('BLB-19 what was over while the cloud was off goes at its next start', async () => {
  let now = 1_800_000_000_000;
  const clock = { now: () => now };
  const first = await start({ clock });
  const anna = await signUp(first, 'anna@example.org');
  const blob = film(200_000);
  await putAll(anna, blob);
  await first.close();
  now += 25 * 3_600_000;
  const again = clientsOf(await start({ clock }), anna.token);
  time.run();
  expect([left(blob), await used(again)]).toEqual([0, 0]);
});

test('BLB-20 a purged zone’s blobs leave the files as its records do', async () => {
  let now = 1_800_000_000_000;
  const anna = await signUp(await start({ clock: { now: () => now } }), 'anna@example.org');
  const blobs = [film(), film(200_000)];
  for (const blob of blobs) await putAll(anna, blob);
  await push(anna, naming(blobs), naming(blobs));
  await anna.zone.markForPurge({ zone: messages, generation: 1, purgeId: random(16) });
  now += 30 * 24 * 3_600_000;
  await used(anna);
  time.run();
  expect(blobs.map(left)).toEqual([0, 0]);
});

test('BLB-21 a backup holds the blobs and what names them of one moment; put back, what came after is asked for again', async () => {
  const first = await start();
  const anna = await signUp(first, 'anna@example.org');
  const [before, half, after] = [film(), film(), film(300_000)];
  await putAll(anna, before);
  await push(anna, naming([before]));
  await anna.blob.putBlob(pieceOf(half, 0));
  const backup = join(dir, 'backup.db');
  await backUp(dataDir, backup, Date.now());
  await putAll(anna, after);
  const id = random(16);
  await push(anna, naming([after], { id }));
  await anna.blob.putBlob(pieceOf(half, MIB));
  await first.close();
  open = [];

  rmSync(dataDir, { recursive: true });
  mkdirSync(dataDir);
  renameSync(backup, databaseFile(dataDir));
  const again = clientsOf(await start({ restored: true, check: 'full' }), anna.token);
  expect(toHex(await getAll(again, before))).toBe(toHex(before.sealed));
  expect(await used(again)).toBe(before.size + half.size + 40 + 32);
  // The device offers again what it holds.
  const offered = await again.zone.push({
    zone: messages,
    generation: 1,
    operations: [naming([after], { id })],
  });
  expect(offered.results[0]?.result).toMatchObject({ case: 'blobsMissing', value: { blobIds: [after.id] } });
  await putAll(again, after);
  expect(await push(again, naming([after], { id }))).toEqual(['ok']);
  const { states } = await again.blob.statBlobs({ blobIds: [half.id] });
  expect(states[0]?.received).toBe(BigInt(MIB));
  for (let offset = MIB; offset < half.size; offset += MIB) await again.blob.putBlob(pieceOf(half, offset));
  expect(toHex(await getAll(again, half))).toBe(toHex(half.sealed));
});

test('BLB-21 a database at its limit refuses a piece whole, keeps what it had, and goes on when there is room', async () => {
  const anna = await signUp(await start({ largestDatabaseBytes: 6 * MIB }), 'anna@example.org');
  const blobs = [film(), film(), film()];
  const refusals: unknown[] = [];
  for (const blob of blobs) await putAll(anna, blob).catch((error) => refusals.push(error));
  expect(await errorOf(Promise.reject(refusals[0]))).toMatchObject({
    name: 'UNAVAILABLE',
    retryAfterMs: 5_000,
  });
  const { states } = await anna.blob.statBlobs({ blobIds: blobs.map(({ id }) => id) });
  for (const { size, received } of states) expect(received === size ? 0 : Number(received) % MIB).toBe(0);
  expect(toHex(await getAll(anna, blobs[1]!))).toBe(toHex(blobs[1]!.sealed));
  await anna.blob.dropUpload({ blobId: blobs[0]!.id });
  time.run();
  const received = states.find(({ blobId }) => toHex(blobId) === toHex(blobs[2]!.id))?.received ?? 0n;
  for (let offset = Number(received); offset < blobs[2]!.size; offset += MIB)
    await anna.blob.putBlob(pieceOf(blobs[2]!, offset));
  expect(toHex(await getAll(anna, blobs[2]!))).toBe(toHex(blobs[2]!.sealed));
});

test('BLB-22 a killed cloud has every piece that it answered for, and no half of one', async () => {
  let running = await startChild(dataDir);
  child = running;
  const anna = await signUp(running.cloud, 'anna@example.org');
  const clients = () => clientsOf(running.cloud, anna.token);
  const blob = film(2_200_000);
  let answered = 0;
  for (let round = 0; answered < blob.size; round++) {
    const under = clients()
      .blob.putBlob(pieceOf(blob, answered))
      .then(
        ({ state }) => (answered = Number(state?.received)),
        () => undefined,
      );
    // Before or while it is worked at, or just after the answer.
    if (round % 3 === 2) await under;
    else await new Promise((resolve) => setTimeout(resolve, round % 3 === 0 ? 5 : 40));
    await running.kill();
    await under;
    running = await startChild(dataDir);
    child = running;
    const { states } = await clients().blob.statBlobs({ blobIds: [blob.id] });
    const there = Number(states[0]?.received ?? 0);
    expect(there).toBeGreaterThanOrEqual(answered);
    expect(there === blob.size ? 0 : there % MIB).toBe(0);
    answered = there;
    expect(round).toBeLessThan(12);
  }
  expect(toHex(await getAll(clients(), blob))).toBe(toHex(blob.sealed));
  await push(clients(), naming([blob]));
  expect(await used(clients())).toBe(blob.size + 40 + 32);
  expect(await running.end()).toBe(0);
}, 120_000);

test('BLB-15 mail holds its blobs across a restart, and lets go of them at its time', async () => {
  let now = 1_800_000_000_000;
  const clock = { now: () => now };
  const first = await start({ clock });
  const anna = await signUp(first, 'anna@example.org');
  const bob = await signUp(first, 'bob@example.org');
  const blob = film(200_000);
  await putAll(anna, blob);
  await send(anna, [bob], [blob]);
  await first.close();
  now += 3 * 24 * 3_600_000;
  const second = await start({ clock });
  const reading = { ...bob, ...clientsOf(second, bob.token) };
  expect(toHex(await getAll(reading, blob))).toBe(toHex(blob.sealed));
  await acknowledge(reading);
  await second.close();
  now += 31 * 24 * 3_600_000;
  await start({ clock });
  time.run();
  expect(left(blob)).toBe(0);
});
