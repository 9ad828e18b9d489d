/**
 * A conversation is deleted while a message is on its way: that message starts it anew, with only what came after (SPEC SYN-74). Whole devices
 * and a real cloud; what each of them hears is a gate around its network.
 */
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { type Cloud, createCloud } from '../../cloud/app.ts';
import { sodiumReady } from '../../shared/crypto/sodium.ts';
import { listConversations } from '../store/conversations.ts';
import { addPending, setMailCursor } from '../store/mail.ts';
import { listRecentlyDeleted } from '../store/recently-deleted.ts';
import { seenUpToMs } from '../store/seen.ts';
import { BOB, bytes16, kit, putConversation, WITH_BOB } from '../store/store.testkit.ts';
import type { Fetch } from './network/cloud-client.ts';
import { type CoreDevice, coreDevice } from './testing/core-device.ts';
import { fetchOf, removeFolders } from './testing/zone-device.ts';

await sodiumReady();
afterAll(removeFolders);

type Device = CoreDevice & {
  /** Calls that go through; null: all of them. */
  only: readonly string[] | null;
};
let cloud: Cloud;
let devices: Device[] = [];

beforeEach(async () => {
  cloud = await createCloud({ dataDir: ':memory:', registration: 'open' });
});
afterEach(async () => {
  for (const device of devices.splice(0)) await device.stop();
  await cloud.close();
});

function make(): Device {
  const fetch: Fetch = async (input, init) => {
    const request = new Request(input, init);
    const { only } = device;
    if (only !== null && !only.some((call) => request.url.endsWith(`/${call}`))) {
      throw new TypeError('No connection.');
    }
    return fetchOf(cloud)(request);
  };
  const device: Device = Object.assign(coreDevice(cloud, { fetch }), { only: null });
  devices.push(device);
  return device;
}

let one: Device;
let two: Device;
let bob: Device;
let conversationId = '';

/** Anna with two devices, Bob, and one message that all of them have seen. */
async function begin(): Promise<void> {
  devices = [];
  one = make();
  await one.signUp('anna@example.org');
  bob = make();
  await bob.signUp('bob@example.org');
  const input = { handles: ['bob@example.org'], name: null };
  conversationId = (await one.core.execute({ name: 'startConversation', input })).id;
  await say(one, 'before');
  two = make();
  await two.signIn('anna@example.org');
  for (const device of [one, two, bob]) {
    await shows(device, ['before']);
    await device.until(({ phase, switch: value }) => phase === 'idle' && value === 'on', 'in step');
  }
}

const say = (device: Device, text: string) =>
  device.core.execute({ name: 'send', input: { conversationId, text, replyTo: null } });
const shows = (device: Device, texts: string[]) =>
  device.until(
    () => device.texts().join() === texts.join(),
    `${texts.join()} instead of ${device.texts().join()}`,
  );
const accepted = (device: Device) =>
  device.until(() => device.store.get('SELECT 1 AS one FROM outbox') === undefined, 'accepted');
const deleted = (device: Device): string[] =>
  listRecentlyDeleted(device.store, 10)
    .map(({ message }) => message.text)
    .sort();
const deleteOn = (device: Device) =>
  device.core.execute({ name: 'deleteConversation', input: { conversationId } });
async function connect(device: Device): Promise<void> {
  device.only = null;
  await device.core.execute({ name: 'syncNow', input: null });
}

test('SYN-74 what was accepted before the delete and comes after it starts the conversation anew, on every device', async () => {
  await begin();
  one.only = [];
  await say(bob, 'meanwhile');
  await shows(two, ['before', 'meanwhile']);
  await deleteOn(one);
  expect([one.texts(), listConversations(one.store)]).toEqual([[], []]);
  await connect(one);
  for (const device of [one, two]) {
    await shows(device, ['meanwhile']);
    await device.until(() => deleted(device).join() === 'before', 'the rest deleted');
    expect(listConversations(device.store).map(({ last }) => last?.text)).toEqual(['meanwhile']);
  }
  expect(listConversations(one.store)[0]?.unread).toBe(1);
  await say(bob, 'after');
  for (const device of [one, two]) await shows(device, ['meanwhile', 'after']);
  expect(bob.texts()).toEqual(['before', 'meanwhile', 'after']);
});

for (const on of [true, false]) {
  test(`SYN-74 also when an own message was accepted after it, before this device heard of it (switch ${on ? 'on' : 'off'})`, async () => {
    await begin();
    if (!on) {
      await one.core.execute({ name: 'setSwitch', input: { on: false } });
      await one.until(({ switch: value }) => value === 'off', 'off');
    }
    // Sending works, and nothing comes in.
    one.only = ['Send'];
    two.only = [];
    await say(bob, 'theirs');
    await accepted(bob);
    await say(one, 'mine');
    await accepted(one);
    expect(one.texts()).toEqual(['before', 'mine']);
    const { undo, messages } = await deleteOn(one);
    expect([messages, one.texts(), deleted(one)]).toEqual([2, [], ['before', 'mine']]);
    await connect(one);
    await shows(one, ['theirs']);
    expect(listConversations(one.store)[0]).toMatchObject({ unread: 1, last: { text: 'theirs' } });
    await connect(two);
    await shows(two, on ? ['theirs'] : ['before', 'theirs', 'mine']);
    expect(deleted(one)).toEqual(['before', 'mine']);
    expect(await one.core.execute({ name: 'undoDelete', input: { undo } })).toEqual({
      messages: 2,
      newer: 0,
    });
    for (const device of [one, two]) await shows(device, ['before', 'theirs', 'mine']);
  });
}

test('SYN-74 also when the zone brought a newer message of another device first', async () => {
  await begin();
  // Neither of Anna's devices reads its mailbox; the zone goes on.
  const zone = ['Send', 'Push', 'Changes', 'OpenZone', 'Watch', 'GetKeyring'];
  one.only = zone;
  two.only = zone;
  await say(bob, 'theirs');
  await accepted(bob);
  await say(two, 'mine');
  await accepted(two);
  await two.core.execute({ name: 'syncNow', input: null });
  await one.core.execute({ name: 'syncNow', input: null });
  await shows(one, ['before', 'mine']);
  await deleteOn(one);
  expect(one.texts()).toEqual([]);
  await connect(one);
  await connect(two);
  for (const device of [one, two]) {
    await shows(device, ['theirs']);
    await device.until(() => deleted(device).join() === 'before,mine', 'the rest deleted');
  }
});

test('SYN-74 mail that is set aside counts as not seen, where it belongs in the conversation', async () => {
  const k = await kit();
  putConversation(k.store);
  const conversation = WITH_BOB();
  expect(seenUpToMs(k.store, conversation)).toBe(-1);
  setMailCursor(k.store, { stored: 3, completeMs: 900 });
  expect(seenUpToMs(k.store, conversation)).toBe(900);
  const aside = (position: number, acceptedMs: number, sender: Uint8Array, reason: string): void =>
    addPending(k.store, {
      position,
      acceptedMs,
      sender,
      sendId: bytes16(position),
      content: new Uint8Array(),
      epoch: 1,
      suite: 1,
      sealedKey: new Uint8Array(),
      reason,
      receivedMs: 1,
    });
  aside(1, 500, bytes16(0xcc), 'identityChanged');
  expect(seenUpToMs(k.store, conversation)).toBe(900);
  aside(2, 600, BOB, 'identityChanged');
  expect(seenUpToMs(k.store, conversation)).toBe(599);
  aside(3, 400, bytes16(0xcc), 'zone');
  expect(seenUpToMs(k.store, conversation)).toBe(399);
  // It only rises, but for a cloud that was put back.
  setMailCursor(k.store, { completeMs: 100 });
  expect(seenUpToMs(k.store, conversation)).toBe(399);
  setMailCursor(k.store, { stored: 0 }, true);
  expect(seenUpToMs(k.store, conversation)).toBe(-1);
  k.close();
});
