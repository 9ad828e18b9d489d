/**
 * What a device asks of the program it runs in: one interface, two implementations (`electron-host.ts`,
 * `browser-host.ts`). Only the composition roots (`main.ts`, `browser.ts`) know which one it is.
 */
import type { Conditions } from '../sync/status-types.ts';
import type { CloudHere } from './cloud-here.ts';

export type StoredKey =
  | { kind: 'found'; key: Uint8Array }
  /** There is no key file at all. */
  | { kind: 'missing' }
  /** There is one, and it cannot be opened. Nothing may be written in its place. */
  | { kind: 'unreadable'; reason: 'keyUnreadable' | 'passphrase'; detail: string };

/** Where the database key of a profile is kept. */
export type Keychain = {
  /** The key file's name in the profile's folder: it is put aside and wiped with the database. */
  readonly file: string;
  load(): Promise<StoredKey>;
  /** Writes the key file whole or not at all, and never over one that is there. */
  create(key: Uint8Array): Promise<void>;
  /** False where whoever can read this person's files can read the key too, and the person believes otherwise. */
  readonly strong: boolean;
};

/** Tells what is known of this computer soon, and then each change. The answer ends it, with every timer and program of it. */
export type WatchConditions = (onChange: (conditions: Conditions) => void) => () => void;

export type Host = {
  readonly kind: 'electron' | 'browser';
  /** As others see it in the list of devices: `mac`, `windows`, `linux`. */
  readonly platform: string;
  /** A first proposal for this device's name. */
  readonly deviceName: string;
  keychain(profileDir: string): Keychain;
  openExternal(url: string): Promise<void>;
  /** "A cloud on this computer", or null where it is not offered. */
  readonly cloudHere: CloudHere | null;
  /** Whether this computer runs on battery, and whether its connection is metered. */
  readonly watchConditions: WatchConditions;
};
