/** When nothing can be written any more: a database at its limit, and a process whose files may not grow. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { recordHash, ZoneDigest } from '../../shared/crypto/zone-digest.ts';
import { Zone } from '../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import { createCloud } from '../app.ts';
import { startChild } from '../testing/child.ts';
import { errorOf } from '../testing/clients.ts';
import { random, signUp, type TestDevice } from '../testing/person.ts';

const zone = Zone.MESSAGES;
let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'lockstep-full-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

type Put = { id: Uint8Array; ct: Uint8Array };
const push = (who: TestDevice, ...puts: Put[]) =>
  who.zone.push({
    zone,
    generation: 1,
    operations: puts.map(({ id, ct }) => ({ op: { case: 'put', value: { id, ct, epoch: 1 } } })),
  });
const some = (count: number, size: number): Put[] =>
  Array.from({ length: count }, () => ({ id: random(16), ct: random(size) }));

/** Pushes until the cloud says that it cannot write, and what it had accepted until then. */
const fill = async (who: TestDevice) => {
  const accepted: Put[] = [];
  for (let round = 0; round < 400; round++) {
    const puts = some(20, 3_000);
    try {
      await push(who, ...puts);
    } catch {
      const error = await errorOf(push(who, ...puts));
      expect([error.name, error.retryAfterMs, error.retryAfter]).toEqual(['UNAVAILABLE', 5_000, '5']);
      return accepted;
    }
    accepted.push(...puts);
  }
  throw new Error('it never got full');
};

/** The zone holds exactly these records. */
const holds = async (who: TestDevice, puts: Put[]) => {
  const { state } = await who.zone.openZone({ zone });
  const digest = new ZoneDigest();
  for (const { id, ct } of puts) digest.add(id, 1, recordHash(ct));
  expect(Number(state?.records)).toBe(puts.length);
  expect(Number(state?.head)).toBe(puts.length);
  expect(Number(state?.bytesUsed)).toBe(puts.reduce((sum, { ct }) => sum + ct.length, 0));
  expect(Buffer.compare(state?.digest ?? random(1), digest.toBytes())).toBe(0);
  expect((await who.zone.inventory({ zone })).items.length).toBe(puts.length);
};

test('ERR-11 a database at its limit refuses what it cannot keep, whole, and goes on when there is room', async () => {
  const options = { dataDir, registration: 'open' as const };
  const full = await createCloud({ ...options, largestDatabaseBytes: 1_500_000 });
  const anna = await signUp(full, 'anna@example.org');
  const accepted = await fill(anna);
  expect(accepted.length).toBeGreaterThan(100);
  await holds(anna, accepted);
  const sent = errorOf(
    anna.mailbox.send({
      sendId: random(16),
      content: random(200_000),
      recipients: [{ accountId: anna.person.accountId, epoch: 1, suite: 1, sealedKey: random(80) }],
    }),
  );
  expect((await sent).name).toBe('UNAVAILABLE');
  expect((await anna.mailbox.receive({})).envelopes.length).toBe(0);
  // Deleting makes room, for itself and for others.
  const operations = accepted
    .slice(0, 400)
    .map(({ id }) => ({ op: { case: 'delete' as const, value: { id, epoch: 1, proof: random(41) } } }));
  const { results } = await anna.zone.push({ zone, generation: 1, operations });
  expect(results.every(({ result }) => result.case === 'ok')).toBe(true);
  await push(anna, ...some(20, 3_000));
  await full.close();
});

// Windows has no such limit.
if (process.platform !== 'win32')
  test('ERR-11 a cloud whose files cannot grow answers, reads, ends cleanly and recovers', async () => {
    const first = await startChild(dataDir, 6_000);
    const anna = await signUp(first.cloud, 'anna@example.org');
    const accepted = await fill(anna);
    expect(accepted.length).toBeGreaterThan(100);
    await holds(anna, accepted);
    expect((await errorOf(signUp(first.cloud, 'bob@example.org'))).name).toBe('UNAVAILABLE');
    expect(await first.end()).toBe(0);

    const second = await startChild(dataDir);
    (first.cloud as { fetch: unknown }).fetch = second.cloud.fetch;
    await holds(anna, accepted);
    const more = some(20, 3_000);
    await push(anna, ...more);
    await holds(anna, [...accepted, ...more]);
    expect(await second.end()).toBe(0);
  }, 60_000);
