/** Calls that are written together: [Note: calls that share a commit] in gather.ts. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Zone } from '../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import { createCloud } from '../app.ts';
import { errorOf } from '../testing/clients.ts';
import { random, signUp, type TestDevice } from '../testing/person.ts';
import { type Database, openDatabase } from './database.ts';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'lockstep-together-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const put = (who: TestDevice, size: number, zone = Zone.MESSAGES) =>
  who.zone.push({
    zone,
    generation: 1,
    operations: [{ op: { case: 'put', value: { id: random(16), epoch: 1, ct: random(size) } } }],
  });
const records = async (who: TestDevice) =>
  Number((await who.zone.openZone({ zone: Zone.MESSAGES })).state?.records);
const turns = async (until: () => boolean) => {
  for (let i = 0; i < 500 && !until(); i++) await new Promise((resolve) => setTimeout(resolve, 2));
  expect(until()).toBe(true);
};

/** A cloud whose turns end when the test says so. */
const paused = async (options: { largestDatabaseBytes?: number } = {}) => {
  let held: (() => void)[] | null = null;
  const cloud = await createCloud({
    dataDir,
    registration: 'open',
    later: (work) => (held === null ? queueMicrotask(work) : held.push(work)),
    ...options,
  });
  return {
    cloud,
    hold: () => {
      held = [];
    },
    waiting: () => held?.length ?? 0,
    go: () => {
      const works = held ?? [];
      held = null;
      for (const work of works) work();
    },
  };
};

test('ZON-20 what comes at the same time is written in one transaction, and nobody is answered or poked before', async () => {
  const { cloud, hold, waiting, go } = await paused();
  const people = [];
  for (const name of ['anna', 'bob', 'carla']) people.push(await signUp(cloud, `${name}@example.org`));
  const [anna, bob, carla] = people as [TestDevice, TestDevice, TestDevice];
  const gone = new AbortController();
  const pokes = anna.event.watch({}, { signal: gone.signal })[Symbol.asyncIterator]();
  for (let heads = 0; heads < 4; heads++) await pokes.next();

  hold();
  let answered = 0;
  const count = <T>(call: Promise<T>) => call.finally(() => (answered += 1));
  const sent = count(
    bob.mailbox.send({
      sendId: random(16),
      content: random(10),
      recipients: [{ accountId: anna.person.accountId, epoch: 1, suite: 1, sealedKey: random(80) }],
    }),
  );
  const good = [put(anna, 100), put(bob, 100), put(anna, 100)].map(count);
  // No such zone; a name that no blob has.
  const forbidden = errorOf(count(put(carla, 100, 7 as Zone)));
  const malformed = errorOf(count(put(carla, 0)));
  const poked = pokes.next();
  await turns(() => waiting() === 1);
  // The others join the one that waits; they need no turn of their own.
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect([waiting(), answered]).toEqual([1, 0]);
  expect([await records(anna), await records(bob)]).toEqual([0, 0]);

  go();
  expect((await Promise.all(good)).map(({ head }) => Number(head))).toEqual([1, 1, 2]);
  expect((await sent).result.case).toBe('accepted');
  expect([(await forbidden).name, (await malformed).name]).toEqual(['ZONE_FORBIDDEN', 'MALFORMED']);
  expect([await records(anna), await records(bob), await records(carla)]).toEqual([2, 1, 0]);
  expect((await poked).value).toMatchObject({ poke: { case: 'mailbox', value: { head: 1n } } });
  gone.abort();
  await cloud.close();
});

const insert =
  (db: Database, id: number, size: number, fails = false) =>
  () =>
    db.transaction((write) => {
      write.run(
        db.sql.insertInto('envelope').values({
          no: id,
          sender: random(16),
          send_id: random(16),
          accepted_ms: 1,
          content: new Uint8Array(size),
          holders: 1,
          blobs: null,
        }),
      );
      if (fails) throw new Error('refused');
      return id;
    });
const there = (db: Database) =>
  db.read.all(db.sql.selectFrom('envelope').select('no').orderBy('no')).map(({ no }) => no);

test('ZON-20 a call that fails leaves nothing and takes no other along', () => {
  const db = openDatabase(dataDir);
  let seen: number[] = [];
  const afterwards: string[] = [];
  const outcomes = db.together(
    [
      () => {
        const id = insert(db, 1, 10)();
        db.afterCommit(() => afterwards.push(`after ${there(db)}`));
        return id;
      },
      insert(db, 2, 10, true),
      () => {
        seen = there(db);
        return insert(db, 3, 10)();
      },
    ],
    1_000,
  );
  expect(outcomes.map((one) => (one.ok ? one.value : 'failed'))).toEqual([1, 'failed', 3]);
  expect(seen).toEqual([]);
  expect(there(db)).toEqual([1, 3]);
  expect(afterwards).toEqual(['after 1,3']);
  db.close();
});

test('ZON-20 a transaction takes no more than fits its time; the rest is done in the next', () => {
  const db = openDatabase(dataDir);
  const outcomes = db.together([insert(db, 1, 10), insert(db, 2, 10), insert(db, 3, 10)], -1);
  expect(outcomes.length).toBe(1);
  expect(there(db)).toEqual([1]);
  db.close();
});

test('ZON-21 when there is no room for all, those that fit are kept and the others are unavailable', async () => {
  const MIB = 1024 ** 2;
  const { cloud, hold, waiting, go } = await paused({ largestDatabaseBytes: MIB });
  const anna = await signUp(cloud, 'anna@example.org');
  const bob = await signUp(cloud, 'bob@example.org');
  const before = await records(anna);
  hold();
  const large = Array.from({ length: 5 }, () => put(anna, 200 * 1024).catch((error) => error as Error));
  const small = [put(bob, 100), put(bob, 100)];
  await turns(() => waiting() === 1);
  await new Promise((resolve) => setTimeout(resolve, 30));
  go();
  const kept = (await Promise.all(large)).filter((one) => !(one instanceof Error)).length;
  expect(kept).toBeGreaterThan(0);
  expect(kept).toBeLessThan(5);
  expect((await Promise.all(small)).map(({ results }) => results[0]?.result.case)).toEqual(['ok', 'ok']);
  expect([(await records(anna)) - before, await records(bob)]).toEqual([kept, 2]);
  expect((await errorOf(put(anna, 200 * 1024))).name).toBe('UNAVAILABLE');
  await cloud.close();
});
