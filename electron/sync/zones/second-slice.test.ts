/** More than a slice holds: what goes on in slices goes on to its end. */
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { sodiumReady } from '../../../shared/crypto/sodium.ts';
import { tombstoneHash } from '../../../shared/crypto/zone-digest.ts';
import { heldTombstones } from '../../store/bases.ts';
import { inStep, type MovingCloud, movingCloud, T, turnOn } from '../testing/moving-cloud.ts';
import { removeFolders, type ZoneDevice } from '../testing/zone-device.ts';

await sodiumReady();
afterAll(removeFolders);

let world: MovingCloud;
beforeEach(async () => {
  world = await movingCloud();
});
afterEach(() => world.end());

/** Slices are of 300. */
const MANY = 650;
function writeMany(device: ZoneDevice): string[] {
  return device.store.write(() => Array.from({ length: MANY }, (_, i) => device.message(`m${i}`, T + i)));
}

test('SYN-15 of what was deleted for good elsewhere nothing is left after the walk, however much it is', async () => {
  const one = await world.first();
  const ids = writeMany(one);
  one.core.start();
  await one.settled();
  const two = await world.next(one);
  // As its mailbox would have brought them.
  two.store.write(() => {
    for (const id of ids) two.adopt(id, one.record(id));
  });
  expect(two.texts()).toHaveLength(MANY);
  await one.core.execute({ name: 'deleteForGood', input: { ids } });
  await one.settled();
  two.core.start();
  await inStep(one, two);
  expect(two.texts()).toEqual([]);
  expect(heldTombstones(two.store, 'messages', tombstoneHash(), 10)).toEqual([]);
});

test('SYN-32 after a purge all that is here goes up under its new name, and a new device gets it', async () => {
  const one = await world.first();
  writeMany(one);
  one.core.start();
  await one.settled();
  await world.purge(one);
  await turnOn(one);
  const two = await world.next(one);
  two.core.start();
  await inStep(one, two);
  expect(two.texts()).toEqual(one.texts());
  expect(two.texts()).toHaveLength(MANY);
});
