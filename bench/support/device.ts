/** One device: the real sync worker in its thread, on a database file, and the window's read-only connection beside it. */
import { join } from 'node:path';
import { startWorker, type WorkerLink } from '../../electron/device/worker-link.ts';
import { workerThreads } from '../../electron/device/worker-threads.ts';
import { openStore, type Store } from '../../electron/store/open.ts';
import type { SyncEvent } from '../../electron/sync/protocol.ts';
import type { SyncStatus } from '../../electron/sync/status-types.ts';
import { temporaryFolder } from './folder.ts';

export type BenchDevice = {
  folder: string;
  worker: WorkerLink;
  /** As the window sees it. */
  store: Store;
  status(): SyncStatus | null;
  /** Called for every event of the worker, until taken back. */
  listen(listener: (event: SyncEvent) => void): () => void;
  until(wish: (status: SyncStatus) => boolean, withinMs?: number): Promise<void>;
  signUp(url: string, handle: string): Promise<void>;
  signIn(url: string, handle: string): Promise<void>;
  stop(): Promise<void>;
};

export const KEY = new Uint8Array(32).fill(7);
export const PASSWORD = 'violet-harbour-tunnel-93';
const DESCRIPTION = { name: 'A device', platform: 'linux', appVersion: '0' };

/** The cloud of a device that rests is at another address now. */
export function pointAt(folder: string, url: string): void {
  const store = openStore({ path: join(folder, 'messages.db'), key: KEY });
  store.run('UPDATE identity SET cloud_url = ?', url);
  store.close();
}

export async function startDevice(folder = temporaryFolder('device')): Promise<BenchDevice> {
  const listeners = new Set<(event: SyncEvent) => void>();
  let status: SyncStatus | null = null;
  const dbPath = join(folder, 'messages.db');
  const worker = await startWorker({
    threads: workerThreads(new URL('../../electron/sync/worker.ts', import.meta.url)),
    // What is measured comes long after the start.
    data: { dbPath, dbKey: KEY, searchAfterMs: 0 },
    onEvent(event) {
      if (event.type === 'status') status = event.status;
      for (const listener of listeners) listener(event);
    },
    onCrash(error) {
      throw error;
    },
  });
  // As a host that knows neither power nor connection: what is large would wait for its word (SPEC SWI-34).
  worker.setConditions({ onBattery: null, metered: null });
  const listen = (listener: (event: SyncEvent) => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  const device: BenchDevice = {
    folder,
    worker,
    store: openStore({ path: dbPath, key: KEY, readonly: true }),
    status: () => status,
    listen,
    until: (wish, withinMs = 20 * 60_000) =>
      new Promise((resolve, reject) => {
        const done = () => {
          clearTimeout(timer);
          stop();
        };
        const timer = setTimeout(() => {
          done();
          reject(new Error(`The device did not get there: ${JSON.stringify(status)}`));
        }, withinMs);
        const look = () => {
          if (status === null || !wish(status)) return;
          done();
          resolve();
        };
        const stop = listen(look);
        look();
      }),
    async signUp(cloudUrl, handle) {
      const input = {
        cloudUrl,
        handle,
        password: PASSWORD,
        name: handle,
        invitation: null,
        device: DESCRIPTION,
      };
      await worker.run('signUp', input);
    },
    async signIn(cloudUrl, handle) {
      await worker.run('signIn', { cloudUrl, handle, password: PASSWORD, device: DESCRIPTION });
    },
    async stop() {
      device.store.close();
      await worker.stop();
    },
  };
  return device;
}

/** Everything here that is there, and nothing under way. */
export const atRest = (status: SyncStatus): boolean =>
  status.phase === 'idle' && status.switch === 'on' && status.lastSyncedAt !== null;
