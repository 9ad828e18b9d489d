/** A conversation that was deleted with the switch off, and whose messages expire on that device before anybody says what is to become of that. */
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { sodiumReady } from '../../../shared/crypto/sodium.ts';
import { listRecentlyDeleted } from '../../store/recently-deleted.ts';
import { DAY, Scene, type SceneDevice, texts } from '../testing/keep-scene.ts';
import { removeFolders } from '../testing/zone-device.ts';

await sodiumReady();
afterAll(removeFolders);

const CONVERSATION = '07'.repeat(16);
let scene: Scene;
let one: SceneDevice;
let off: SceneDevice;
let ids: string[];
beforeEach(async () => {
  scene = new Scene();
  await scene.open();
  one = await scene.add();
  ids = [40, 3].map((days) => scene.write(one, `d${days}`, days));
  await scene.pass();
  off = await scene.add();
  await scene.run(off, { name: 'setSwitch', input: { on: false } });
  await scene.pass();
  await scene.keep(off, 30);
  await scene.pass();
  await scene.run(off, { name: 'deleteConversation', input: { conversationId: CONVERSATION } });
  await scene.pass(2 * DAY);
  await scene.pass();
  expect(texts(off)).toBe('');
});
afterEach(() => scene.close());

const deletedTexts = (on: SceneDevice): string =>
  listRecentlyDeleted(on.device.store, 10)
    .map(({ message }) => message.text)
    .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
    .join(' ');
const turnOn = async (deletedHere: 'everywhere' | 'bringBack') => {
  expect(await scene.run(off, { name: 'switchPreview', input: null })).toMatchObject({ deletedHere: 2 });
  await scene.run(off, { name: 'setSwitch', input: { on: true, deletedHere } });
  await scene.pass();
  await scene.pass();
  return [one, off].map(texts);
};

test('KEEP-10 SYN-36 what was deleted with its conversation stays a person’s delete although it expires as well: everywhere means that too', async () => {
  expect(await turnOn('everywhere')).toEqual(['', '']);
});

test('KEEP-19 and what of it expired here in less than thirty days is in Recently Deleted everywhere, with the rest of it', async () => {
  await turnOn('everywhere');
  await scene.pass();
  expect([one, off].map(deletedTexts)).toEqual(['d40 d3', 'd40 d3']);
  // Since the person deleted it, and not since it expired.
  await scene.pass(26 * DAY);
  await scene.pass();
  expect([one, off].map(deletedTexts)).toEqual(['d40 d3', 'd40 d3']);
  await scene.pass(4 * DAY);
  await scene.pass();
  await scene.pass();
  expect([one, off].map(deletedTexts)).toEqual(['', '']);
});

test('KEEP-19 after thirty days it is gone everywhere at once, as on every device that had it', async () => {
  await scene.pass(31 * DAY);
  await scene.pass();
  await turnOn('everywhere');
  await scene.pass();
  expect([one, off].map(deletedTexts)).toEqual(['', '']);
  expect([one, off].map(texts)).toEqual(['', '']);
});

test('KEEP-10 SYN-36 and it comes back where that is the answer', async () => {
  expect(await turnOn('bringBack')).toEqual(['d40 d3', 'd40 d3']);
});

test('KEEP-19 the same of a message that was deleted by itself; what was deleted for good goes for good', async () => {
  await turnOn('bringBack');
  await scene.run(off, { name: 'setSwitch', input: { on: false } });
  await scene.pass();
  await scene.keep(off, 30);
  await scene.pass();
  const [older, newer] = ids;
  await scene.run(off, { name: 'deleteMessages', input: { ids: [older!] } });
  await scene.run(off, { name: 'deleteMessages', input: { ids: [newer!] } });
  await scene.run(off, { name: 'deleteForGood', input: { ids: [newer!] } });
  // Its own Keep Messages of thirty days lets go of the older one.
  await scene.pass(2 * DAY);
  await scene.pass();
  expect([texts(off), deletedTexts(off)]).toEqual(['', '']);
  await turnOn('everywhere');
  await scene.pass();
  expect([one, off].map(texts)).toEqual(['', '']);
  expect([one, off].map(deletedTexts)).toEqual(['d40', 'd40']);
});

test('KEEP-19 recovered on that device before anybody is asked, what of it expired there is nobody’s delete any more', async () => {
  await scene.run(off, { name: 'recoverMessages', input: { ids: 'all' } });
  expect(texts(off)).toBe('d3');
  expect(await scene.run(off, { name: 'switchPreview', input: null })).toMatchObject({ deletedHere: 0 });
  await scene.run(off, { name: 'setSwitch', input: { on: true, deletedHere: 'everywhere' } });
  await scene.pass();
  await scene.pass();
  expect([one, off].map(texts)).toEqual(['d40 d3', 'd40 d3']);
});

test('KEEP-19 SYN-28 by a clock that is a month and a half ahead nothing is deleted for good before its time', async () => {
  off.clock.offMs = 45 * DAY;
  await scene.run(off, { name: 'setSwitch', input: { on: true, deletedHere: 'everywhere' } });
  await scene.pass();
  off.clock.offMs = 0;
  for (let i = 0; i < 3; i += 1) await scene.pass();
  expect([one, off].map(deletedTexts)).toEqual(['d40 d3', 'd40 d3']);
});

test('KEEP-19 a Recover that another device made since stands, also of what expired here', async () => {
  await turnOn('bringBack');
  const d27 = scene.write(one, 'd27', 27);
  await scene.pass();
  await scene.run(off, { name: 'setSwitch', input: { on: false } });
  await scene.pass();
  await scene.keep(off, 30);
  await scene.pass();
  await scene.pass(1.2 * DAY);
  for (let i = 0; i < 2; i += 1) await scene.pass();
  // Something expired that nobody deleted: the answer is single deletes.
  expect(texts(off)).toBe('d27 d3');
  await scene.run(off, { name: 'deleteConversation', input: { conversationId: CONVERSATION } });
  await scene.pass(DAY / 2);
  const both = [d27, ids[1]!];
  await scene.run(one, { name: 'deleteMessages', input: { ids: both } });
  await scene.pass();
  await scene.run(one, { name: 'recoverMessages', input: { ids: both } });
  await scene.pass(2 * DAY);
  await scene.pass();
  expect(texts(off)).toBe('');
  await scene.run(off, { name: 'setSwitch', input: { on: true, deletedHere: 'everywhere' } });
  for (let i = 0; i < 3; i += 1) await scene.pass();
  expect([one, off].map(texts)).toEqual(['d40 d27 d3', 'd40 d27 d3']);
});

test.for(['the whole conversation', 'one by one'])(
  'KEEP-19 deleted (%s), expired, and purged at the cloud meanwhile: who has it and joins later does not show it, although the device that was asked is away by then',
  async (how) => {
    await turnOn('bringBack');
    const third = await scene.add();
    for (const device of [off, third]) await scene.run(device, { name: 'setSwitch', input: { on: false } });
    await scene.pass();
    await scene.run(one, { name: 'disableAndDelete', input: null });
    await scene.pass(20 * DAY);
    await scene.keep(off, 30);
    await scene.pass();
    if (how === 'one by one') await scene.run(off, { name: 'deleteMessages', input: { ids } });
    else await scene.run(off, { name: 'deleteConversation', input: { conversationId: CONVERSATION } });
    await scene.pass(2 * DAY);
    await scene.pass();
    await scene.pass(9 * DAY);
    for (let i = 0; i < 2; i += 1) await scene.pass();
    expect([off, third].map(texts)).toEqual(['', 'd40 d3']);
    await scene.run(off, { name: 'setSwitch', input: { on: true, deletedHere: 'everywhere' } });
    for (let i = 0; i < 3; i += 1) await scene.pass();
    off.line.up = false;
    await scene.run(third, { name: 'setSwitch', input: { on: true, deletedHere: 'bringBack' } });
    for (let i = 0; i < 2; i += 1) await scene.pass();
    expect([texts(third), deletedTexts(third)]).toEqual(['', 'd40 d3']);
    off.line.up = true;
    for (let i = 0; i < 2; i += 1) await scene.pass();
    expect([off, third].map(texts)).toEqual(['', '']);
  },
);
