/** Two devices of one account with two messages, in step, and what tests of the switch and of deletes do with them. */
import type { Cloud } from '../../../cloud/app.ts';
import type { Command } from '../protocol.ts';
import type { SyncStatus } from '../status-types.ts';
import { type DeviceOptions, firstDevice, nextDevice, type ZoneDevice } from './zone-device.ts';

/** `first` and `second`, an hour old, on both of them. `options`: of the one and of the other. */
export async function twoDevices(
  cloud: Cloud,
  options: readonly [DeviceOptions, DeviceOptions],
): Promise<[ZoneDevice, ZoneDevice]> {
  const one = await firstDevice(cloud, 'anna@example.org', options[0]);
  for (const [i, text] of ['first', 'second'].entries()) one.message(text, Date.now() - 3_600_000 + i);
  one.core.start();
  await one.settled();
  const two = await nextDevice(cloud, one.person, options[1]);
  two.core.start();
  await two.settled();
  return [one, two];
}

export const does = (device: ZoneDevice, command: Command) => device.core.execute(command as never);
export const is = (value: SyncStatus['switch']) => (status: SyncStatus) => status.switch === value;
export const idOf = (device: ZoneDevice, text: string): string =>
  device.store.get<{ id: string }>('SELECT lower(hex(id)) AS id FROM message WHERE text = ?', text)?.id ?? '';

export async function turn(device: ZoneDevice, on: boolean): Promise<void> {
  await does(device, { name: 'setSwitch', input: { on } });
  await device.until(is(on ? 'on' : 'off'), on ? 'on' : 'off');
}

/** Each has heard what there is. */
export async function settled(...some: ZoneDevice[]): Promise<void> {
  for (const device of some) {
    await does(device, { name: 'syncNow', input: null });
    await device.settled();
  }
}

/** Each has heard that a purge is over. */
export async function purgeIsOver(...some: ZoneDevice[]): Promise<void> {
  for (const device of some) {
    await does(device, { name: 'syncNow', input: null });
    await device.until(({ purge }) => purge === null, 'the purge is over');
  }
}
