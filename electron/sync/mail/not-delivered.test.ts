/** Whom a message did not reach, known to all devices of the account. Whole devices, and a real cloud with small mailboxes. */
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { type Cloud, createCloud } from '../../../cloud/app.ts';
import { fromHex, toHex } from '../../../shared/crypto/bytes.ts';
import { sodiumReady } from '../../../shared/crypto/sodium.ts';
import { encodePayload } from '../../../shared/model/payload-codec.ts';
import { listConversations } from '../../store/conversations.ts';
import { dirtyCount } from '../../store/dirty.ts';
import { messagePage } from '../../store/message-pages.ts';
import { listNotices } from '../../store/notices.ts';
import { onlyHere } from '../../store/only-here.ts';
import { listOutbox } from '../../store/outbox.ts';
import { getPayload } from '../../store/records.ts';
import type { Command } from '../protocol.ts';
import { type CoreDevice, coreDevice } from '../testing/core-device.ts';
import { fetchOf, removeFolders } from '../testing/zone-device.ts';

await sodiumReady();
afterAll(removeFolders);

type Device = CoreDevice & { connected: boolean; pushes: number; beforeSend(): unknown };
/** Of a mailbox, in entries. */
const ROOM = 3;
let cloud: Cloud;
const devices: Device[] = [];
let one: Device;
let two: Device;
let bob: Device;
let id = '';

beforeEach(async () => {
  cloud = await createCloud({
    dataDir: ':memory:',
    registration: 'open',
    mailboxLimits: { mailboxEntries: ROOM },
  });
});
afterEach(async () => {
  for (const device of devices.splice(0)) await device.stop();
  await cloud.close();
});

function make(): Device {
  const device: Device = Object.assign(
    coreDevice(cloud, {
      fetch: async (input, init) => {
        if (!device.connected) throw new TypeError('No connection.');
        const request = new Request(input, init);
        if (request.url.endsWith('/Send')) await device.beforeSend();
        if (request.url.endsWith('/Push')) device.pushes += 1;
        return fetchOf(cloud)(request);
      },
    }),
    { connected: true, pushes: 0, beforeSend: () => {} },
  );
  devices.push(device);
  return device;
}

const does = (device: Device, command: Command) => device.core.execute(command as never) as Promise<never>;
const say = (device: Device, text: string) =>
  does(device, { name: 'send', input: { conversationId: id, text, replyTo: null } });
const messages = (device: Device) =>
  messagePage(device.store, { conversation: fromHex(id), anchor: null, direction: 'older', limit: 100 })
    .messages;
const message = (device: Device, text: string) => messages(device).find((one) => one.text === text);
const state = (device: Device, text: string) => message(device, text)?.state;
const idOf = (device: Device, text: string): string => toHex(message(device, text)?.id ?? new Uint8Array());
const alarms = (device: Device) =>
  listNotices(device.store)
    .map(({ code }) => code)
    .filter((code) => code !== 'ownMailboxFull' && code !== 'deviceAdded');

async function settled(...some: Device[]): Promise<void> {
  for (const device of some) {
    await does(device, { name: 'syncNow', input: null });
    await device.until(
      ({ phase }) =>
        phase === 'idle' &&
        dirtyCount(device.store, 'messages') === 0 &&
        listOutbox(device.store).every((row) => row.state === 'failed'),
      'at rest',
    );
  }
}
const shows = (device: Device, text: string, wanted: string) =>
  device.until(() => state(device, text) === wanted, `${text} ${wanted}, not ${state(device, text)}`);
const record = (device: Device, text: string): string =>
  device.store.get<{ payload: string }>(
    'SELECT hex(r.payload) AS payload FROM record r JOIN message m ON m.rid = r.rid WHERE m.text = ?',
    text,
  )?.payload ?? '';

/** Anna on two devices, both in the zone, and a conversation with these people, whose first is Bob. */
async function begin(...handles: string[]): Promise<void> {
  one = make();
  await one.signUp('anna@example.org');
  for (const handle of handles) {
    const other = make();
    await other.signUp(handle);
    if (handle === handles[0]) bob = other;
  }
  id = (await one.core.execute({ name: 'startConversation', input: { handles, name: null } })).id;
  await say(one, 'before');
  two = make();
  await two.signIn('anna@example.org');
  await settled(one, ...devices, one, two);
  await shows(two, 'before', 'delivered');
}

/** Bob's computer is off, and his mailbox runs full. The text of the message that does not reach him. */
async function missesBob(): Promise<string> {
  bob.connected = false;
  for (let n = 1; n < 9; n += 1) {
    await say(one, `number ${n}`);
    await settled(one, ...devices.filter((device) => device !== bob && device !== one));
    if (state(one, `number ${n}`) === 'failed') return `number ${n}`;
  }
  throw new Error('His mailbox is never full.');
}

async function bobReadsAll(): Promise<void> {
  bob.connected = true;
  await settled(bob);
  await does(bob, { name: 'markRead', input: { conversationId: id, upTo: null } });
  await settled(bob, one, two);
}

const anyMissed = (device: Device): boolean => messages(device).some(({ missed }) => missed.length > 0);

test('OUT-36 OUT-37 all devices say that it was not delivered, whatever he reads since; any of them delivers it, once', async () => {
  await begin('bob@example.org');
  const missed = await missesBob();
  for (const device of [one, two]) {
    await shows(device, missed, 'failed');
    expect(message(device, missed)).toMatchObject({ failure: 'mailboxFull', isLeftHere: device === one });
    expect(listConversations(device.store)[0]?.last?.state).toBe('failed');
  }
  expect(record(two, missed)).toBe(record(one, missed));
  // It is not only here any more: its record is at the cloud, and says whom it did not reach.
  expect(onlyHere(one.store)).toEqual({ messages: 0, changes: 0 });
  // He reads what he has got, and a later one.
  await bobReadsAll();
  await say(one, 'later');
  await settled(one, bob, two);
  await bobReadsAll();
  expect(bob.texts()).not.toContain(missed);
  for (const device of [one, two]) {
    await shows(device, 'later', 'read');
    expect(state(device, missed)).toBe('failed');
  }
  const pushes = [one.pushes, two.pushes];
  await settled(one, two);
  expect([one.pushes, two.pushes]).toEqual(pushes);
  // On the device that did not send it.
  await does(two, { name: 'retry', input: { id: idOf(two, missed) } });
  await settled(two, one, bob);
  expect(bob.texts().filter((text) => text === missed)).toEqual([missed]);
  for (const device of [one, two]) {
    await device.until(() => listOutbox(device.store).length === 0, 'nothing left to deliver');
    expect([anyMissed(device), state(device, missed)]).toEqual([false, 'read']);
  }
  expect(record(two, missed)).toBe(record(one, missed));
  expect([alarms(bob), alarms(one), alarms(two)]).toEqual([[], [], []]);
});

test('OUT-36 Discard, a delete and its Undo or Recover, a restart and the switch: it is not delivered all the same, until it is', async () => {
  await begin('bob@example.org');
  const missed = await missesBob();
  await shows(two, missed, 'failed');
  await does(one, { name: 'discard', input: { id: idOf(one, missed) } });
  expect([listOutbox(one.store), state(one, missed)]).toEqual([[], 'failed']);
  const { undo } = (await does(two, {
    name: 'deleteMessages',
    input: { ids: [idOf(two, missed)] },
  })) as { undo: string };
  await settled(two, one);
  expect(state(one, missed)).toBeUndefined();
  await does(two, { name: 'undoDelete', input: { undo } });
  await settled(two, one);
  for (const device of [one, two]) await shows(device, missed, 'failed');
  await does(one, { name: 'deleteMessages', input: { ids: [idOf(one, missed)] } });
  await settled(one, two);
  await does(two, { name: 'recoverMessages', input: { ids: 'all' } });
  await settled(two, one);
  for (const device of [one, two]) await shows(device, missed, 'failed');
  await does(two, { name: 'setSwitch', input: { on: false } });
  await two.until(({ switch: value }) => value === 'off', 'off');
  expect(state(two, missed)).toBe('failed');
  // Whether another device has delivered it since, this one does not hear now.
  await expect(does(two, { name: 'retry', input: { id: idOf(two, missed) } })).rejects.toMatchObject({
    reason: 'notFound',
  });
  await does(two, { name: 'setSwitch', input: { on: true } });
  await two.until(({ switch: value }) => value === 'on', 'on');
  await one.stop();
  one.start();
  await settled(one, two);
  for (const device of [one, two]) await shows(device, missed, 'failed');
  bob.connected = true;
  await settled(bob);
  // Discarded or not: whoever sent it can think better of it.
  await does(one, { name: 'retry', input: { id: idOf(one, missed) } });
  await settled(one, two, bob);
  expect(bob.texts()).toContain(missed);
  for (const device of [one, two]) await shows(device, missed, 'delivered');
});

test('OUT-5 what could not be delivered does not wait to be sent any more, while the next one is on its way', async () => {
  await begin('bob@example.org');
  const missed = [await missesBob(), 'another'];
  await say(one, 'another');
  await shows(one, 'another', 'failed');
  await settled(one);
  const waiting: number[] = [];
  let bothAsked = () => {};
  const both = new Promise<void>((resolve) => {
    bothAsked = resolve;
  });
  one.beforeSend = async () => {
    await both;
    waiting.push(one.core.status().waitingToSend);
  };
  for (const text of missed) await does(one, { name: 'retry', input: { id: idOf(one, text) } });
  bothAsked();
  await settled(one);
  expect(waiting).toEqual([2, 1]);
});

test('OUT-36 in a group it names those who have not got it; unsent, nobody is to get it any more', async () => {
  await begin('bob@example.org', 'carol@example.org');
  const carol = devices.find((device) => ![one, two, bob].includes(device)) as Device;
  const missed = await missesBob();
  await shows(two, missed, 'failed');
  const [whom] = message(two, missed)?.missed ?? [];
  const accountOf = (device: Device) =>
    device.store.get<{ id: string }>('SELECT hex(account_id) AS id FROM identity')?.id;
  expect(
    Buffer.from(whom?.account ?? [])
      .toString('hex')
      .toUpperCase(),
  ).toBe(accountOf(bob));
  expect(carol.texts()).toContain(missed);
  // Theirs is their own account's: nothing of it goes to others.
  expect(anyMissed(carol)).toBe(false);
  expect(record(carol, missed)).not.toBe(record(one, missed));
  await does(two, { name: 'unsend', input: { id: idOf(two, missed) } });
  await settled(two, one);
  for (const device of [one, two]) {
    await device.until(() => !anyMissed(device), 'unsent');
    expect(messages(device).some((each) => each.state === 'failed')).toBe(false);
    expect(listOutbox(device.store)).toEqual([]);
  }
});

test('OUT-36 what an older version had left to deliver is said at the next start', async () => {
  await begin('bob@example.org');
  const missed = await missesBob();
  await two.stop();
  // As a version without these registers left it: the row alone.
  const row = one.store.get<{ id: Uint8Array }>('SELECT id FROM message WHERE text = ?', missed);
  const payload = getPayload(one.store, 'messages', row!.id)!;
  one.store.run(
    'UPDATE record SET payload = ? WHERE id = ?',
    encodePayload({ ...payload, registers: [] }),
    row!.id,
  );
  one.store.run('UPDATE message SET missed = NULL WHERE id = ?', row!.id);
  await one.stop();
  one.start();
  await one.until(() => (message(one, missed)?.missed.length ?? 0) > 0, 'said');
  expect(message(one, missed)).toMatchObject({ missed: [{ why: 'mailboxFull' }], isLeftHere: true });
});
