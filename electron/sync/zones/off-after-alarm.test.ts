import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { sodiumReady } from '../../../shared/crypto/sodium.ts';
import { getZoneState, setZoneState } from '../../store/zone-state.ts';
import { Scene, type SceneDevice, texts } from '../testing/keep-scene.ts';
import { removeFolders } from '../testing/zone-device.ts';

await sodiumReady();
afterAll(removeFolders);

let scene: Scene;
beforeEach(async () => {
  scene = new Scene();
  await scene.open();
});
afterEach(() => scene.close());

/** A device that has seen more of the zone than the cloud has, while another one goes on writing. */
async function stopped(): Promise<SceneDevice> {
  const one = await scene.add();
  scene.write(one, 'first', 3);
  await scene.pass();
  const two = await scene.add();
  const { head } = getZoneState(two.device.store, 'messages');
  setZoneState(two.device.store, 'messages', { head: head + 500 });
  await scene.run(two, { name: 'syncNow', input: null });
  await scene.pass();
  expect(two.device.core.status().paused?.reason).toBe('rolledBack');
  scene.write(one, 'second', 2);
  await scene.pass();
  return two;
}

test('SWI-2 a device whose zone stands still after an alarm is not off before Repair has brought what is only in the cloud', async () => {
  const two = await stopped();
  await scene.run(two, { name: 'setSwitch', input: { on: false } });
  await scene.pass();
  const { switch: value, action } = two.device.core.status();
  expect([value, action, texts(two)]).toEqual(['disabling', 'repair', 'first']);
  await scene.run(two, { name: 'repair', input: null });
  await scene.pass();
  expect([two.device.core.status().switch, texts(two)]).toEqual(['off', 'first second']);
});

test('SWI-6 so it is with Disable & Delete', async () => {
  const two = await stopped();
  await scene.run(two, { name: 'disableAndDelete', input: null });
  await scene.pass();
  expect([two.device.core.status().switch, texts(two)]).toEqual(['disabling', 'first']);
  await scene.run(two, { name: 'repair', input: null });
  await scene.pass();
  const { switch: value, switchReason } = two.device.core.status();
  expect([value, switchReason, texts(two)]).toEqual(['off', 'purging', 'first second']);
});
