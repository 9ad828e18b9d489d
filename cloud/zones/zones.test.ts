import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sealTombstone } from '../../shared/crypto/records.ts';
import { recordHash, tombstoneHash, ZoneDigest } from '../../shared/crypto/zone-digest.ts';
import { type OperationResult, Zone } from '../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import { type Cloud, createCloud } from '../app.ts';
import { codeOf } from '../testing/clients.ts';
import { addDevice, random, removal, signUp, type TestDevice } from '../testing/person.ts';

let cloud: Cloud;
let anna: TestDevice;
const QUOTA = 64 * 1024 * 1024;
beforeEach(async () => {
  cloud = await createCloud({ dataDir: ':memory:', registration: 'open', quotaBytes: QUOTA });
  anna = await signUp(cloud, 'anna@example.org');
});
afterEach(() => cloud.close());

const zone = Zone.MESSAGES;
const idOf = (n: number) => new Uint8Array(16).fill(n & 255).fill(n >> 8, 0, 4);
const put = (id: Uint8Array, baseRev: number, ct: Uint8Array, hint = 20_000, epoch = 1) => ({
  op: { case: 'put' as const, value: { id, baseRev, epoch, hint, ct } },
});
const del = (id: Uint8Array, baseRev?: number, epoch = 1) => ({
  op: {
    case: 'delete' as const,
    value: { id, epoch, proof: random(41), ...(baseRev === undefined ? {} : { baseRev }) },
  },
});
type Op = ReturnType<typeof put> | ReturnType<typeof del>;
const pushTo = async (who: TestDevice, ...operations: Op[]) =>
  who.zone.push({ zone, generation: 1, operations });
const push = (...operations: Op[]) => pushTo(anna, ...operations);
const kinds = (results: OperationResult[]) => results.map(({ result }) => result.case);
const open = async (who = anna) => who.zone.openZone({ zone });

const walk = async (who: TestDevice, cursor: Uint8Array, limit: number) => {
  const records = [];
  for (;;) {
    const page = await who.zone.backfill({ zone, cursor, limit });
    records.push(...page.records);
    cursor = page.cursor;
    if (!page.more) return { records, cursor };
  }
};

test('ZON-1 head rises by one for every accepted operation and for nothing else', async () => {
  const pushed = await push(
    put(idOf(1), 0, random(50)),
    put(idOf(2), 3, random(50)),
    put(idOf(3), 0, random(50)),
  );
  expect(kinds(pushed.results)).toEqual(['ok', 'conflict', 'ok']);
  expect(pushed.head).toBe(2n);
  expect(pushed.results[2]?.result).toMatchObject({ case: 'ok', value: { seq: 2n, rev: 1 } });
  expect((await open()).state?.head).toBe(2n);
});

test('ZON-3 a conflict brings what the cloud has', async () => {
  const ct = random(70);
  await push(put(idOf(1), 0, ct));
  const { results, head } = await push(put(idOf(1), 0, random(70)), put(idOf(2), 1, random(70)));
  expect(results[0]?.result).toMatchObject({
    case: 'conflict',
    value: { record: { rev: 1, seq: 1n, hint: 20_000 } },
  });
  const conflict = results[0]?.result;
  expect(conflict?.case === 'conflict' && Buffer.compare(conflict.value.record?.ct ?? random(1), ct)).toBe(0);
  expect(results[1]?.result.case === 'conflict' && results[1].result.value.record).toBeUndefined();
  expect(head).toBe(1n);
});

test('ZON-4 a push that is repeated gets its answers again and changes nothing', async () => {
  const operations = [
    put(idOf(1), 0, random(50)),
    put(idOf(2), 0, random(50)),
    put(idOf(1), 1, random(60)),
    del(idOf(2)),
  ];
  const first = await push(...operations);
  expect(kinds(first.results)).toEqual(['ok', 'ok', 'ok', 'ok']);
  const state = (await open()).state;
  const again = await push(...operations);
  // What was overtaken within the push itself is a conflict or gone; what stands is ok with the first answer.
  expect(kinds(again.results)).toEqual(['conflict', 'gone', 'ok', 'ok']);
  expect(again.results.slice(2)).toEqual(first.results.slice(2));
  expect((await open()).state).toEqual({ ...state, timeMs: expect.anything() });
});

test('ZON-6 a tombstone carries its proof and no ciphertext, and stays', async () => {
  await push(put(idOf(1), 0, random(50)));
  const remove = del(idOf(1));
  expect(kinds((await push(remove)).results)).toEqual(['ok']);
  const { results } = await push(
    put(idOf(1), 1, random(50)),
    put(idOf(1), 2, random(50)),
    put(idOf(1), 0, random(50)),
  );
  expect(kinds(results)).toEqual(['gone', 'gone', 'gone']);
  const gone = results[0]?.result;
  if (gone?.case !== 'gone' || gone.value.record === undefined) throw new Error('no tombstone');
  expect(gone.value.record).toMatchObject({ tombstone: true, rev: 2, seq: 2n, hint: 0 });
  expect(gone.value.record.ct.length).toBe(0);
  expect(Buffer.compare(gone.value.record.proof, remove.op.value.proof)).toBe(0);
  expect((await open()).state).toMatchObject({ records: 0n, tombstones: 1n, bytesUsed: 0n });
});

test('ZON-5 epoch: a put of an older epoch is stale and learns the current one', async () => {
  const second = await addDevice(cloud, anna.person);
  const { request } = await removal(anna, second.keys.deviceId);
  await anna.account.updateKeyring(request);
  const { results } = await push(put(idOf(1), 0, random(50), 1, 1), put(idOf(1), 0, random(50), 1, 2));
  expect(results[0]?.result).toMatchObject({ case: 'epochStale', value: { epoch: 2 } });
  expect(results[1]?.result.case).toBe('ok');
});

test('ZON-5 quota: refused, told, and deletes make room', async () => {
  const small = await createCloud({ dataDir: ':memory:', registration: 'open', quotaBytes: 10_000 });
  const bob = await signUp(small, 'bob@example.org');
  const pushed = await pushTo(
    bob,
    put(idOf(1), 0, random(6_000)),
    put(idOf(2), 0, random(6_000)),
    put(idOf(3), 0, random(4_000)),
  );
  expect(kinds(pushed.results)).toEqual(['ok', 'quota', 'ok']);
  expect(pushed.results[1]?.result).toMatchObject({ value: { bytesUsed: 6_000n, quotaBytes: 10_000n } });
  // The account's other zone counts as well.
  const settings = await bob.zone.push({
    zone: Zone.ACCOUNT,
    generation: 1,
    operations: [put(idOf(9), 0, random(1))],
  });
  expect(kinds(settings.results)).toEqual(['quota']);
  expect(kinds((await pushTo(bob, put(idOf(1), 1, random(7_000)))).results)).toEqual(['ok']);
  expect(kinds((await pushTo(bob, del(idOf(1)), put(idOf(2), 0, random(6_000)))).results)).toEqual([
    'ok',
    'ok',
  ]);
  expect((await bob.zone.openZone({ zone })).state?.bytesUsed).toBe(10_000n);
  await small.close();
});

test('ZON-5 quota: nobody passes it for long by growing a little again and again, and every record can be deleted', async () => {
  const quotaBytes = 100_000;
  const small = await createCloud({ dataDir: ':memory:', registration: 'open', quotaBytes });
  const bob = await signUp(small, 'bob@example.org');
  const ids = Array.from({ length: 49 }, (_, i) => idOf(i));
  let refused = false;
  for (let rev = 0; rev < 40 && !refused; rev++) {
    const { results } = await pushTo(bob, ...ids.map((id) => put(id, rev, random(2_000 + rev * 1_000))));
    refused = kinds(results).includes('quota');
  }
  expect(refused).toBe(true);
  const used = Number((await open(bob)).state?.bytesUsed);
  expect(used).toBeGreaterThan(quotaBytes);
  expect(used).toBeLessThanOrEqual(quotaBytes + 1024 ** 2);
  const { results } = await pushTo(bob, ...ids.map((id) => del(id)), put(idOf(99), 0, random(50_000)));
  expect(kinds(results)).toEqual([...ids, 'the new one'].map(() => 'ok'));
  await small.close();
});

test('ZON-2 limits of a push and of a record', async () => {
  const many = Array.from({ length: 401 }, (_, i) => put(idOf(i), 0, random(10)));
  expect(await codeOf(push(...many))).toBe('TOO_LARGE');
  expect((await push(...many.slice(1))).results.length).toBe(400);
  const large = Array.from({ length: 9 }, (_, i) => put(idOf(1_000 + i), 0, random(256 * 1024 - 100)));
  expect(await codeOf(push(...large))).toBe('TOO_LARGE');
  const { results } = await push(
    put(idOf(2_000), 0, random(256 * 1024 + 1)),
    put(idOf(2_001), 0, random(256 * 1024)),
  );
  expect(results[0]?.result).toMatchObject({ case: 'tooLarge', value: { limitBytes: 256 * 1024 } });
  expect(results[1]?.result.case).toBe('ok');
});

test('ZON-8 changes: newest versions only, by seq, page by page', async () => {
  const { token } = await open();
  await push(...Array.from({ length: 5 }, (_, i) => put(idOf(i), 0, random(20))));
  await push(put(idOf(1), 1, random(20)), del(idOf(3)));
  const first = await anna.zone.changes({ zone, token, limit: 3 });
  expect(first.records.map((record) => Number(record.seq))).toEqual([1, 3, 5]);
  expect(first).toMatchObject({ more: true, remaining: 2n });
  expect(first.state?.digest.length).toBe(0);
  const second = await anna.zone.changes({ zone, token: first.token, limit: 3 });
  expect(second.records.map((record) => [Number(record.seq), record.rev, record.tombstone])).toEqual([
    [6, 2, false],
    [7, 2, true],
  ]);
  expect(second).toMatchObject({ more: false, remaining: 0n });
  expect(second.state?.digest.length).toBe(32);
  const third = await anna.zone.changes({ zone, token: second.token });
  expect(third).toMatchObject({ records: [], more: false });
});

test('ZON-19 the answer to a push says where the zone stands with it, with a token at that head', async () => {
  const pushed = await push(put(idOf(1), 0, random(20)), put(idOf(2), 0, random(20)));
  expect(pushed.state).toMatchObject({ head: 2n, records: 2n });
  expect(pushed.state?.digest).toEqual((await open()).state?.digest);
  const there = await anna.zone.changes({ zone, token: pushed.token });
  expect(there).toMatchObject({ records: [], more: false });
  await push(put(idOf(3), 0, random(20)));
  const next = await anna.zone.changes({ zone, token: pushed.token });
  expect(next.records.map(({ seq }) => seq)).toEqual([3n]);
});

test('ZON-8 a page ends at 1,000 records and at 4 MiB', async () => {
  const { token } = await open();
  for (let at = 0; at < 1_200; at += 400) {
    await push(...Array.from({ length: 400 }, (_, i) => put(idOf(at + i), 0, random(8))));
  }
  const counted = await anna.zone.changes({ zone, token, limit: 5_000 });
  expect([counted.records.length, counted.remaining, counted.more]).toEqual([1_000, 200n, true]);
  const next = (await open()).token;
  for (let i = 0; i < 20; i++) await push(put(idOf(5_000 + i), 0, random(250 * 1024)));
  const sized = await anna.zone.changes({ zone, token: next });
  expect([sized.records.length, sized.remaining, sized.more]).toEqual([16, 4n, true]);
});

test('ZON-9 backfill: hint descending, then id, each record at or below the head exactly once', async () => {
  const hints = [0xffff_ffff, 20_002, 20_001, 20_001, 20_000, 0];
  await push(...Array.from({ length: 60 }, (_, i) => put(idOf((i * 37) % 101), 0, random(20), hints[i % 6])));
  await push(del(idOf(37)));
  const { backfillCursor, token, state } = await open();
  const seen = [];
  let cursor = backfillCursor;
  for (let page = 0; ; page++) {
    const answer = await anna.zone.backfill({ zone, cursor, limit: 7 });
    seen.push(...answer.records);
    cursor = answer.cursor;
    if (!answer.more) break;
    expect(Number(answer.remaining)).toBeGreaterThan(0);
    // The zone moves while the walk goes on: one that was given, one that was not, one that is new.
    if (page === 2) {
      const given = seen[0];
      if (given === undefined) throw new Error('nothing was given');
      await push(put(given.id, given.rev, random(20)), put(random(16), 0, random(20)));
    }
  }
  const key = (record: { hint: number; id: Uint8Array }) =>
    (0xffff_ffff - record.hint).toString(16).padStart(8, '0') + Buffer.from(record.id).toString('hex');
  const keys = seen.map(key);
  expect(keys).toEqual([...new Set(keys)].sort());
  expect(seen.length).toBe(60);
  expect(seen.every((record) => record.seq <= (state?.head ?? 0n))).toBe(true);
  const changed = await anna.zone.changes({ zone, token });
  expect(changed.records.length).toBe(2);
  expect(seen.at(-1)?.hint).toBe(0);
});

test('ZON-9 walk and forward feed together give every record, whatever happens meanwhile', async () => {
  for (let i = 0; i < 30; i++) await push(put(idOf(i), 0, random(20), i % 4));
  const { backfillCursor, token } = await open();
  const firstPage = await anna.zone.backfill({ zone, cursor: backfillCursor, limit: 10 });
  await push(
    put(idOf(0), 1, random(20)),
    put(idOf(29), 1, random(20)),
    del(idOf(15)),
    put(idOf(40), 0, random(20)),
  );
  const rest = await walk(anna, firstPage.cursor, 10);
  const forward = await anna.zone.changes({ zone, token });
  const known = new Map<string, { rev: number; hash: string }>();
  for (const record of [...firstPage.records, ...rest.records, ...forward.records]) {
    known.set(Buffer.from(record.id).toString('hex'), {
      rev: record.rev,
      hash: record.tombstone ? '' : 'live',
    });
  }
  expect(known.size).toBe(31);
  const digest = new ZoneDigest();
  const fetched = await anna.zone.fetch({ zone, ids: [...known.keys()].map((id) => Buffer.from(id, 'hex')) });
  for (const record of fetched.records) {
    expect(known.get(Buffer.from(record.id).toString('hex'))?.rev).toBe(record.rev);
    digest.add(record.id, record.rev, record.tombstone ? tombstoneHash() : recordHash(record.ct));
  }
  expect(digest.toBytes()).toEqual(forward.state?.digest);
});

test('ZON-10 the digest is that of the inventory, whatever was pushed', async () => {
  const step = fc.record({
    id: fc.integer({ min: 0, max: 5 }),
    baseRev: fc.integer({ min: 0, max: 3 }),
    remove: fc.boolean(),
    unconditional: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(step, { minLength: 1, maxLength: 8 }), { maxLength: 6 }),
      async (pushes) => {
        const fresh = await createCloud({ dataDir: ':memory:', registration: 'open' });
        const bob = await signUp(fresh, 'bob@example.org');
        for (const steps of pushes) {
          await pushTo(
            bob,
            ...steps.map(({ id, baseRev, remove, unconditional }) =>
              remove ? del(idOf(id), unconditional ? undefined : baseRev) : put(idOf(id), baseRev, random(9)),
            ),
          );
        }
        const { state } = await bob.zone.openZone({ zone });
        const items = [];
        for (let after: Uint8Array = new Uint8Array(), more = true; more; ) {
          const page = await bob.zone.inventory({ zone, after, limit: 2 });
          items.push(...page.items);
          after = page.items.at(-1)?.id ?? after;
          more = page.more;
        }
        const digest = new ZoneDigest();
        for (const item of items) digest.add(item.id, item.rev, item.hash);
        expect(state?.digest).toEqual(digest.toBytes());
        expect(Number(state?.records) + Number(state?.tombstones)).toBe(items.length);
        const tombstones = items.filter((item) => Buffer.compare(item.hash, tombstoneHash()) === 0);
        expect(Number(state?.tombstones)).toBe(tombstones.length);
        const live = (await bob.zone.fetch({ zone, ids: [0, 1, 2, 3, 4, 5].map(idOf) })).records;
        expect(Number(state?.bytesUsed)).toBe(live.reduce((sum, record) => sum + record.ct.length, 0));
        await fresh.close();
      },
    ),
    { numRuns: 15 },
  );
});

test('ZON-11 another generation is stale for every operation and nothing is written', async () => {
  const operations = [put(idOf(1), 0, random(20)), del(idOf(2))];
  const { results, head } = await anna.zone.push({ zone, generation: 2, operations });
  expect(kinds(results)).toEqual(['generationStale', 'generationStale']);
  expect(results[0]?.result).toMatchObject({ value: { generation: 1 } });
  expect(head).toBe(0n);
});

test('ZON-12 nobody reaches the records of another account', async () => {
  const bob = await signUp(cloud, 'bob@example.org');
  await push(put(idOf(1), 0, random(20)));
  const ofAnna = await open();
  const ofBob = await open(bob);
  expect((await bob.zone.fetch({ zone, ids: [idOf(1)] })).records).toEqual([]);
  expect((await bob.zone.inventory({ zone })).items).toEqual([]);
  expect((await walk(bob, ofBob.backfillCursor, 10)).records).toEqual([]);
  expect(await codeOf(bob.zone.changes({ zone, token: ofAnna.token }))).toBe('TOKEN_INVALID');
  expect(await codeOf(bob.zone.backfill({ zone, cursor: ofAnna.backfillCursor }))).toBe('TOKEN_INVALID');
  // The same id in another account is another record.
  expect(kinds((await pushTo(bob, del(idOf(1)))).results)).toEqual(['ok']);
  expect((await anna.zone.fetch({ zone, ids: [idOf(1)] })).records[0]?.tombstone).toBe(false);
  // And in the other zone of the same account.
  expect((await anna.zone.fetch({ zone: Zone.ACCOUNT, ids: [idOf(1)] })).records).toEqual([]);
  expect(await codeOf(anna.zone.changes({ zone: Zone.ACCOUNT, token: ofAnna.token }))).toBe('TOKEN_INVALID');
  for (const unknown of [0, 3, 99]) {
    expect(await codeOf(anna.zone.openZone({ zone: unknown as Zone }))).toBe('ZONE_FORBIDDEN');
  }
});

test('ZON-7 a token is taken only whole, unchanged and for its own use', async () => {
  const { token, backfillCursor } = await open();
  for (let at = 0; at < token.length; at++) {
    const forged = token.map((byte, i) => (i === at ? byte ^ 1 : byte));
    expect(await codeOf(anna.zone.changes({ zone, token: forged }))).toBe('TOKEN_INVALID');
  }
  for (const other of [new Uint8Array(), token.subarray(1), backfillCursor, random(token.length)]) {
    expect(await codeOf(anna.zone.changes({ zone, token: other }))).toBe('TOKEN_INVALID');
  }
  expect(await codeOf(anna.zone.backfill({ zone, cursor: token }))).toBe('TOKEN_INVALID');
});

test('ZON-17 nobody fills a cloud with tombstones, and every delete of a record is accepted', async () => {
  const small = await createCloud({ dataDir: ':memory:', registration: 'open', quotaBytes: 1_000_000 });
  const bob = await signUp(small, 'bob@example.org');
  const kept = put(random(16), 0, random(30));
  await pushTo(bob, kept);
  let refused = 0;
  for (let round = 0; round < 26; round++) {
    const { results } = await pushTo(bob, ...Array.from({ length: 400 }, () => del(random(16))));
    refused += results.filter(({ result }) => result.case === 'quota').length;
  }
  expect(refused).toBe(26 * 400 - 9_999);
  const { results } = await pushTo(bob, put(random(16), 0, random(30)), del(kept.op.value.id));
  expect(kinds(results)).toEqual(['quota', 'ok']);
  const other = { zone: Zone.ACCOUNT, generation: 1, operations: [put(random(16), 0, random(30))] };
  expect(kinds((await bob.zone.push(other)).results)).toEqual(['quota']);
  expect((await bob.zone.openZone({ zone })).state).toMatchObject({ records: 0n, tombstones: 10_000n });
  await small.close();
});

test('ZON-17 a proof is taken as devices write it, and none in which something else could be stored', async () => {
  const zoneKey = random(32);
  const proven = (proof: Uint8Array) => ({
    op: { case: 'delete' as const, value: { id: idOf(1), epoch: 1, proof } },
  });
  const proof = sealTombstone({ zoneKey, zone, id: idOf(1), epoch: 1, random });
  expect(kinds((await push(proven(proof))).results)).toEqual(['ok']);
  for (const length of [0, 65, 1_024])
    expect(await codeOf(push(put(idOf(2), 0, random(20)), proven(random(length))))).toBe('MALFORMED');
  expect((await open()).state).toMatchObject({ records: 0n, tombstones: 1n });
});

test('ZON-18 opening a zone counts conversations and reading states apart, live ones alone', async () => {
  const [conversation, reading] = [0xffff_ffff, 0xffff_fffe];
  await push(
    ...Array.from({ length: 3 }, (_, i) => put(idOf(i), 0, random(30), conversation)),
    ...Array.from({ length: 2 }, (_, i) => put(idOf(10 + i), 0, random(30), reading)),
    ...Array.from({ length: 5 }, (_, i) => put(idOf(20 + i), 0, random(30), 20_000 + i)),
    // Neither is one of the two: the day after the last, and none at all.
    put(idOf(30), 0, random(30), 0xffff_fffd),
    put(idOf(31), 0, random(30), 0),
  );
  const counted = async () => {
    const { state } = await open();
    return [state?.records, state?.conversations, state?.readings];
  };
  expect(await counted()).toEqual([12n, 3n, 2n]);
  // Deleted, changed in place, and given another hint.
  await push(del(idOf(0)), put(idOf(1), 1, random(30), conversation), put(idOf(10), 1, random(30), 20_000));
  expect(await counted()).toEqual([11n, 2n, 1n]);
  // Another zone and another account have their own.
  const other = await anna.zone.openZone({ zone: Zone.ACCOUNT });
  expect([other.state?.conversations, other.state?.readings]).toEqual([0n, 0n]);
  const bob = await signUp(cloud, 'bob@example.org');
  expect((await open(bob)).state).toMatchObject({ conversations: 0n, readings: 0n });
  // It is no part of the other calls' state.
  const changes = await anna.zone.changes({ zone, token: (await open()).token });
  expect(changes.state).toMatchObject({ records: 11n, conversations: 0n, readings: 0n });
});
