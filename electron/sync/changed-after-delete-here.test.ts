/**
 * A message is deleted for good on one device alone, with its switch off, and somebody changes it afterwards: the change comes by mail, and there is
 * nothing here that it could be merged into (SPEC SYN-161). Whole devices and a real cloud.
 */
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { type Cloud, createCloud } from '../../cloud/app.ts';
import { sodiumReady } from '../../shared/crypto/sodium.ts';
import { messagesToUpload } from '../store/bases.ts';
import { listNotices } from '../store/notices.ts';
import type { Command } from './protocol.ts';
import { type CoreDevice, coreDevice } from './testing/core-device.ts';
import { removeFolders } from './testing/zone-device.ts';

await sodiumReady();
afterAll(removeFolders);

let cloud: Cloud;
let devices: CoreDevice[];
beforeEach(async () => {
  devices = [];
  cloud = await createCloud({ dataDir: ':memory:', registration: 'open' });
});
afterEach(async () => {
  for (const device of devices) await device.stop();
  await cloud.close();
});

function make(): CoreDevice {
  const device = coreDevice(cloud);
  devices.push(device);
  return device;
}
const does = (device: CoreDevice, command: Command) => device.core.execute(command as never);
const idOf = (device: CoreDevice, text: string): string =>
  device.store.get<{ id: string }>('SELECT lower(hex(id)) AS id FROM message WHERE text = ?', text)?.id ?? '';
const shows = (device: CoreDevice, ...texts: string[]) =>
  device.until(() => device.texts().join() === texts.join(), `${texts} instead of ${device.texts()}`);
const inStep = (device: CoreDevice) =>
  device.until(({ phase, waitingToSend }) => phase === 'idle' && waitingToSend === 0, 'in step');

test('SYN-161 SYN-36 a message that was deleted on a device alone and edited since comes back whole, and nobody else loses any of it', async () => {
  const one = make();
  await one.signUp('anna@example.org');
  const bob = make();
  await bob.signUp('bob@example.org');
  const input = { handles: ['anna@example.org'], name: null };
  const { id: conversationId } = await bob.core.execute({ name: 'startConversation', input });
  for (const text of ['first', 'second'])
    await does(bob, { name: 'send', input: { conversationId, text, replyTo: null } });
  await shows(one, 'first', 'second');
  const two = make();
  await two.signIn('anna@example.org');
  await shows(two, 'first', 'second');
  // The cloud has them, and not the mailboxes alone.
  await two.until(() => messagesToUpload(two.store) === 0, 'both in the zone');
  await does(two, { name: 'setSwitch', input: { on: false, everywhere: false } });
  await two.until(({ switch: value }) => value === 'off', 'off');
  await does(two, { name: 'deleteForGood', input: { ids: [idOf(two, 'first')] } });
  // Its other device is away: nobody but the cloud has it now.
  await one.core.stop();
  await does(bob, { name: 'edit', input: { id: idOf(bob, 'first'), text: 'first, edited' } });
  await does(bob, { name: 'react', input: { id: idOf(bob, 'second'), emoji: '👍' } });
  const reaction = () => two.store.get('SELECT 1 AS one FROM message_reaction') !== undefined;
  await two.until(reaction, 'what Bob did last');
  expect(two.texts()).toEqual(['second']);
  // Of what was deleted here nothing is lost with this device.
  expect(messagesToUpload(two.store)).toBe(0);
  await does(two, { name: 'setSwitch', input: { on: true, deletedHere: 'bringBack' } });
  await two.until(({ switch: value }) => value === 'on', 'on');
  await inStep(two);
  expect(two.texts()).toEqual(['first, edited', 'second']);
  expect(listNotices(two.store)).toEqual([]);
  const three = make();
  await three.signIn('anna@example.org');
  await three.until(({ phase }) => phase === 'idle', 'whole');
  expect(three.texts()).toEqual(['first, edited', 'second']);
});
