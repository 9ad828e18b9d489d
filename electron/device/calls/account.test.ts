import { afterAll, expect, test } from 'vitest';
import { createCloud } from '../../../cloud/app.ts';
import { fromHex } from '../../../shared/crypto/bytes.ts';
import { sodiumReady } from '../../../shared/crypto/sodium.ts';
import { getConversation } from '../../store/conversations.ts';
import { getIdentity } from '../../store/identity.ts';
import { hex } from '../../store/values.ts';
import { setZoneState } from '../../store/zone-state.ts';
import { coreDevice } from '../../sync/testing/core-device.ts';
import { turn, twoDevices } from '../../sync/testing/two-devices.ts';
import { removeFolders } from '../../sync/testing/zone-device.ts';
import { accountCalls } from './account.ts';
import type { CallContext } from './context.ts';
import { People, summaryOf } from './people.ts';

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

test('UI-160 one blocks whom one knows, and not oneself; the list and the conversations say who is blocked', async () => {
  const cloud = await createCloud({ dataDir: ':memory:', registration: 'open' });
  const [anna, bob, carl] = [coreDevice(cloud), coreDevice(cloud), coreDevice(cloud)];
  await anna.signUp('anna@example.org');
  await bob.signUp('bob@example.org');
  await carl.signUp('carl@example.org');
  const handles = ['carl@example.org', 'bob@example.org'];
  const { id } = await anna.core.execute({ name: 'startConversation', input: { handles, name: null } });
  const { store, core } = anna;
  const worker = { run: (name: string, input: unknown) => core.execute({ name, input } as never) };
  const { people } = accountCalls({ profile: { opened: { store, worker } } } as unknown as CallContext);
  const [idOfAnna, idOfBob, idOfCarl] = [anna, bob, carl].map((one) =>
    hex(getIdentity(one.store)!.accountId),
  );
  const inConversation = () =>
    summaryOf(getConversation(store, fromHex(id))!, new People(store)).blocked.map(({ handle }) => handle);
  expect(people.blocked()).toEqual([]);
  await people.setBlocked(idOfCarl!, true);
  await people.setBlocked(idOfBob!, true);
  expect((await people.blocked()).map(({ handle }) => handle)).toEqual([
    'bob@example.org',
    'carl@example.org',
  ]);
  expect(inConversation().sort()).toEqual(['bob@example.org', 'carl@example.org']);
  await expect(people.setBlocked(idOfAnna!, true)).rejects.toMatchObject({ reason: 'invalidInput' });
  await expect(people.setBlocked('ab'.repeat(16), true)).rejects.toMatchObject({ reason: 'notFound' });
  await people.setBlocked(idOfCarl!, false);
  expect(inConversation()).toEqual(['bob@example.org']);
  for (const device of [anna, bob, carl]) await device.stop();
  await cloud.close();
});
