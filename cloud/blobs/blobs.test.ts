/** Blobs at the cloud: put, read, named, charged for, and gone. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BLOB_CHUNK, createBlobCipher, sealedBlobLength } from '../../shared/crypto/blobs.ts';
import { toHex } from '../../shared/crypto/bytes.ts';
import { Zone } from '../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import { type Cloud, type CloudOptions, createCloud } from '../app.ts';
import {
  acknowledge,
  deleting,
  getAll,
  MIB,
  mail,
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
import { clientsOf, codeOf, errorOf } from '../testing/clients.ts';
import { addDevice, random, removal, signUp, type TestDevice } from '../testing/person.ts';
import { manualTimers } from '../testing/timers.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const RECORD = 40 + 32;

let now = 1_800_000_000_000;
let cloud: Cloud;
let anna: TestDevice;
let bob: TestDevice;
let time = manualTimers();
const start = (options: Partial<CloudOptions> = {}) =>
  createCloud({
    dataDir: ':memory:',
    registration: 'open',
    clock: { now: () => now },
    timers: time.timers,
    quotaBytes: 8 * MIB,
    ...options,
  });
beforeEach(async () => {
  now = 1_800_000_000_000;
  time = manualTimers();
  cloud = await start();
  anna = await signUp(cloud, 'anna@example.org');
  bob = await signUp(cloud, 'bob@example.org');
});
afterEach(() => cloud.close());

const photo = (bytes = 200_000) => makeBlob(random(bytes));
const stat = async (who: Pick<TestDevice, 'blob'>, ...blobs: TestBlob[]) =>
  (await who.blob.statBlobs({ blobIds: blobs.map(({ id }) => id) })).states;
const reaches = async (who: Pick<TestDevice, 'blob'>, blob: TestBlob): Promise<boolean> => {
  try {
    await who.blob.getBlob({ blobId: blob.id, offset: 0n, length: 10 });
    return true;
  } catch (error) {
    expect(await codeOf(Promise.reject(error))).toBe('NOT_FOUND');
    return false;
  }
};
const pass = (ms: number) => {
  now += ms;
  time.run();
};

test('BLB-10 a blob is put piece by piece, read back whole, and says at each answer how far it is', async () => {
  const film = photo(2_500_000);
  const received: bigint[] = [];
  for (let offset = 0; offset < film.size; offset += MIB) {
    const { state } = await anna.blob.putBlob(pieceOf(film, offset));
    expect(state).toMatchObject({ blobId: film.id, size: BigInt(film.size), heldUntilMs: BigInt(now + DAY) });
    received.push(state?.received ?? 0n);
  }
  expect(received).toEqual([BigInt(MIB), BigInt(2 * MIB), BigInt(film.size)]);
  expect(toHex(await getAll(anna, film))).toBe(toHex(film.sealed));
  const cipher = createBlobCipher({ key: film.key, size: film.file.length });
  const { bytes } = await anna.blob.getBlob({
    blobId: film.id,
    offset: BigInt(3 * BLOB_CHUNK),
    length: BLOB_CHUNK,
  });
  expect(cipher.open(3, bytes)).toEqual(film.file.subarray(3 * 65_496, 4 * 65_496));
});

test('BLB-10 the same bytes again change nothing, wherever an answer was lost; other bytes for a place are refused', async () => {
  const film = photo(2_500_000);
  await anna.blob.putBlob(pieceOf(film, 0));
  await anna.blob.putBlob(pieceOf(film, MIB));
  const before = await used(anna);
  for (const [offset, length] of [
    [0, MIB],
    [MIB, MIB],
    [0, BLOB_CHUNK],
    [MIB - BLOB_CHUNK, MIB],
  ] as const) {
    const { state } = await anna.blob.putBlob(pieceOf(film, offset, length));
    expect(state?.received).toBe(BigInt(2 * MIB));
  }
  // From what is there on into what is not.
  expect((await anna.blob.putBlob(pieceOf(film, 2 * MIB - BLOB_CHUNK, 2 * BLOB_CHUNK))).state?.received).toBe(
    BigInt(2 * MIB + BLOB_CHUNK),
  );
  expect(await codeOf(anna.blob.putBlob({ ...pieceOf(film, 0), bytes: random(MIB) }))).toBe('MALFORMED');
  expect(await used(anna)).toBe(before);
  await anna.blob.putBlob(pieceOf(film, 2 * MIB));
  const whole = await anna.blob.putBlob(pieceOf(film, 2 * MIB));
  expect(whole.state?.received).toBe(BigInt(film.size));
  expect((await anna.blob.putBlob(pieceOf(film, 0))).state?.received).toBe(BigInt(film.size));
  expect(toHex(await getAll(anna, film))).toBe(toHex(film.sealed));
});

test('BLB-10 an upload goes on after a restart, on another device of the account too', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'lockstep-blobs-'));
  let there = await start({ dataDir });
  const first = await signUp(there, 'carol@example.org');
  const second = await addDevice(there, first.person);
  const film = photo(2_500_000);
  await first.blob.putBlob(pieceOf(film, 0));
  await there.close();
  there = await start({ dataDir });
  const again = clientsOf(there, second.token);
  const [state] = await stat(again, film);
  expect([state?.received, state?.size]).toEqual([BigInt(MIB), BigInt(film.size)]);
  for (let offset = Number(state?.received); offset < film.size; offset += MIB)
    await again.blob.putBlob(pieceOf(film, offset));
  expect(toHex(await getAll(clientsOf(there, first.token), film))).toBe(toHex(film.sealed));
  await there.close();
  rmSync(dataDir, { recursive: true });
});

test('BLB-10 what cannot be a piece is malformed, and what lies further than the cloud is, not found', async () => {
  const film = photo(2_500_000);
  const good = pieceOf(film, 0);
  const bad = [
    { ...good, blobId: random(31) },
    { ...good, size: 0n },
    { ...good, offset: 100n },
    { ...good, bytes: new Uint8Array() },
    { ...good, bytes: film.sealed.subarray(0, 100) },
    { ...good, size: BigInt(MIB - 1) },
    { ...good, offset: BigInt(3 * MIB) },
    { ...good, offset: 2n ** 60n },
    { ...good, size: 2n ** 63n },
  ];
  for (const piece of bad) expect(await codeOf(anna.blob.putBlob(piece))).toBe('MALFORMED');
  expect(await codeOf(anna.blob.putBlob({ ...good, bytes: random(MIB + BLOB_CHUNK) }))).toBe('TOO_LARGE');
  expect(await codeOf(anna.blob.putBlob(pieceOf(film, MIB)))).toBe('NOT_FOUND');
  await anna.blob.putBlob(good);
  expect(await codeOf(anna.blob.putBlob(pieceOf(film, 2 * MIB)))).toBe('NOT_FOUND');
  expect(await codeOf(anna.blob.putBlob({ ...pieceOf(film, MIB), size: BigInt(film.size + 1) }))).toBe(
    'MALFORMED',
  );
  expect((await stat(anna, film))[0]?.received).toBe(BigInt(MIB));
});

test('BLB-11 bytes that an id does not name are refused with the last of them, and nothing of the upload is left', async () => {
  const mine = photo();
  const other = photo(200_000);
  expect(await codeOf(anna.blob.putBlob({ ...pieceOf(other, 0), blobId: mine.id }))).toBe('MALFORMED');
  expect(await stat(anna, mine)).toEqual([]);
  expect(await used(anna)).toBe(0);
  await putAll(anna, mine);
  expect(await reaches(anna, mine)).toBe(true);
});

test('BLB-11 no call reaches another account’s blob or upload, by whatever id', async () => {
  const film = photo(2_500_000);
  const small = photo();
  await anna.blob.putBlob(pieceOf(film, 0));
  await putAll(anna, small);
  expect(await stat(bob, film, small)).toEqual([]);
  expect(await reaches(bob, small)).toBe(false);
  // Going on with another's upload is going on with none; giving it up gives up none.
  expect(await codeOf(bob.blob.putBlob(pieceOf(film, MIB)))).toBe('NOT_FOUND');
  await bob.blob.dropUpload({ blobId: film.id });
  await bob.blob.dropUpload({ blobId: small.id });
  expect((await stat(anna, film, small)).map(({ received }) => received)).toEqual([
    BigInt(MIB),
    BigInt(small.size),
  ]);
  const answer = await bob.zone.push({ zone: messages, generation: 1, operations: [naming([small])] });
  expect(answer.results[0]?.result).toMatchObject({ case: 'blobsMissing', value: { blobIds: [small.id] } });
  expect(answer.head).toBe(0n);
  const sent = await bob.mailbox.send(mail([bob, anna], [small]));
  expect(sent.result).toMatchObject({ case: 'blobsMissing', value: { blobIds: [small.id] } });
  expect((await anna.mailbox.receive({})).envelopes).toEqual([]);
  expect(await reaches(bob, small)).toBe(false);
});

test('BLB-11 who has the bytes puts them under the same id, and others’ wrong bytes do not get in the way', async () => {
  const film = photo(2_500_000);
  const spoilt = { ...film, sealed: random(film.size) };
  await bob.blob.putBlob(pieceOf(spoilt, 0));
  await anna.blob.putBlob(pieceOf(film, 0));
  await bob.blob.putBlob(pieceOf(spoilt, MIB));
  await anna.blob.putBlob(pieceOf(film, MIB));
  expect(await codeOf(bob.blob.putBlob(pieceOf(spoilt, 2 * MIB)))).toBe('MALFORMED');
  await anna.blob.putBlob(pieceOf(film, 2 * MIB));
  await putAll(bob, film);
  expect(toHex(await getAll(bob, film))).toBe(toHex(film.sealed));
  expect([await used(anna), await used(bob)]).toEqual([film.size, film.size]);
  // One copy for both: each lets go of his own alone.
  await anna.blob.dropUpload({ blobId: film.id });
  expect([await reaches(anna, film), await reaches(bob, film)]).toEqual([false, true]);
});

test('BLB-12 a put that names a blob which is not there, or not whole, is refused by itself and names it', async () => {
  const film = photo(2_500_000);
  const small = photo();
  await anna.blob.putBlob(pieceOf(film, 0));
  await putAll(anna, small);
  const lost = photo();
  const { results } = await anna.zone.push({
    zone: messages,
    generation: 1,
    operations: [naming([small]), naming([small, film, lost]), naming([])],
  });
  expect(results.map(({ result }) => result.case)).toEqual(['ok', 'blobsMissing', 'ok']);
  expect(results[1]?.result.value).toMatchObject({ blobIds: [film.id, lost.id] });
  expect(await send(anna, [anna], [small])).toBe('accepted');
  const refused = mail([anna], [film]);
  expect((await anna.mailbox.send(refused)).result.case).toBe('blobsMissing');
  for (let offset = MIB; offset < film.size; offset += MIB) await anna.blob.putBlob(pieceOf(film, offset));
  // Nothing was remembered of the refusal: the same send goes now.
  expect((await anna.mailbox.send(refused)).result.case).toBe('accepted');
});

test('BLB-12 names are ids, each once, 32 at most, and in the messages zone alone', async () => {
  const small = photo();
  await putAll(anna, small);
  const many = Array.from({ length: 33 }, () => ({ id: random(32) }));
  for (const names of [[{ id: random(31) }], [small, small], many]) {
    expect(await codeOf(push(anna, naming(names)))).toBe('MALFORMED');
    expect(await codeOf(anna.mailbox.send(mail([anna], names)))).toBe('MALFORMED');
  }
  const elsewhere = anna.zone.push({ zone: Zone.ACCOUNT, generation: 1, operations: [naming([small])] });
  expect(await codeOf(elsewhere)).toBe('MALFORMED');
});

test('BLB-13 a record holds what its newest put names; replaced, deleted or unnamed it lets go at once', async () => {
  const [one, two] = [photo(), photo(300_000)];
  await putAll(anna, one);
  await putAll(anna, two);
  const [a, b] = [random(16), random(16)];
  expect(await push(anna, naming([one, two], { id: a }), naming([two], { id: b }))).toEqual(['ok', 'ok']);
  expect(await used(anna)).toBe(one.size + two.size + 40 + 64 + RECORD);
  const opened = await anna.zone.openZone({ zone: messages });
  const page = await anna.zone.backfill({ zone: messages, cursor: opened.backfillCursor });
  const pulled = new Map(page.records.map((record) => [toHex(record.id), record.blobs]));
  expect(pulled.get(toHex(a))).toEqual([one.id, two.id]);
  expect(pulled.get(toHex(b))).toEqual([two.id]);
  expect((await stat(anna, one))[0]?.heldUntilMs).toBe(0n);

  expect(await push(anna, naming([two], { id: a, baseRev: 1 }))).toEqual(['ok']);
  expect([await reaches(anna, one), await reaches(anna, two)]).toEqual([false, true]);
  expect(await push(anna, deleting(a))).toEqual(['ok']);
  expect(await reaches(anna, two)).toBe(true);
  expect(await push(anna, naming([], { id: b, baseRev: 1 }))).toEqual(['ok']);
  expect(await reaches(anna, two)).toBe(false);
  expect(await used(anna)).toBe(40);
});

test('BLB-13 within one push what one operation lets go another may still name, and a conflict changes nothing', async () => {
  const small = photo();
  await putAll(anna, small);
  const [a, b] = [random(16), random(16)];
  await push(anna, naming([small], { id: a }));
  expect(await push(anna, deleting(a), naming([small], { id: b }))).toEqual(['ok', 'ok']);
  expect(await reaches(anna, small)).toBe(true);
  expect(await push(anna, naming([], { id: b, baseRev: 5 }))).toEqual(['conflict']);
  expect(await push(anna, naming([small], { id: a }))).toEqual(['gone']);
  expect(await used(anna)).toBe(small.size + RECORD);
  // The answer got lost: the same put again is ok, and counts once.
  const again = naming([small], { id: b, baseRev: 1 });
  expect([await push(anna, again), await push(anna, again)]).toEqual([['ok'], ['ok']]);
  expect(await push(anna, deleting(b))).toEqual(['ok']);
  expect(await reaches(anna, small)).toBe(false);
});

test('BLB-13 a put of an app that knows no blobs leaves the record’s names as they are', async () => {
  const small = photo();
  await putAll(anna, small);
  const id = random(16);
  await push(anna, naming([small], { id }));
  const old = { op: { case: 'put' as const, value: { id, baseRev: 1, epoch: 1, hint: 7, ct: random(50) } } };
  const { results } = await anna.zone.push({ zone: messages, generation: 1, operations: [old] });
  expect(results[0]?.result.case).toBe('ok');
  expect(await reaches(anna, small)).toBe(true);
  expect(await used(anna)).toBe(small.size + 50 + 32);
  const { records } = await anna.zone.fetch({ zone: messages, ids: [id] });
  expect(records[0]?.blobs).toEqual([small.id]);
});

test('BLB-14 a zone is charged for each blob once, what was put before counts as well, and over quota nothing new comes', async () => {
  const film = photo(5_000_000);
  await anna.blob.putBlob(pieceOf(film, 0));
  // All of it, from its first piece on.
  expect(await used(anna)).toBe(film.size);
  const second = photo(5_000_000);
  expect(await errorOf(anna.blob.putBlob(pieceOf(second, 0)))).toMatchObject({
    name: 'STORAGE_FULL',
    retryAfterMs: 0,
  });
  expect(await stat(anna, second)).toEqual([]);
  await putAll(anna, film);
  const ids = [random(16), random(16), random(16)];
  await push(anna, ...ids.map((id) => naming([film], { id })));
  expect(await used(anna)).toBe(film.size + 3 * RECORD);
  await push(anna, deleting(ids[0]!), deleting(ids[1]!));
  expect(await used(anna)).toBe(film.size + RECORD);
  await push(anna, deleting(ids[2]!));
  expect(await used(anna)).toBe(0);
  await putAll(anna, second);
});

test('BLB-14 receiving is free; taking over is charged, and refused over quota, while mail and sender keep it', async () => {
  const film = photo(5_000_000);
  await putAll(anna, film);
  await send(anna, [anna, bob], [film]);
  expect(await used(bob)).toBe(0);
  const own = photo(4_000_000);
  await putAll(bob, own);
  const taking = await bob.zone.push({ zone: messages, generation: 1, operations: [naming([film])] });
  expect(taking.results[0]?.result).toMatchObject({
    case: 'quota',
    value: { bytesUsed: BigInt(own.size), quotaBytes: BigInt(8 * MIB) },
  });
  expect(await reaches(bob, film)).toBe(true);
  await bob.blob.dropUpload({ blobId: own.id });
  expect(await used(bob)).toBe(0);
  expect(await push(bob, naming([film]))).toEqual(['ok']);
  expect(await used(bob)).toBe(film.size + RECORD);
  // Sending on what one's zone has costs nothing more; what one only received, its size.
  expect(await send(bob, [anna], [film])).toBe('accepted');
  expect(await used(bob)).toBe(film.size + RECORD);
  const carol = await signUp(cloud, 'carol@example.org');
  await send(anna, [carol], [film]);
  expect(await used(carol)).toBe(0);
  expect(await send(carol, [carol], [film])).toBe('accepted');
  expect(await used(carol)).toBe(film.size);
  const dave = await signUp(cloud, 'dave@example.org');
  await send(anna, [dave], [film]);
  await putAll(dave, photo(4_000_000));
  expect(await codeOf(dave.mailbox.send(mail([anna], [film])))).toBe('STORAGE_FULL');
});

test('BLB-15 mail lets each recipient reach its blobs, and holds them until the recipient’s zone takes them over', async () => {
  const small = photo();
  await putAll(anna, small);
  await send(anna, [anna, bob], [small]);
  expect([await reaches(anna, small), await reaches(bob, small)]).toEqual([true, true]);
  const [id, mine] = [random(16), random(16)];
  await push(bob, naming([small], { id }));
  await push(anna, naming([small], { id: mine }));
  await acknowledge(bob);
  await acknowledge(anna);
  pass(2 * DAY);
  // Each zone holds it by itself now.
  await push(anna, deleting(mine));
  expect([await reaches(anna, small), await reaches(bob, small)]).toEqual([false, true]);
  expect(await used(anna)).toBe(0);
  await push(bob, deleting(id));
  expect(await reaches(bob, small)).toBe(false);
  expect(await used(bob)).toBe(0);
});

test('BLB-15 acknowledged and not taken over, it can be fetched for 30 days more, at its sender’s cost', async () => {
  const small = photo();
  await putAll(anna, small);
  await send(anna, [bob], [small]);
  pass(40 * DAY);
  expect(await reaches(bob, small)).toBe(true);
  expect(await used(anna)).toBe(small.size);
  await acknowledge(bob);
  expect((await stat(bob, small))[0]?.heldUntilMs).toBe(BigInt(now + 30 * DAY));
  pass(30 * DAY - 1);
  expect([await reaches(bob, small), await used(anna), await used(bob)]).toEqual([true, small.size, 0]);
  pass(1);
  expect([await reaches(bob, small), await reaches(anna, small), await used(anna)]).toEqual([
    false,
    false,
    0,
  ]);
});

test('BLB-15 removing or signing out the last device that had not read is an acknowledgement', async () => {
  const phone = await addDevice(cloud, bob.person);
  const small = photo();
  await putAll(anna, small);
  await send(anna, [bob], [small]);
  await acknowledge(bob);
  expect((await stat(bob, small))[0]?.heldUntilMs).toBe(0n);
  await bob.account.updateKeyring((await removal(bob, phone.keys.deviceId)).request);
  expect((await stat(bob, small))[0]?.heldUntilMs).toBe(BigInt(now + 30 * DAY));
});

test('BLB-16 any range of a whole blob, cut at its end; none of one that is not whole', async () => {
  const film = photo(2_500_000);
  await anna.blob.putBlob(pieceOf(film, 0));
  expect(await codeOf(anna.blob.getBlob({ blobId: film.id, offset: 0n, length: 10 }))).toBe('NOT_FOUND');
  await putAll(anna, film);
  for (const [offset, length] of [
    [0, 1],
    [0, MIB],
    [65_535, 2],
    [65_536, 65_536],
    [100_000, 700_001],
    [film.size - 1, 500],
    [film.size - 200_000, MIB],
  ] as const) {
    const { bytes, size } = await anna.blob.getBlob({ blobId: film.id, offset: BigInt(offset), length });
    expect(size).toBe(BigInt(film.size));
    expect(toHex(bytes)).toBe(toHex(film.sealed.subarray(offset, offset + length)));
  }
  for (const [offset, length] of [
    [0, 0],
    [0, MIB + 1],
    [film.size, 1],
  ] as const)
    expect(await codeOf(anna.blob.getBlob({ blobId: film.id, offset: BigInt(offset), length }))).toBe(
      'MALFORMED',
    );
  expect(await codeOf(anna.blob.getBlob({ blobId: random(16), offset: 0n, length: 1 }))).toBe('MALFORMED');
  expect(await codeOf(anna.blob.statBlobs({ blobIds: [] }))).toBe('MALFORMED');
  expect(await codeOf(anna.blob.statBlobs({ blobIds: Array(401).fill(film.id) }))).toBe('MALFORMED');
});

test('BLB-17 a zone’s state says the largest blob; a larger one is too large before any of it is kept', async () => {
  const { state } = await anna.zone.openZone({ zone: messages });
  expect(state?.largestBlobBytes).toBe(BigInt(sealedBlobLength(100 * MIB)));
  const limited = await start({ blobLimits: { largestBlob: sealedBlobLength(300_000) } });
  const carol = await signUp(limited, 'carol@example.org');
  const opened = await carol.zone.openZone({ zone: messages });
  expect(opened.state?.largestBlobBytes).toBe(BigInt(sealedBlobLength(300_000)));
  expect(await codeOf(putAll(carol, photo(310_000)))).toBe('TOO_LARGE');
  await putAll(carol, photo(300_000));
  await limited.close();
});

test('BLB-17 an account has so many uploads that no record names, and no more', async () => {
  const limited = await start({ blobLimits: { mostUploads: 3 } });
  const carol = await signUp(limited, 'carol@example.org');
  const blobs = [photo(10), photo(11), photo(12), photo(13)];
  for (const blob of blobs.slice(0, 3)) await putAll(carol, blob);
  expect(await errorOf(putAll(carol, blobs[3]!))).toMatchObject({
    name: 'RATE_LIMITED',
    retryAfterMs: 60_000,
  });
  await push(carol, naming([blobs[0]!]));
  await putAll(carol, blobs[3]!);
  await limited.close();
});

test('BLB-18 an upload that nothing names lives a day from its last byte, finished or not, and is then free', async () => {
  const film = photo(2_500_000);
  const small = photo();
  await putAll(anna, small);
  await anna.blob.putBlob(pieceOf(film, 0));
  now += 20 * HOUR;
  await anna.blob.putBlob(pieceOf(film, MIB));
  pass(4 * HOUR);
  expect(await reaches(anna, small)).toBe(false);
  expect((await stat(anna, film))[0]?.heldUntilMs).toBe(BigInt(now + 20 * HOUR));
  expect(await used(anna)).toBe(film.size);
  pass(20 * HOUR - 1);
  expect((await stat(anna, film)).length).toBe(1);
  pass(1);
  expect(await stat(anna, film)).toEqual([]);
  expect(await used(anna)).toBe(0);
  expect(await codeOf(anna.blob.putBlob(pieceOf(film, 2 * MIB)))).toBe('NOT_FOUND');
  await putAll(anna, film);
});

test('BLB-18 an upload is over at its time although no timer ran', async () => {
  const small = photo();
  await putAll(anna, small);
  now += DAY;
  expect(await reaches(anna, small)).toBe(false);
});

test('BLB-18 giving up an upload frees it at once, and leaves what a record or mail names', async () => {
  const [one, two] = [photo(), photo()];
  await putAll(anna, one);
  await putAll(anna, two);
  await send(anna, [bob], [two]);
  const film = photo(2_500_000);
  await anna.blob.putBlob(pieceOf(film, 0));
  for (const { id } of [one, two, film, photo()]) await anna.blob.dropUpload({ blobId: id });
  expect((await stat(anna, one, two, film)).map(({ blobId }) => blobId)).toEqual([two.id]);
  expect(await reaches(bob, two)).toBe(true);
  expect(await used(anna)).toBe(two.size);
});

test('BLB-20 a purged zone’s blobs are out of reach and free at its time; what was sent or put just before stays charged', async () => {
  const [kept, sent, gone] = [photo(), photo(300_000), photo(400_000)];
  for (const blob of [kept, sent, gone]) await putAll(anna, blob);
  await push(anna, naming([kept]), naming([sent]), naming([gone]));
  await send(anna, [bob], [sent]);
  await anna.zone.markForPurge({ zone: messages, generation: 1, purgeId: random(16) });
  now += 30 * DAY - HOUR;
  await putAll(anna, kept);
  expect(await used(anna)).toBe(kept.size + sent.size + gone.size + 3 * RECORD);
  now += HOUR;
  expect(await used(anna)).toBe(sent.size);
  expect(await reaches(anna, gone)).toBe(false);
  time.run();
  expect([await reaches(anna, gone), await reaches(bob, sent)]).toEqual([false, true]);
  await acknowledge(bob);
  pass(30 * DAY);
  expect([await used(anna), await reaches(bob, sent)]).toEqual([0, false]);
});
