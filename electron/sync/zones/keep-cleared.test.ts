/** A conversation that was deleted with the switch off, and whose messages expire on that device before anybody says what is to become of that. */
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { sodiumReady } from '../../../shared/crypto/sodium.ts';
import { DAY, Scene, type SceneDevice, texts } from '../testing/keep-scene.ts';
import { removeFolders } from '../testing/zone-device.ts';

await sodiumReady();
afterAll(removeFolders);

const CONVERSATION = '07'.repeat(16);
let scene: Scene;
let one: SceneDevice;
let off: SceneDevice;
beforeEach(async () => {
  scene = new Scene();
  await scene.open();
  one = await scene.add();
  for (const days of [40, 3]) scene.write(one, `d${days}`, days);
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

test('KEEP-10 SYN-36 and it comes back where that is the answer', async () => {
  expect(await turnOn('bringBack')).toEqual(['d40 d3', 'd40 d3']);
});
