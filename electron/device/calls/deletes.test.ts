import { afterAll, expect, test } from 'vitest';
import { createCloud } from '../../../cloud/app.ts';
import { sodiumReady } from '../../../shared/crypto/sodium.ts';
import { turn, twoDevices } from '../../sync/testing/two-devices.ts';
import { removeFolders } from '../../sync/testing/zone-device.ts';
import type { CallContext } from './context.ts';
import { deleteCalls } from './deletes.ts';

await sodiumReady();
afterAll(removeFolders);

test('SYN-164 how far a delete reaches is told by the switch as it is, also while it could not be written down yet', async () => {
  const cloud = await createCloud({ dataDir: ':memory:', registration: 'open' });
  const [one, two] = await twoDevices(cloud, [{}, {}]);
  await turn(two, false);
  const worker = { run: async () => ({ ...two.core.status(), switch: 'enabling' }) };
  const calls = deleteCalls({ profile: { opened: { store: two.store, worker } } } as unknown as CallContext);
  const scope = await calls.scope({ kind: 'messages', ids: [] });
  expect([scope.switchOn, scope.devicesOn.length]).toEqual([true, 2]);
  for (const device of [one, two]) await device.stop();
  await cloud.close();
});
