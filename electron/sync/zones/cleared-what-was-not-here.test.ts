/** A conversation deleted on a device alone is deleted everywhere by its person's word: what was there on it, and not what was not. */
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { sodiumReady } from '../../../shared/crypto/sodium.ts';
import { messagesToUpload } from '../../store/bases.ts';
import { DAY, Scene, texts } from '../testing/keep-scene.ts';
import { removeFolders } from '../testing/zone-device.ts';

await sodiumReady();
afterAll(removeFolders);

const CONVERSATION = '07'.repeat(16);
let scene: Scene;
beforeEach(async () => {
  scene = new Scene();
  await scene.open();
});
afterEach(() => scene.close());

type Device = Awaited<ReturnType<Scene['add']>>;
/** Off, and of d40, d39 and d2 only the newest is left on it. */
async function offWithThirtyDays(off: Device): Promise<void> {
  await scene.run(off, { name: 'setSwitch', input: { on: false } });
  await scene.pass();
  expect(off.device.core.status().switch).toBe('off');
  await scene.keep(off, 30);
  await scene.pass();
  await scene.pass(2 * DAY);
  await scene.pass();
  expect(texts(off)).toBe('d2');
}
async function onEverywhere(off: Device): Promise<void> {
  await scene.run(off, { name: 'setSwitch', input: { on: true, deletedHere: 'everywhere' } });
  await scene.pass();
  await scene.pass();
  expect(off.device.core.status().switch).toBe('on');
}

test('KEEP-10 what had expired on a device alone does not become a delete elsewhere with its conversation', async () => {
  const one = await scene.add();
  for (const days of [40, 39, 2]) scene.write(one, `d${days}`, days);
  await scene.pass();
  const off = await scene.add();
  expect(messagesToUpload(one.device.store)).toBe(0);
  expect(texts(off)).toBe('d40 d39 d2');
  await offWithThirtyDays(off);
  await scene.run(off, { name: 'deleteConversation', input: { conversationId: CONVERSATION } });
  expect(await scene.run(off, { name: 'switchPreview', input: null })).toMatchObject({ deletedHere: 1 });
  await onEverywhere(off);
  expect([texts(one), texts(off)]).toEqual(['d40 d39', 'd40 d39']);
});

test('KEEP-10 SWI-4 nor when the switch was turned on and off again before it came back', async () => {
  const one = await scene.add();
  for (const days of [40, 39, 2]) scene.write(one, `d${days}`, days);
  await scene.pass();
  const off = await scene.add();
  await offWithThirtyDays(off);
  off.line.up = false;
  await scene.run(off, { name: 'setSwitch', input: { on: true } });
  expect(off.device.core.status().switch).toBe('enabling');
  await scene.run(off, { name: 'cancelSync', input: null });
  expect(off.device.core.status().switch).toBe('off');
  off.line.up = true;
  await scene.pass();
  await scene.run(off, { name: 'deleteConversation', input: { conversationId: CONVERSATION } });
  await onEverywhere(off);
  expect([texts(one), texts(off)]).toEqual(['d40 d39', 'd40 d39']);
});

test('SWI-13 SYN-36 what a device never had does not go with a conversation that was deleted on it alone', async () => {
  const one = await scene.add();
  for (const days of [40, 39]) scene.write(one, `d${days}`, days);
  await scene.pass();
  expect(messagesToUpload(one.device.store)).toBe(0);
  const off = await scene.add({ switch: 'off' });
  // As if its mailbox had brought it: all that it ever had.
  scene.write(off, 'new', 0);
  await scene.pass();
  expect(texts(off)).toBe('new');
  await scene.run(off, { name: 'deleteConversation', input: { conversationId: CONVERSATION } });
  expect(texts(off)).toBe('');
  expect(await scene.run(off, { name: 'switchPreview', input: null })).toMatchObject({ deletedHere: 1 });
  await onEverywhere(off);
  expect([texts(one), texts(off)]).toEqual(['d40 d39', 'd40 d39']);
});

test('DEL-30 DEL-20 a message of a newer app in a conversation that was deleted here does not show again by the answer "everywhere"', async () => {
  const one = await scene.add();
  const ids = [40, 39, 2].map((days) => scene.write(one, `d${days}`, days));
  await scene.pass();
  const off = await scene.add();
  expect(texts(off)).toBe('d40 d39 d2');
  // The newer app's version comes while it turns off or before.
  one.device.newerWrites(ids[2]!);
  await scene.run(one, { name: 'syncNow', input: null });
  await scene.pass();
  expect(texts(off)).toBe('d40 d39 d2');
  await offWithThirtyDays(off);
  await scene.run(off, { name: 'deleteConversation', input: { conversationId: CONVERSATION } });
  expect(texts(off)).toBe('');
  await onEverywhere(off);
  expect(texts(off)).toBe('d40 d39');
});

test.each(['bringBack', 'everywhere'] as const)(
  'SYN-62 what a device alone had and has deleted for good does not count as only here once its switch is on (%s)',
  async (deletedHere) => {
    await scene.add();
    const off = await scene.add({ switch: 'off' });
    const id = scene.write(off, 'deleted', 3);
    scene.write(off, 'kept', 2);
    await scene.pass();
    expect(messagesToUpload(off.device.store)).toBe(2);
    await scene.run(off, { name: 'deleteForGood', input: { ids: [id] } });
    await scene.pass();
    expect(messagesToUpload(off.device.store)).toBe(1);
    await scene.run(off, { name: 'setSwitch', input: { on: true, deletedHere } });
    await scene.pass();
    await scene.pass();
    expect(texts(off)).toBe('kept');
    expect(messagesToUpload(off.device.store)).toBe(0);
  },
);
