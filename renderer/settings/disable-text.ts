/** What Disable & Delete does, device by device: texts for the warning before it. Pure. */
import type { Device, SyncStatus } from '../../electron/api/types.ts';

type Text = { key: string; values: Record<string, string | number> };

/** Of its own switch a device knows best: its record may not be written yet. */
export function disableTexts(
  devices: readonly Device[],
  own: SyncStatus['switch'],
  formatNames: (names: string[]) => string,
): Text[] {
  const isOn = (one: Device): boolean | null =>
    one.thisDevice ? own === 'on' || own === 'enabling' : one.switchOn;
  const names = (list: Device[]): Record<string, string | number> => ({
    count: list.length,
    names: formatNames(list.map(({ name }) => name)),
  });
  const on = devices.filter((one) => isOn(one) === true);
  const unknown = devices.filter((one) => isOn(one) === null);
  return [
    on.length > 0
      ? { key: 'storage.disable.off', values: names(on) }
      : { key: 'storage.disable.offAlready', values: {} },
    ...(unknown.length > 0 ? [{ key: 'storage.disable.unknown', values: names(unknown) }] : []),
  ];
}
