/**
 * Electron's side of `Host`: the database key sealed by the operating system's keychain (`safeStorage`). Linux's
 * `basic_text` backend seals with a key that is in everybody's Electron: the profile still opens, and the person is
 * told (`keychainWeak`).
 */
import { hostname } from 'node:os';
import { platformName } from './browser-host.ts';
import type { CloudHere } from './cloud-here.ts';
import { LOOK_EVERY_MS, watch } from './conditions.ts';
import type { ElectronParts, PowerMonitorPart } from './electron-parts.ts';
import type { Host, WatchConditions } from './host.ts';
import { CannotOpen, keyFile, type Sealing } from './key-file.ts';
import { type SystemConditions, systemConditions } from './system-conditions.ts';

type Parts = Pick<ElectronParts, 'safeStorage' | 'shell' | 'powerMonitor'>;

export function createElectronHost(
  electron: Parts,
  options: {
    cloudHere: CloudHere | null;
    platform?: NodeJS.Platform;
    /** In the system's place: what LOCKSTEP_CONDITIONS says. */
    watchConditions?: WatchConditions | null;
  },
): Host {
  const platform = options.platform ?? process.platform;
  return {
    kind: 'electron',
    platform: platformName(),
    deviceName: hostname().replace(/\.(local|lan|home)$/i, '') || 'This computer',
    keychain: (profileDir) => keyFile(profileDir, bySafeStorage(electron.safeStorage, platform)),
    async openExternal(url) {
      const { protocol } = new URL(url);
      if (protocol === 'https:' || protocol === 'http:' || protocol === 'mailto:')
        await electron.shell.openExternal(url);
    },
    cloudHere: options.cloudHere,
    watchConditions:
      options.watchConditions ?? byPowerMonitor(electron.powerMonitor, systemConditions(platform), platform),
  };
}

/**
 * The power as Electron knows it, with its changes at once; the connection as the system says it. On Linux Electron always says "not
 * on battery" and has no events (electron/electron#29614): there the kernel is asked.
 */
export function byPowerMonitor(
  powerMonitor: PowerMonitorPart,
  system: SystemConditions,
  platform: NodeJS.Platform,
): WatchConditions {
  return (onChange) => {
    if (platform === 'linux') return watch(system.look, LOOK_EVERY_MS, onChange).stop;
    const { lookNow, stop } = watch(
      async (signal) => {
        const metered = await system.metered(signal);
        return { onBattery: powerMonitor.isOnBatteryPower(), metered };
      },
      LOOK_EVERY_MS,
      onChange,
    );
    powerMonitor.on('on-battery', lookNow);
    powerMonitor.on('on-ac', lookNow);
    return () => {
      powerMonitor.off('on-battery', lookNow);
      powerMonitor.off('on-ac', lookNow);
      stop();
    };
  };
}

/** Only after `app.whenReady()`: before, Electron does not know the keychain yet. */
export function bySafeStorage(safeStorage: Parts['safeStorage'], platform: NodeJS.Platform): Sealing {
  const available = (): boolean => {
    try {
      return safeStorage.isEncryptionAvailable();
    } catch {
      return false;
    }
  };
  return {
    name: 'safeStorage',
    get strong() {
      if (platform !== 'linux') return true;
      const backend = safeStorage.getSelectedStorageBackend();
      return backend !== 'basic_text' && backend !== 'unknown';
    },
    async seal(key) {
      if (!available()) throw new CannotOpen('keyUnreadable', LOCKED);
      const text = Buffer.from(key).toString('base64');
      const sealed = safeStorage.encryptString(text);
      // A keychain that gives back something else would cost the whole history: better to know now.
      if (safeStorage.decryptString(sealed) !== text) throw new CannotOpen('keyUnreadable', LOCKED);
      return { sealed: sealed.toString('base64') };
    },
    async open(box) {
      if (typeof box.sealed !== 'string')
        throw new CannotOpen('keyUnreadable', 'The key file is damaged. Put it back from a backup.');
      if (!available()) throw new CannotOpen('keyUnreadable', LOCKED);
      let text: string;
      try {
        text = safeStorage.decryptString(Buffer.from(box.sealed, 'base64'));
      } catch {
        throw new CannotOpen('keyUnreadable', LOCKED);
      }
      return new Uint8Array(Buffer.from(text, 'base64'));
    },
  };
}

const LOCKED =
  "The system's keychain does not give Lockstep its key. Unlock the keychain and try again; nothing was changed.";
