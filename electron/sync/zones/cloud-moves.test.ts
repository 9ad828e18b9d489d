/** The zone is restored or moved under the devices: a real cloud on a real folder, closed, changed and opened again. */

import { fromBinary } from '@bufbuild/protobuf';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { openStorage } from '../../../cloud/storage/open.ts';
import { sodiumReady } from '../../../shared/crypto/sodium.ts';
import { ZoneDigest } from '../../../shared/crypto/zone-digest.ts';
import { PushRequestSchema } from '../../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import { forgetBases, setZoneState } from '../../store/zone-state.ts';
import { codes, inStep, type MovingCloud, movingCloud, T } from '../testing/moving-cloud.ts';
import { removeFolders } from '../testing/zone-device.ts';

await sodiumReady();
afterAll(removeFolders);

let world: MovingCloud;
beforeEach(async () => {
  world = await movingCloud();
});
afterEach(() => world.end());

test('SYN-10 a cloud put back from a backup gets back what it lost, records and tombstones; nothing is swept', async () => {
  const [one, other] = await world.two();
  const backup = await world.backup();
  const doomed = one.message('deleted after the backup', T + 500);
  await inStep(one, other);
  await one.core.execute({ name: 'deleteForGood', input: { ids: [doomed] } });
  one.message('after the backup', T + 2000);
  await inStep(one, other);
  expect(other.texts()).toEqual(['first', 'second', 'after the backup']);
  // One is stopped while the cloud goes back; the other hears of it live.
  await one.stop();
  await world.putBack(backup);
  other.message('since the restore', T + 3000);
  await other.core.execute({ name: 'syncNow', input: null });
  await other.until(({ phase }) => phase === 'idle', 'rest');
  one.start();
  await inStep(one, other);
  expect(one.texts()).toEqual(['first', 'second', 'after the backup', 'since the restore']);
  expect(one.record(doomed)).toBeNull();
  expect(codes(one)).not.toContain('zoneRolledBack');
  // Whoever comes new gets the same, with the tombstone.
  const third = await world.next(one);
  third.core.start();
  await inStep(third, one);
  expect(third.record(doomed)).toBeNull();
});

test('SYN-10 SYN-28 what was to go after thirty days, and is not in the backup, is offered and goes then', async () => {
  let line = true;
  const one = await world.first({
    clock: world.clock,
    fetch: async (input, init) => {
      const isPush = new Request(input, init).url.endsWith('/Push');
      // The worker's other work has its turn between two of them.
      if (isPush) await new Promise((resolve) => setTimeout(resolve, 5));
      if (isPush && !line) throw new TypeError('No connection.');
      return world.fetch(input, init);
    },
  });
  one.message('kept', Date.now() - 7_200_000);
  one.core.start();
  await one.settled();
  const backup = await world.backup();
  const doomed = one.message('since the backup', Date.now() - 3_600_000);
  await inStep(one);
  await one.core.execute({ name: 'deleteMessages', input: { ids: [doomed] } });
  await one.settled();
  line = false;
  world.pass(31 * 24 * 3_600_000);
  await one.core.execute({ name: 'syncNow', input: null });
  const marked = 'SELECT 1 FROM dirty WHERE zone = 2 AND op = 2 AND base_rev IS NOT NULL';
  await one.until(() => one.store.get(marked) !== undefined, 'the mark');
  await world.putBack(backup);
  line = true;
  await one.core.execute({ name: 'syncNow', input: null });
  await one.until(() => one.store.get('SELECT 1 FROM dirty WHERE zone = 2') === undefined, 'the offer');
  await one.settled();
  expect(one.record(doomed)).not.toBeNull();
  // A start tidies at once.
  await one.restart();
  await one.until(() => one.record(doomed) === null, 'the tombstone');
  await one.settled();
  expect([one.texts(), codes(one)]).toEqual([['kept'], []]);
});

/** A device, and a cloud that is put back to a backup right before a call: what it is asked then was meant for what it was. */
async function putBackBeneath() {
  let before: string | null = null;
  let copy = '';
  const one = await world.first({
    fetch: async (input, init) => {
      if (before !== null && new Request(input, init).url.endsWith(`/${before}`)) {
        before = null;
        await world.putBack(copy);
      }
      return world.fetch(input, init);
    },
  });
  /** When `work` leads to `call`. Afterwards nothing has been said, and whoever comes new gets `texts`. */
  const putBackBefore = async (
    backup: string,
    call: string,
    work: () => Promise<unknown>,
    texts: string[],
  ) => {
    copy = backup;
    before = call;
    await work();
    await one.until(() => before === null, 'the restore');
    await one.settled();
    expect(codes(one)).toEqual([]);
    const other = await world.next(one);
    other.core.start();
    await inStep(other, one);
    expect(other.texts()).toEqual(texts);
    expect(codes(one)).toEqual(['deviceAdded']);
  };
  return { one, putBackBefore };
}

test('SYN-111 a cloud that is put back while a device looks for what is missing has lost nothing: no alarm, and it gets it back', async () => {
  const { one, putBackBefore } = await putBackBeneath();
  const doomed = one.message('deleted since', T);
  one.message('second', T + 1000);
  one.core.start();
  await one.settled();
  const backup = await world.backup();
  await one.core.execute({ name: 'deleteMessages', input: { ids: [doomed] } });
  one.message('after the backup', T + 2000);
  await one.core.execute({ name: 'syncNow', input: null });
  await one.settled();
  // The list and the records that it gets are those of the backup: one is older, and one is missing.
  const repair = () => one.core.execute({ name: 'repair', input: null });
  await putBackBefore(backup, 'Inventory', repair, ['second', 'after the backup']);
});

test('SYN-111 a cloud that is put back before it gets a push has no older version to be told of: it is opened anew', async () => {
  const { one, putBackBefore } = await putBackBeneath();
  const recovered = one.message('recovered', T);
  one.core.start();
  await one.settled();
  const backup = await world.backup();
  await one.core.execute({ name: 'deleteMessages', input: { ids: [recovered] } });
  await one.core.execute({ name: 'syncNow', input: null });
  await one.settled();
  const recover = () => one.core.execute({ name: 'recoverMessages', input: { ids: [recovered] } });
  await putBackBefore(backup, 'Push', recover, ['recovered']);
});

test('SYN-10 a restart in the middle of offering goes on with it', async () => {
  const [one] = await world.two();
  one.store.write(() => {
    for (let i = 0; i < 1500; i += 1) one.message(`m${i}`, T + 10_000 + i);
  });
  await one.core.execute({ name: 'syncNow', input: null });
  await one.settled();
  const all = one.texts();
  await one.core.stop();
  await world.whileDown(emptied, true);
  // As a kill leaves it when the revs are forgotten and nothing is offered yet.
  forgetBases(one.store, 'messages');
  setZoneState(one.store, 'messages', {
    phase: 'forgetting',
    incarnation: 0n,
    token: null,
    backfillCursor: null,
    head: 0,
  });
  one.store.close();
  one.start();
  await one.settled();
  const fresh = await world.next(one);
  fresh.core.start();
  await fresh.settled();
  expect(fresh.texts()).toEqual(all);
});

/** As a restore from before everything would leave it, in the same generation. */
async function emptied(folder: string): Promise<void> {
  const { db } = await openStorage(folder);
  db.transaction((write) => {
    write.run(db.sql.deleteFrom('record'));
    write.run(
      db.sql
        .updateTable('zone')
        .set({ head: 0, records: 0, tombstones: 0, digest: new ZoneDigest().toBytes() }),
    );
  });
  db.close();
}

test.each([
  ['a cloud that was not put back (so it is elsewhere)', false],
  ['a cloud that was put back to a backup', true],
])(
  'SYN-163 KEEP-6 a delete of thirty days that was meant for one version does not take another of the same number: %s',
  async (_, restores) => {
    let beforeDelete: (() => Promise<void>) | null = null;
    let otherIsUp = true;
    const deletes = async (request: Request) =>
      request.url.endsWith('/Push') &&
      fromBinary(PushRequestSchema, new Uint8Array(await request.arrayBuffer())).operations.some(
        ({ op }) => op.case === 'delete',
      );
    const { clock } = world;
    const one = await world.first({
      clock,
      fetch: async (input, init) => {
        const request = new Request(input, init);
        const work = beforeDelete;
        if (work !== null && (await deletes(request.clone()))) {
          beforeDelete = null;
          await work();
        }
        return world.fetch(request);
      },
    });
    one.message('kept', Date.now() - 7_200_000);
    const doomed = one.message('recovered', Date.now() - 3_600_000);
    one.core.start();
    await one.settled();
    const other = await world.next(one, {
      clock,
      fetch: (input, init) =>
        otherIsUp ? world.fetch(input, init) : Promise.reject(new TypeError('No connection.')),
    });
    other.core.start();
    await other.settled();
    await inStep(one, other);
    const backup = await world.backup();
    await one.core.execute({ name: 'deleteMessages', input: { ids: [doomed] } });
    await inStep(one, other);
    expect(other.texts()).toEqual(['kept']);
    // A person takes it back on the other device, which has no connection.
    otherIsUp = false;
    await other.core.execute({ name: 'recoverMessages', input: { ids: [doomed] } });
    expect(other.texts()).toEqual(['kept', 'recovered']);
    let done = false;
    beforeDelete = async () => {
      if (restores) await world.putBack(backup);
      otherIsUp = true;
      await other.core.execute({ name: 'syncNow', input: null });
      await other.until(
        () => other.store.get('SELECT 1 FROM dirty WHERE zone = 2') === undefined,
        'the offer',
      );
      await other.settled();
      done = true;
    };
    world.pass(30 * 24 * 3_600_000 + 3_600_000);
    await one.core.execute({ name: 'syncNow', input: null });
    await one.until(() => done, 'the Recover');
    await inStep(one, other);
    for (const device of [one, other]) expect(device.texts()).toEqual(['kept', 'recovered']);
  },
);
