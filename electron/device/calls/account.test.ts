import { afterAll, expect, test } from 'vitest';
import { createCloud } from '../../../cloud/app.ts';
import { sodiumReady } from '../../../shared/crypto/sodium.ts';
import { setZoneState } from '../../store/zone-state.ts';
import { turn, twoDevices } from '../../sync/testing/two-devices.ts';
import { removeFolders } from '../../sync/testing/zone-device.ts';
import { accountCalls } from './account.ts';
import type { CallContext } from './context.ts';

await sodiumReady();
afterAll(removeFolders);

test('UI-14 the list of devices knows when this one was last in step, also where its record was not written since', async () => {
  const cloud = await createCloud({ dataDir: ':memory:', registration: 'open' });
  const [one, two] = await twoDevices(cloud, [{}, {}]);
  const { store } = two;
  const { devices } = accountCalls({ profile: { opened: { store } }, notices: [] } as unknown as CallContext);
  const times = async () => (await devices.list()).map(({ lastSyncedAt }) => lastSyncedAt);
  await turn(two, true);
  const [, other] = await times();
  const later = Date.now() + 360_000;
  const write = (zone: 'account' | 'messages', lastSyncedMs: number) =>
    store.write(() => setZoneState(store, zone, { lastSyncedMs }));
  write('account', later);
  write('messages', later + 1);
  expect(await times()).toEqual([later + 1, other]);
  // With the switch off it follows the account alone.
  await turn(two, false);
  write('account', later + 2);
  expect((await times())[0]).toBe(later + 2);
  for (const device of [one, two]) await device.stop();
  await cloud.close();
});
