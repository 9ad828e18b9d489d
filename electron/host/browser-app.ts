/**
 * The browser host as a function: opens the profile, serves the device on 127.0.0.1 behind the guard, and says where.
 * `browser.ts` calls it with this process's surroundings; tests call it with their own.
 */
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { createDevice, type Device } from '../device/device.ts';
import type { WorkerThreads } from '../device/worker-threads.ts';
import type { BrowserArgs } from './browser-args.ts';
import { ArgumentError } from './browser-args.ts';
import { createBrowserHost, openByProgram } from './browser-host.ts';
import type { CloudHere } from './cloud-here.ts';
import { toldConditions } from './conditions.ts';
import type { WatchConditions } from './host.ts';
import { createLoopbackGuard, type Fetch } from './loopback-guard.ts';
import { type OpeningPage, writeOpeningPage } from './opening-page.ts';
import { defaultProfile, openingFolder } from './places.ts';

export type BrowserAppOptions = {
  args: BrowserArgs;
  env: Record<string, string | undefined>;
  rendererDir: string;
  /** Of the sync worker; left away, it runs from its sources. */
  threads?: WorkerThreads;
  appVersion: string;
  cloudHere: CloudHere | null;
  log: (line: string) => void;
  /** For tests, in the place of this person's home and of the system's program: where the page lies, and what opens it. */
  opening?: { folder: string; open(url: string): Promise<void> };
};

export type BrowserApp = {
  address: string;
  /** With the printed address, which stands on no program's command line (opening-page.ts). */
  openWindow(): Promise<void>;
  stop(): Promise<void>;
  device: Device;
};

/** After this, connections that are still open are cut. */
const DRAIN_MS = 1_000;

export async function startBrowserApp(options: BrowserAppOptions): Promise<BrowserApp> {
  const { args, log } = options;
  const passphrase = await readPassphrase(args.passphraseFile, options.env);
  const host = createBrowserHost({
    passphrase,
    cloudHere: args.cloud === null ? options.cloudHere : null,
    watchConditions: readConditions(options.env['LOCKSTEP_CONDITIONS']),
  });
  const profileDir = args.profile ?? defaultProfile();
  const device = await createDevice({
    profileDir,
    host,
    rendererDir: options.rendererDir,
    ...(options.threads === undefined ? {} : { threads: options.threads }),
    appVersion: options.appVersion,
    cloudUrl: args.cloud,
    log,
  });
  let guarded: Fetch = () => new Response('Lockstep is starting.\n', { status: 503 });
  const server = createServer(
    getRequestListener((request) => guarded(request), { overrideGlobalObjects: false }),
  );
  let port: number;
  try {
    port = await listen(server, args.port);
  } catch (error) {
    await device.stop();
    throw error;
  }
  let page: OpeningPage | null = null;
  const guard = createLoopbackGuard({
    port,
    inner: (request) => device.fetch(request),
    onEnter: () => page?.remove(),
  });
  guarded = guard.fetch;
  device.noteAddress(guard.address);
  let stopped: Promise<void> | null = null;
  return {
    address: guard.address,
    device,
    async openWindow() {
      const { folder, open } = options.opening ?? { folder: openingFolder(profileDir), open: openByProgram };
      try {
        page = writeOpeningPage(folder, guard.address);
      } catch (error) {
        log(`No window is opened: ${error instanceof Error ? error.message : String(error)}`);
        return;
      }
      await open(page.url);
    },
    stop() {
      stopped ??= (async () => {
        page?.remove();
        const closed = new Promise<void>((resolve) => server.close(() => resolve()));
        await device.stop(); // ends the event streams
        server.closeIdleConnections();
        const timer = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
        await closed;
        clearTimeout(timer);
      })();
      return stopped;
    },
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE')
        reject(new ArgumentError(`Port ${port} is in use. Give another --port, or 0 for any that is free.`));
      else if (error.code === 'EACCES')
        reject(new ArgumentError(`Port ${port} is not allowed here. Give one above 1023, or 0.`));
      else reject(error);
    });
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

function readConditions(value: string | undefined): WatchConditions | null {
  try {
    return toldConditions(value);
  } catch (error) {
    throw new ArgumentError((error as Error).message);
  }
}

async function readPassphrase(
  file: string | null,
  env: Record<string, string | undefined>,
): Promise<string | null> {
  let passphrase = env.LOCKSTEP_PASSPHRASE ?? null;
  if (file !== null) {
    try {
      passphrase = (await readFile(file, 'utf8')).replace(/\r?\n$/, '');
    } catch {
      throw new ArgumentError(`The passphrase file ${file} cannot be read.`);
    }
  }
  if (passphrase === '') throw new ArgumentError('The passphrase is empty.');
  return passphrase;
}
