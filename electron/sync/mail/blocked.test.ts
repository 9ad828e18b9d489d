/** Somebody is blocked on one device of an account, and it is so on all of them (SPEC OUT-15). */
import { afterAll, expect, test } from 'vitest';
import { createCloud } from '../../../cloud/app.ts';
import { fromHex, toHex } from '../../../shared/crypto/bytes.ts';
import { sodiumReady } from '../../../shared/crypto/sodium.ts';
import { getConversation } from '../../store/conversations.ts';
import { getIdentity } from '../../store/identity.ts';
import { messagePage } from '../../store/message-pages.ts';
import { blockedAccounts } from '../../store/settings.ts';
import { type CoreDevice, coreDevice } from '../testing/core-device.ts';
import { removeFolders } from '../testing/zone-device.ts';

await sodiumReady();
afterAll(removeFolders);

const idle = ({ phase }: { phase: string }) => phase === 'idle';
const accountOf = (device: CoreDevice): string => toHex(getIdentity(device.store)!.accountId);
const shows = (device: CoreDevice, wish: string[]) =>
  expect.poll(() => device.texts(), { timeout: 20_000, interval: 10 }).toEqual(wish);
const statesOf = (device: CoreDevice, id: string): string[] =>
  messagePage(device.store, {
    conversation: fromHex(id),
    anchor: null,
    direction: 'older',
    limit: 100,
  }).messages.map(({ text, state }) => `${text}: ${state}`);
const send = (device: CoreDevice, conversationId: string, text: string) =>
  device.core.execute({ name: 'send', input: { conversationId, text, replyTo: null } });
const start = async (device: CoreDevice, ...handles: string[]) =>
  (await device.core.execute({ name: 'startConversation', input: { handles, name: null } })).id;
const block = (device: CoreDevice, account: string, on: boolean) =>
  device.core.execute({ name: 'setSettings', input: { block: { account, on } } });
const know = (device: CoreDevice, ...accounts: string[]) =>
  expect
    .poll(() => blockedAccounts(device.store).map(toHex), { timeout: 20_000, interval: 10 })
    .toEqual(accounts);

test('OUT-15 whom one device has blocked is blocked on all: nothing of theirs comes, in no conversation, and they hear nothing; unblocked, what is new comes', async () => {
  const cloud = await createCloud({ dataDir: ':memory:', registration: 'open' });
  const [anna, laptop, bob, carl] = [0, 1, 2, 3].map(() => coreDevice(cloud)) as [
    CoreDevice,
    CoreDevice,
    CoreDevice,
    CoreDevice,
  ];
  await anna.signUp('anna@example.org');
  await laptop.signIn('anna@example.org');
  await bob.signUp('bob@example.org');
  await carl.signUp('carl@example.org');
  const direct = await start(bob, 'anna@example.org');
  const group = await start(bob, 'anna@example.org', 'carl@example.org');
  await send(bob, direct, 'Before.');
  for (const device of [anna, laptop]) await shows(device, ['Before.']);
  await expect.poll(() => statesOf(bob, direct), { timeout: 20_000 }).toEqual(['Before.: delivered']);

  anna.events.length = 0;
  await block(anna, accountOf(bob), true);
  // The window hears it of the conversation with him, and the other device by the account's settings.
  await expect
    .poll(() => anna.events.flatMap((event) => (event.type === 'conversations' ? [event.ids] : [])).flat())
    .toContain(direct);
  for (const device of [anna, laptop]) await know(device, accountOf(bob));

  await send(bob, direct, 'Alone.');
  await send(bob, group, 'To all.');
  await shows(carl, ['To all.']);
  await send(carl, group, 'From Carl.');
  for (const device of [anna, laptop]) await shows(device, ['Before.', 'From Carl.']);
  for (const device of [anna, laptop, bob, carl]) await device.until(idle, 'rest');

  await block(laptop, accountOf(bob), false);
  for (const device of [anna, laptop]) await know(device);
  await send(bob, direct, 'After.');
  for (const device of [anna, laptop]) await shows(device, ['Before.', 'From Carl.', 'After.']);
  await expect.poll(() => statesOf(bob, direct).at(-1), { timeout: 20_000 }).toBe('After.: delivered');
  for (const device of [anna, laptop, bob, carl]) await device.stop();
  await cloud.close();
}, 60_000);

test('OUT-15 alone with somebody who is blocked no receipt goes; what Bob wrote before stays not read', async () => {
  const cloud = await createCloud({ dataDir: ':memory:', registration: 'open' });
  const [anna, bob] = [coreDevice(cloud), coreDevice(cloud)];
  await anna.signUp('anna@example.org');
  await bob.signUp('bob@example.org');
  const direct = await start(bob, 'anna@example.org');
  await send(bob, direct, 'Before.');
  await shows(anna, ['Before.']);
  await expect.poll(() => statesOf(bob, direct), { timeout: 20_000 }).toEqual(['Before.: delivered']);
  const read = async () => {
    const { messages } = messagePage(anna.store, {
      ...{ conversation: fromHex(direct), anchor: null, direction: 'older' as const, limit: 1 },
    });
    const upTo = { at: messages[0]!.acceptedMs, id: toHex(messages[0]!.id) };
    await anna.core.execute({ name: 'markRead', input: { conversationId: direct, upTo } });
  };
  await block(anna, accountOf(bob), true);
  await read();
  await send(bob, direct, 'Alone.');
  for (const device of [anna, bob]) await device.until(idle, 'rest');
  expect(statesOf(bob, direct)).toEqual(['Before.: delivered', 'Alone.: sent']);
  await block(anna, accountOf(bob), false);
  await send(bob, direct, 'After.');
  await shows(anna, ['Before.', 'After.']);
  await read();
  // By then everything up to it is read: Bob's line says so of all.
  await expect.poll(() => statesOf(bob, direct).at(-1), { timeout: 20_000 }).toBe('After.: read');
  for (const device of [anna, bob]) await device.stop();
  await cloud.close();
}, 60_000);

test('OUT-15 a group that a blocked person began has its name, from whoever says it', async () => {
  const cloud = await createCloud({ dataDir: ':memory:', registration: 'open' });
  const [anna, bob, carl] = [coreDevice(cloud), coreDevice(cloud), coreDevice(cloud)];
  await anna.signUp('anna@example.org');
  await bob.signUp('bob@example.org');
  await carl.signUp('carl@example.org');
  const direct = await start(bob, 'anna@example.org');
  await send(bob, direct, 'Before.');
  await shows(anna, ['Before.']);
  await block(anna, accountOf(bob), true);
  const { id } = await bob.core.execute({
    name: 'startConversation',
    input: { handles: ['anna@example.org', 'carl@example.org'], name: 'Holiday' },
  });
  await send(bob, id, 'To all.');
  await shows(carl, ['To all.']);
  const named = (device: CoreDevice) => getConversation(device.store, fromHex(id))?.name;
  // Carl's receipt is the first that Anna's device hears of the group, and has no name.
  await expect.poll(() => getConversation(anna.store, fromHex(id)), { timeout: 20_000 }).toBeDefined();
  await send(carl, id, 'From Carl.');
  await shows(anna, ['Before.', 'From Carl.']);
  expect([named(anna), named(carl)]).toEqual(['Holiday', 'Holiday']);
  for (const device of [anna, bob, carl]) await device.stop();
  await cloud.close();
}, 60_000);
