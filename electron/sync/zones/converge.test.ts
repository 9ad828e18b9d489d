import { afterAll, expect, test } from 'vitest';
import { createCloud } from '../../../cloud/app.ts';
import { sodiumReady } from '../../../shared/crypto/sodium.ts';
import { firstDevice, nextDevice, removeFolders } from '../testing/zone-device.ts';

afterAll(removeFolders);
await sodiumReady();

test('SYN-29 two devices of one account come to hold the same, whatever each began with', async () => {
  const cloud = await createCloud({ dataDir: ':memory:', registration: 'open' });
  const one = await firstDevice(cloud, 'anna@example.org');
  one.store.write(() => {
    for (let i = 0; i < 1500; i += 1) one.message(`one ${i}`, 1_700_000_000_000 + i * 60_000);
  });
  one.core.start();
  await one.settled();
  expect(one.core.status()).toMatchObject({ switch: 'on', phase: 'idle' });

  const two = await nextDevice(cloud, one.person);
  two.message('written on two before it ever synchronized', 1_700_000_500_000);
  two.core.start();
  await two.settled();
  await one.until(() => one.texts().length === 1501, 'the message of two');
  await one.settled();
  expect(two.texts()).toEqual(one.texts());

  one.message('live', 1_800_000_000_000);
  await one.core.execute({ name: 'syncNow', input: null });
  await two.until(() => two.texts().at(-1) === 'live', 'live');
  expect(one.failures.concat(two.failures)).toEqual([]);
  await one.stop();
  await two.stop();
  await cloud.close();
});
