/** A whole device without a thread, for tests and the simulator: a real store on a temporary file, everything else as a parameter. */

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cloud } from '../../../cloud/app.ts';
import { systemRandom } from '../../../shared/crypto/random.ts';
import { openStore, type Store } from '../../store/open.ts';
import { opaqueHere } from '../account/opaque-steps.ts';
import { createSyncCore } from '../core.ts';
import type { SyncEvent } from '../protocol.ts';
import type { SyncCore } from '../run/assemble.ts';
import type { SyncStatus } from '../status-types.ts';
import { CLOUD_URL, type DeviceOptions, fetchOf, temporary } from './zone-device.ts';

export const PASSWORD = 'violet-harbour-tunnel-93';

export type CoreDevice = {
  store: Store;
  core: SyncCore;
  events: SyncEvent[];
  failures: string[];
  signUp(handle: string): Promise<void>;
  signIn(handle: string, takesPart?: boolean): Promise<void>;
  start(): void;
  stop(): Promise<void>;
  until(wish: (status: SyncStatus) => boolean, what: string): Promise<void>;
  texts(): string[];
};

export function coreDevice(
  cloud: Cloud,
  options: DeviceOptions & {
    random?: (n: number) => Uint8Array;
    /** A folder and key of one's own, perhaps with a database in it; else a new one that is removed later. */
    at?: { folder: string; key: Uint8Array };
  } = {},
): CoreDevice {
  const { folder, key } = options.at ?? {
    folder: temporary(mkdtempSync(join(tmpdir(), 'lockstep-sync-'))),
    key: systemRandom(32),
  };
  const events: SyncEvent[] = [];
  const failures: string[] = [];
  const description = { name: 'A device', platform: 'test', appVersion: '0' };
  const open = () => openStore({ path: join(folder, 'messages.db'), key });
  const make = (store: Store) =>
    createSyncCore({
      store,
      fetch: options.fetch ?? fetchOf(cloud),
      clock: options.clock ?? { now: () => Date.now() },
      random: options.random ?? systemRandom,
      openOpaque: () => opaqueHere,
      emit: (event) => events.push(event),
      ...(options.timers === undefined ? {} : { timers: options.timers }),
      onFailure: (step, kind, detail) => failures.push(`${step} ${kind} ${detail}`),
    });
  const store = open();
  const device: CoreDevice = {
    store,
    core: make(store),
    events,
    failures,
    async signUp(handle) {
      await device.core.execute({
        name: 'signUp',
        input: {
          cloudUrl: CLOUD_URL,
          handle,
          password: PASSWORD,
          name: handle,
          invitation: null,
          device: description,
        },
      });
    },
    async signIn(handle, takesPart = true) {
      await device.core.execute({
        name: 'signIn',
        input: { cloudUrl: CLOUD_URL, handle, password: PASSWORD, device: description, takesPart },
      });
    },
    start() {
      device.store = open();
      device.core = make(device.store);
      device.core.start();
    },
    async stop() {
      await device.core.stop();
      device.store.close();
    },
    async until(wish, what) {
      for (let i = 0; i < 2000; i += 1) {
        if (wish(device.core.status())) {
          return;
        }
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      const status = JSON.stringify(device.core.status());
      throw new Error(`${what} did not come: ${status}; failures: ${failures.slice(-5).join(' | ')}`);
    },
    texts: () => shownTexts(device.store),
  };
  device.core.start();
  return device;
}

export function shownTexts(store: Store): string[] {
  return store
    .all<{ text: string }>(
      `SELECT m.text FROM message m JOIN conversation c ON c.cid = m.cid
       WHERE m.shown = 1 AND (m.accepted_ms, m.guid) > (c.clear_ms, c.clear_guid) ORDER BY m.accepted_ms, m.guid`,
    )
    .map((row) => row.text);
}
