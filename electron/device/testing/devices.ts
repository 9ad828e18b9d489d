/** Devices for tests: real stores and bundled workers in temporary folders, called without a port. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createTRPCClient, httpLink, type TRPCClient } from '@trpc/client';
import type { AppRouter } from '../../api/router.ts';
import { createBrowserHost } from '../../host/browser-host.ts';
import type { WatchConditions } from '../../host/host.ts';
import { createDevice, type Device, type DeviceOptions } from '../device.ts';
import { type WorkerThreads, workerThreads } from '../worker-threads.ts';

export type TestDevice = { device: Device; api: TRPCClient<AppRouter>; folder: string; logs: string[] };

export function apiOf(fetch: (request: Request) => Promise<Response>): TRPCClient<AppRouter> {
  return createTRPCClient<AppRouter>({
    links: [
      httpLink({
        url: 'http://device/rpc',
        fetch: (url, init) => fetch(new Request(url as string, init as RequestInit)),
      }),
    ],
  });
}

/** The bundled sync worker (build/unit-setup.ts). */
export const builtThreads = (): WorkerThreads =>
  workerThreads(new URL('../../../out/main/sync/worker.js', import.meta.url));

/** No test depends on what the computer it runs on hangs from. */
export const knowsNothing: WatchConditions = (onChange) => {
  onChange({ onBattery: null, metered: null });
  return () => {};
};

/** One of these a test file; `clean` in afterEach. */
export function testDevices() {
  const folders: string[] = [];
  const running = new Set<Device>();
  const newFolder = (): string => {
    const folder = mkdtempSync(path.join(tmpdir(), 'lockstep-device-'));
    folders.push(folder);
    return folder;
  };
  return {
    newFolder,
    async start(folder = newFolder(), options: Partial<DeviceOptions> = {}): Promise<TestDevice> {
      const logs: string[] = [];
      const device = await createDevice({
        profileDir: folder,
        host: createBrowserHost({ passphrase: null, cloudHere: null, watchConditions: knowsNothing }),
        rendererDir: path.join(folder, 'no-renderer'),
        appVersion: '0.0.0-test',
        log: (line) => logs.push(line),
        threads: builtThreads(),
        ...options,
      });
      running.add(device);
      return { device, api: apiOf((request) => device.fetch(request)), folder, logs };
    },
    async stop(it: TestDevice): Promise<void> {
      running.delete(it.device);
      await it.device.stop();
    },
    async clean(): Promise<void> {
      await Promise.all([...running].map((device) => device.stop()));
      running.clear();
      for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
    },
  };
}
