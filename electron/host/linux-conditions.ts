/**
 * Linux: power from the kernel's files (Documentation/ABI/testing/sysfs-class-power), the connection from NetworkManager over D-Bus.
 * `nmcli` is not asked: it says it for each device, in the person's language, and not for the connection that carries the traffic.
 */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Run } from './system-conditions.ts';

/** The files of one power supply, each as it stands there; null: not there or not readable. */
export type PowerSupply = {
  type: string | null;
  /** `Device`: it powers something else, such as a mouse. */
  scope: string | null;
  online: string | null;
  present: string | null;
  status: string | null;
};

export async function readOnBattery(folder = '/sys/class/power_supply'): Promise<boolean | null> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch {
    return null;
  }
  const read = async (name: string, file: string): Promise<string | null> => {
    try {
      return (await readFile(path.join(folder, name, file), 'utf8')).trim();
    } catch {
      return null;
    }
  };
  const supplies = names.map(async (name): Promise<PowerSupply> => {
    const files = ['type', 'scope', 'online', 'present', 'status'].map((file) => read(name, file));
    const [type = null, scope = null, online = null, present = null, status = null] =
      await Promise.all(files);
    return { type, scope, online, present, status };
  });
  return onBatteryBy(await Promise.all(supplies));
}

/**
 * The mains' word counts before a battery's: one that is full, or drains beside a weak charger, says "Discharging" at times. A USB
 * port's counts only where there are no mains: some kernels call a port online that is charging a telephone.
 */
export function onBatteryBy(supplies: readonly PowerSupply[]): boolean | null {
  const own = supplies.filter(({ scope }) => scope !== 'Device');
  const mains = own.filter(({ type }) => type === 'Mains');
  const ports = own.filter(({ type }) => type === 'USB' || type === 'Wireless');
  // 2: programmable, on some USB ports.
  if ((mains.length > 0 ? mains : ports).some(({ online }) => online === '1' || online === '2')) return false;
  const batteries = own.filter(({ type, present }) => type === 'Battery' && present !== '0');
  if (batteries.some(({ status }) => status === 'Discharging')) return true;
  if (own.some(({ type }) => type === null)) return null;
  return batteries.some(({ status }) => status === null || status === 'Unknown') ? null : false;
}

const SERVICE = 'org.freedesktop.NetworkManager';
const OBJECT = '/org/freedesktop/NetworkManager';

/** busctl comes with systemd, dbus-send with D-Bus: one of them is where NetworkManager is. */
const ASK: [program: string, args: string[]][] = [
  ['busctl', ['--system', 'get-property', SERVICE, OBJECT, SERVICE, 'Metered']],
  [
    'dbus-send',
    [
      '--system',
      '--print-reply=literal',
      `--dest=${SERVICE}`,
      OBJECT,
      'org.freedesktop.DBus.Properties.Get',
      `string:${SERVICE}`,
      'string:Metered',
    ],
  ],
];

export async function readMetered(run: Run, signal: AbortSignal): Promise<boolean | null> {
  for (const [program, args] of ASK) {
    const said = await run(program, args, signal);
    if (said !== null) return parseMetered(said);
  }
  return null;
}

/**
 * NetworkManager's `Metered`: that of the device with the best default route. 1 yes, 2 no, 3 yes and 4 no by its guess (a telephone's
 * hotspot says so itself), 0 unknown. busctl prints `u 4`, dbus-send `variant uint32 4`.
 */
export function parseMetered(text: string): boolean | null {
  const value = /^\s*(?:u|variant\s+uint32)\s+(\d+)\s*$/.exec(text)?.[1];
  if (value === '1' || value === '3') return true;
  return value === '2' || value === '4' ? false : null;
}
