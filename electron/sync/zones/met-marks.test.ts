import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { sodiumReady } from '../../../shared/crypto/sodium.ts';
import { listNotices } from '../../store/notices.ts';
import { DAY, Scene, type SceneDevice, texts } from '../testing/keep-scene.ts';
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

const count = ({ device }: SceneDevice): number =>
  device.store.get<{ n: number }>('SELECT count(*) AS n FROM message')!.n;
const said = ({ device }: SceneDevice): string[] => listNotices(device.store).map(({ code }) => code);

/** Ids, in Recently Deleted. */
const deletedByThemselves = ({ device }: SceneDevice): string[] =>
  device.store
    .all<{ id: string }>('SELECT lower(hex(id)) AS id FROM message WHERE deleted_ms IS NOT NULL')
    .map(({ id }) => id);

/** One deletes a conversation of which it has the newest message alone; the other has years of it, and its switch off. */
async function deletedElsewhere(days: number): Promise<[SceneDevice, SceneDevice]> {
  const one = await scene.add();
  const off = await scene.add({ switch: 'off' });
  for (const ago of [400, 300, 200]) scene.write(off, `only here ${ago}`, ago);
  scene.write(one, 'newest', 1);
  await scene.pass();
  await scene.run(one, { name: 'deleteConversation', input: { conversationId: CONVERSATION } });
  await scene.pass(days * DAY);
  await scene.pass();
  return [one, off];
}

async function turnOn(device: SceneDevice): Promise<void> {
  await scene.run(device, { name: 'setSwitch', input: { on: true } });
  await scene.pass();
  await scene.pass();
}

test.each([3, 31])(
  'DEL-32 what one device alone had of a conversation that was deleted %i days ago has thirty days from when it comes',
  async (days) => {
    const [one, off] = await deletedElsewhere(days);
    const preview = await off.device.core.execute({ name: 'switchPreview', input: null });
    expect(preview).toMatchObject({ toUpload: 3, deletedWithConversation: 3 });
    await turnOn(off);
    expect(off.device.core.status().switch).toBe('on');
    for (const device of [one, off]) {
      expect(texts(device)).toBe('');
      expect(deletedByThemselves(device)).toHaveLength(3);
    }
    expect(said(off)).toContain('onlyHereDeleted');
    expect(said(one)).not.toContain('onlyHereDeleted');
    await scene.pass(28 * DAY);
    await scene.pass();
    for (const device of [one, off]) expect(count(device)).toBe(3);
    await scene.pass(3 * DAY);
    await scene.pass();
    for (const device of [one, off]) expect(count(device)).toBe(0);
  },
);

test('DEL-32 DEL-20 one that a newer app has written since goes with the others, its record is left alone, and nothing is held up', async () => {
  const old = await scene.add();
  for (const ago of [400, 300, 200]) scene.write(old, `years ${ago}`, ago);
  await scene.pass();
  const { id } = old.device.store.get<{ id: string }>(
    "SELECT lower(hex(id)) AS id FROM message WHERE text = 'years 300'",
  )!;
  old.device.newerWrites(id);
  await scene.run(old, { name: 'disableAndDelete', input: null });
  await scene.pass(31 * DAY);
  await scene.run(old, { name: 'syncNow', input: null });
  await scene.pass();
  const fresh = await scene.add();
  scene.write(fresh, 'newest', 0);
  await scene.pass();
  await scene.run(fresh, { name: 'deleteConversation', input: { conversationId: CONVERSATION } });
  await scene.pass(31 * DAY);
  await scene.pass();
  await turnOn(old);
  expect(old.device.core.status()).toMatchObject({ switch: 'on', phase: 'idle' });
  expect(texts(old)).toBe('');
  expect(deletedByThemselves(old)).toHaveLength(3);
  // What it cannot read it does not show, and what goes up after it goes up.
  expect(count(fresh)).toBe(2);
  scene.write(old, 'after it', 0);
  await scene.pass();
  for (const device of [old, fresh]) expect(texts(device)).toBe('after it');
});

test('DEL-32 so it is after a purge, and Recover brings all of it back', async () => {
  const old = await scene.add();
  for (const ago of [400, 300, 200]) scene.write(old, `years ${ago}`, ago);
  await scene.pass();
  await scene.run(old, { name: 'disableAndDelete', input: null });
  await scene.pass(31 * DAY);
  await scene.run(old, { name: 'syncNow', input: null });
  await scene.pass();
  const fresh = await scene.add();
  scene.write(fresh, 'newest', 0);
  await scene.pass();
  await scene.run(fresh, { name: 'deleteConversation', input: { conversationId: CONVERSATION } });
  await scene.pass(31 * DAY);
  await scene.pass();
  await turnOn(old);
  for (const device of [old, fresh]) expect(count(device)).toBe(3);
  await scene.run(fresh, { name: 'recoverMessages', input: { ids: deletedByThemselves(fresh) } });
  await scene.pass();
  for (const device of [old, fresh]) expect(texts(device)).toBe('years 400 years 300 years 200');
});

test('DEL-32 what the cloud has goes with the conversation as before', async () => {
  const one = await scene.add();
  const two = await scene.add();
  for (const ago of [3, 2]) scene.write(one, `both ${ago}`, ago);
  await scene.pass();
  await scene.run(two, { name: 'setSwitch', input: { on: false } });
  await scene.pass();
  await scene.run(one, { name: 'deleteConversation', input: { conversationId: CONVERSATION } });
  await scene.pass(3 * DAY);
  await turnOn(two);
  expect(said(two)).not.toContain('onlyHereDeleted');
  await scene.pass(28 * DAY);
  await scene.pass();
  for (const device of [one, two]) expect(count(device)).toBe(0);
});
